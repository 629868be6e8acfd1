import numpy as np
import pytest

import aann
import zoo


def test_an_unknown_data_set_or_split_is_an_error():
    with pytest.raises(ValueError, match=r"'imagenet_sample'; .*did you mean imagenet_samples"):
        zoo.data("imagenet_sample")
    with pytest.raises(ValueError, match=r"split is 'design', 'heldout' or None, got 'test'"):
        zoo.data("imagenet_samples", split="test")


def test_an_unknown_model_or_variant_is_an_error(unchecked):
    with pytest.raises(ValueError, match=r"no model is called 'inductoin'; .*mean induction or"):
        zoo.load("inductoin")
    with pytest.raises(ValueError, match=r"'max_of_k' has no variant 'seed9'; there are seed0"):
        zoo.load("max_of_k", "seed9")
    with pytest.raises(ValueError, match=r"no variant 'no_weight_decy'; .*mean no_weight_decay\?"):
        zoo.load("modular_addition", "no_weight_decy")
    with pytest.raises(ValueError, match=r"no model is called 3; .*; a name is a string, got int"):
        zoo.load(3)
    with pytest.raises(ValueError, match=r"'inceptionv1' has no variant 0; there are dump, dist"):
        zoo.load("inceptionv1", 0)


def test_options_that_a_data_set_does_not_take_are_all_named(unchecked):
    with pytest.raises(TypeError) as error:
        zoo.data("modular_addition", n=5, seed=1)
    assert str(error.value) == (
        "the data set 'modular_addition' takes the options split=None:\n"
        "  n=5: no such option\n  seed=1: no such option"
    )
    with pytest.raises(TypeError) as error:
        zoo.data("induction", n="10", seed=True, split=None, variants="seed0")
    assert str(error.value) == (
        "the data set 'induction' takes the options n=1024, seed=0, split=None, "
        "variant='published':\n  variants='seed0': no such option\n"
        "  n='10': expected int, got str\n  seed=True: expected int, got bool"
    )
    with pytest.raises(TypeError, match=r"labels=3: expected str or Path or None, got int\n  pat"):
        zoo.data("imagenet_folder", labels=3)
    with pytest.raises(ValueError, match=r"no data set is called None; there are .* got NoneType"):
        zoo.data(None)
    assert len(zoo.data("max_of_k", n=np.int64(20))) == 20


def test_every_variant_belongs_to_a_model():
    assert zoo.VARIANTS.keys() == zoo.MODELS.keys()


def test_the_halves_of_the_samples(assets):
    everything = zoo.data("imagenet_samples")
    design = zoo.data("imagenet_samples", split="design")
    heldout = zoo.data("imagenet_samples", split="heldout")
    assert isinstance(design, aann.Design)
    assert isinstance(heldout, aann.HeldOut)
    assert len(design) == len(heldout) == 500
    assert set(design.names) | set(heldout.names) == set(everything.names)
    assert sorted(everything.labels.tolist()) == list(range(1, 1001))


@pytest.mark.parametrize(
    ("model", "options"),
    [("modular_addition", {}), ("induction", {"variant": "seed0"}), ("max_of_k", {})],
)
def test_what_a_loader_hands_out_is_what_its_model_takes(model, options):
    check_input(model, **options)


def test_what_the_challenge_hands_out_is_what_its_model_takes(assets):
    check_input("eis_vii_transformer")


def check_input(model, **options):
    taken, loaded = zoo.load(model, "seed0").inputs, zoo.data(model, **options).load([0, 1])
    assert (loaded.shape[1:], loaded.dtype) == (taken.shape, taken.dtype)
