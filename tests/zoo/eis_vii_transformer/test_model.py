import cutting
import jax.numpy as jnp
import numpy as np
import pytest
import reference_transformer as reference
import torch_files

import zoo
from zoo import modular_addition
from zoo.eis_vii_transformer import model, planes
from zoo.files import assets as files
from zoo.transformer.model import as_model
from zoo.transformer.weights import published as read_published

TOKENS = modular_addition.pairs()
HEADS = (8, 16, 128)


def published_state(outputs=114):
    """Random weights in the layout of the published file; about half of the pairs are class 1."""
    rng = np.random.default_rng(0)
    part = "blocks.0"
    shapes = {
        "embed.W_E": (128, 114), "pos_embed.W_pos": (3, 128), "unembed.W_U": (128, outputs),
        **{f"{part}.attn.W_{letter}": HEADS for letter in "KQV"},
        f"{part}.attn.W_O": (128, 128),
        f"{part}.mlp.W_in": (1024, 128), f"{part}.mlp.b_in": (1024,),
        f"{part}.mlp.W_out": (128, 1024), f"{part}.mlp.b_out": (128,),
    }  # fmt: skip
    state = {k: (rng.normal(size=s) / 11).astype(np.float32) for k, s in shapes.items()}
    state[f"{part}.attn.mask"] = np.tril(np.ones((3, 3), np.float32))
    if outputs > 1:
        logits = reference.forward(state, TOKENS[::100], layers=1)[:, -1]
        apart = state["unembed.W_U"][:, 1] - state["unembed.W_U"][:, 0]
        by = (logits[:, 1] - logits[:, 0]).mean() / (apart @ apart)
        state[f"{part}.mlp.b_out"] -= (by * apart).astype(np.float32)
    return state


def write(path, state):
    tensors = {name: torch_files.tensor(str(i), x) for i, (name, x) in enumerate(state.items())}
    path.write_bytes(torch_files.modern({"model": tensors, "epoch": 3}))
    return path


@pytest.fixture(scope="module")
def classes(tmp_path_factory, optimised_module):
    """Of all pairs. The reference, which is slow, gives the same on some of them, see below."""
    path = write(tmp_path_factory.mktemp("made") / "a.pt", published_state())
    params = read_published(path, model.CONFIG, dropped=112)
    return model.classes_of(as_model(model.CONFIG, params, "made"))


@pytest.mark.parametrize("outputs", [2, 113, 114])
def test_a_file_of_the_published_layout_is_read(tmp_path, classes, outputs):
    state = published_state()
    state["unembed.W_U"] = state["unembed.W_U"][:, :outputs].copy()
    network = model.from_published(write(tmp_path / model.FILE, state), classes, "made")
    expected = reference.forward(state, TOKENS[::100], layers=1)[:, -1, :2]
    found = np.asarray(network(jnp.asarray(TOKENS[::100])))
    assert abs(found - expected).max() < 2e-6 * abs(expected).max()
    assert network.inputs.shape == (3,)
    assert 0.1 < classes.mean() < 0.9
    np.testing.assert_array_equal(classes.ravel()[::100], expected.argmax(1))


def test_a_network_with_other_classes_is_refused(tmp_path, classes):
    path = write(tmp_path / model.FILE, published_state())
    few, many = classes.copy(), classes.copy()
    few[0, : model.ROUNDING] ^= 1
    many[0, : model.ROUNDING + 1] ^= 1
    assert model.from_published(path, few, "made").name == "made"
    with pytest.raises(ValueError, match="gives 13 of 12,769 pairs another class") as error:
        model.from_published(path, many, "made")
    assert "transformer_model.pt has the shapes of the EIS VII transformer" in str(error.value)
    assert "expected at most 12: it holds another network. Download it again" in str(error.value)


def test_all_that_does_not_fit_is_listed(tmp_path, classes):
    state = published_state(outputs=1)
    state["blocks.0.attn.W_K"] = state["blocks.0.attn.W_K"][:4]
    state["blocks.0.ln1.w"] = np.ones(128, np.float32)
    del state["blocks.0.mlp.b_in"]
    with pytest.raises(ValueError, match="does not fit the model, 4 problem") as error:
        model.from_published(write(tmp_path / "other.pt", state), classes, "made")
    for line in (
        "missing: blocks.0.mlp.b_in",
        "not expected: blocks.0.ln1.w",
        "blocks.0.attn.W_K: expected shape (8, 16, 128), found (4, 16, 128)",
        "unembed.W_U: expected shape (128, 2), found (128, 1)",
    ):
        assert line in str(error.value)


@pytest.mark.parametrize("place", ["mirror", "cache"])
def test_the_published_file_is_found_where_the_user_put_it(tmp_path, monkeypatch, classes, place):
    folder = tmp_path / place / "eis_vii"
    folder.mkdir(parents=True)
    write(folder / model.FILE, published_state())
    (tmp_path / "mirror").mkdir(exist_ok=True)
    monkeypatch.setenv("AANN_ASSETS", str(tmp_path / "mirror"))
    monkeypatch.setattr(files, "cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(planes, "plane", lambda labels: classes)
    network = zoo.load("eis_vii_transformer", "published")
    assert network.name == "eis_vii_transformer:published"


def test_without_the_published_file_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("AANN_ASSETS", raising=False)
    monkeypatch.setattr(files, "cache", lambda: tmp_path)
    with pytest.raises(zoo.AssetError, match=r"'transformer_model.pt' is not to be had") as error:
        zoo.load("eis_vii_transformer", "published")
    assert f"the cache, {tmp_path / 'eis_vii'}: not there" in str(error.value)
    assert "mechanistic_interpretability_challenge/" in str(error.value)
    assert 'What needs no file: zoo.load("eis_vii_transformer", "seed0")' in str(error.value)


def test_whole_is_suffix_of_prefix_at_every_site():
    names = cutting.check_every_site(zoo.load("eis_vii_transformer"), TOKENS[5000:5004])
    assert {"blocks.0.attn.pattern", "blocks.0.mlp.post", "blocks.0.resid_post"} <= set(names)


def test_variants_are_named():
    assert zoo.VARIANTS["eis_vii_transformer"] == ("seed0", "seed1", "published")
    assert zoo.load("eis_vii_transformer").name == "eis_vii_transformer"
    assert zoo.load("eis_vii_transformer", "seed1").name == "eis_vii_transformer:seed1"
