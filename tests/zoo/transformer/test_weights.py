import cutting
import jax
import jax.numpy as jnp
import numpy as np
import pytest
import reference_transformer as reference
import torch_files

import zoo
from zoo.train import weights
from zoo.transformer import weights as transformer_weights
from zoo.transformer.config import TransformerConfig
from zoo.transformer.model import Transformer

CONFIG = TransformerConfig(
    layers=2, heads=2, d_model=6, d_head=3, d_mlp=5, d_vocab=7, d_vocab_out=4, context=5,
    biases=("mlp",),
)  # fmt: skip
TOKENS = jnp.asarray([[0, 1, 2, 3, 4], [6, 6, 5, 0, 1]], jnp.int32)
SHIPPED = [
    (name, variant)
    for name, variants in zoo.VARIANTS.items()
    for variant in variants
    if (transformer_weights.FOLDER / f"{name}_{variant}.safetensors").is_file()
]


def published_state(extra=2, blocks="blocks"):
    """Random weights in the published layout."""
    rng = np.random.default_rng(0)
    shapes = {"embed.W_E": (6, 7), "pos_embed.W_pos": (5, 6), "unembed.W_U": (6, 4 + extra)}
    for i in (0, 1):
        shapes |= {f"{blocks}.{i}.attn.W_{letter}": (2, 3, 6) for letter in "KQV"}
        shapes[f"{blocks}.{i}.attn.W_O"] = (6, 6)
        shapes |= {f"{blocks}.{i}.mlp.W_in": (5, 6), f"{blocks}.{i}.mlp.W_out": (6, 5)}
        shapes |= {f"{blocks}.{i}.mlp.b_in": (5,), f"{blocks}.{i}.mlp.b_out": (6,)}
    state = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    state |= {f"{blocks}.{i}.attn.mask": np.tril(np.ones((5, 5), np.float32)) for i in (0, 1)}
    return state


@pytest.fixture
def write(tmp_path):
    def run(state):
        tensors = {name: torch_files.tensor(str(i), x) for i, (name, x) in enumerate(state.items())}
        path = tmp_path / "published.pth"
        path.write_bytes(torch_files.modern({"model": tensors, "epoch": 3}))
        return path

    return run


@pytest.mark.parametrize("blocks", ["blocks", "attn_blocks"])
def test_published_weights_give_the_published_function(write, blocks):
    state = published_state(blocks=blocks)
    params = transformer_weights.published(write(state), CONFIG, blocks=blocks, dropped=2)
    found = Transformer(CONFIG).apply({"params": params}, TOKENS)
    expected = reference.forward(state, np.asarray(TOKENS), 2, blocks)[..., :4]
    np.testing.assert_allclose(found, expected, atol=2e-6 * abs(expected).max(), rtol=0)
    again = transformer_weights.published(write(state), CONFIG, blocks=blocks, dropped=None)
    jax.tree.map(np.testing.assert_array_equal, again, params)
    made = jax.eval_shape(Transformer(CONFIG).init, jax.random.key(0), TOKENS)["params"]
    assert jax.tree.map(jnp.shape, params) == jax.tree.map(lambda leaf: leaf.shape, made)


def test_all_that_does_not_fit_is_listed(write):
    state = published_state()
    del state["blocks.1.mlp.b_in"]
    state["blocks.2.attn.W_K"] = state["blocks.1.attn.W_K"]
    state["embed.W_E"] = state["embed.W_E"].T.copy()
    state["unembed.W_U"][0, 0] = np.nan
    state["pos_embed.W_pos"] = state["pos_embed.W_pos"].astype(np.int64)
    with pytest.raises(
        ValueError, match=r"published.pth does not fit the model, 5 problem"
    ) as error:
        transformer_weights.published(write(state), CONFIG, dropped=2)
    message = str(error.value)
    assert "missing: blocks.1.mlp.b_in" in message
    assert "not expected: blocks.2.attn.W_K" in message
    assert "embed.W_E: expected shape (6, 7), found (7, 6)" in message
    assert "unembed.W_U: has values that are infinite or no numbers" in message
    assert "pos_embed.W_pos: expected floating-point numbers, found int64" in message


def test_another_mask_is_refused(write):
    state = published_state()
    state["blocks.1.attn.mask"][0, 4] = 1
    with pytest.raises(ValueError, match="blocks.1.attn.mask is not the causal mask"):
        transformer_weights.published(write(state), CONFIG, dropped=2)


@pytest.mark.parametrize("content", [[1], {"weights": 1}, {"model": 3}])
def test_a_file_without_a_state_dict_is_refused(tmp_path, content):
    path = tmp_path / "other.pth"
    path.write_bytes(torch_files.modern(content))
    with pytest.raises(ValueError, match="other.pth has no state dict under the key 'model'"):
        transformer_weights.published(path, CONFIG)


def save(path, params, dtype=jnp.float32, **changes):
    fields = {"config": {**vars(CONFIG), "biases": list(CONFIG.biases), **changes}}
    weights.save(path, params, fields, dtype)
    return path


@pytest.fixture
def params():
    return Transformer(CONFIG).init(jax.random.key(1), TOKENS)["params"]


@pytest.mark.parametrize(("dtype", "tolerance"), [(jnp.float32, 0), (jnp.float16, 1e-3)])
def test_shipped_weights_come_back_as_float32(tmp_path, params, dtype, tolerance):
    config, found = transformer_weights.shipped(save(tmp_path / "w.safetensors", params, dtype))
    assert config == CONFIG
    assert all(leaf.dtype == jnp.float32 for leaf in jax.tree.leaves(found))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=tolerance), params, found)


def test_shipped_weights_that_do_not_fit_are_refused(tmp_path, params):
    with pytest.raises(ValueError, match=r"gone.safetensors holds no weights .* zoo/train"):
        transformer_weights.shipped(tmp_path / "gone.safetensors")
    path = save(tmp_path / "w.safetensors", params)
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ValueError, match="w.safetensors holds no weights of a transformer"):
        transformer_weights.shipped(path)
    with pytest.raises(ValueError, match="d_head is a whole number above 0, got 0"):
        transformer_weights.shipped(save(path, params, d_head=0))
    with pytest.raises(ValueError, match=r"18 problem|problem\(s\)") as error:
        transformer_weights.shipped(save(path, params, layers=1, d_vocab=9))
    assert "not expected: blocks_1.attn.W_K" in str(error.value)
    assert "embed.W_E: expected shape (9, 6), found (7, 6)" in str(error.value)
    weights.save(path, params, {"note": 1})
    with pytest.raises(ValueError, match=r"holds no weights of a transformer \('config'\)"):
        transformer_weights.shipped(path)


def test_a_shipped_variant_is_loaded_by_name(tmp_path, params, monkeypatch):
    monkeypatch.setattr(transformer_weights, "FOLDER", tmp_path)
    save(tmp_path / "max_of_k_seed0.safetensors", params)
    save(tmp_path / "max_of_k_seed2.safetensors", params)
    save(tmp_path / "induction_seed1.safetensors", params)
    assert zoo.load("max_of_k").name == "max_of_k"
    assert zoo.load("max_of_k", "seed0").name == "max_of_k"
    assert zoo.load("max_of_k", "seed2").name == "max_of_k:seed2"
    model = zoo.load("induction", "seed1")
    assert model.name == "induction:seed1"
    np.testing.assert_array_equal(
        model(TOKENS), Transformer(CONFIG).apply({"params": params}, TOKENS)
    )


@pytest.mark.parametrize(("name", "variant"), SHIPPED)
def test_what_ships_computes_the_published_function(name, variant):
    model = zoo.load(name, variant)
    vocabulary = model.params["embed"]["W_E"].shape[0]
    shape = (3, *model.inputs.shape)
    tokens = np.random.default_rng(0).integers(0, vocabulary, shape).astype(np.int32)
    state = reference.as_published(model.params)
    layers = sum(part.startswith("blocks_") for part in model.params)
    expected = reference.forward(state, tokens, layers)
    found = np.asarray(jax.jit(model)(tokens))
    expected = expected if found.ndim == 3 else expected[:, -1]
    assert abs(found - expected).max() < 2e-6 * abs(expected).max()


@pytest.mark.parametrize(
    "name", sorted({name for name, _ in SHIPPED} - {"modular_addition", "eis_vii_transformer"})
)
def test_whole_is_suffix_of_prefix_at_every_site(name):
    """Once an architecture; those that are left out are tested where they lie."""
    tokens = zoo.data(name, n=2, **({"variant": "seed0"} if name == "induction" else {})).load(
        [0, 1]
    )
    cutting.check_every_site(zoo.load(name, "seed0"), tokens)


@pytest.mark.parametrize(("name", "variant"), SHIPPED)
def test_what_ships_solves_its_task(name, variant, request):
    if name == "eis_vii_transformer":
        request.getfixturevalue("assets")  # its labels are published data
    model = zoo.load(name, variant)
    options = {
        "modular_addition": {},
        "eis_vii_transformer": {},
        "induction": {"n": 256, "variant": variant},
    }
    examples = zoo.data(name, **options.get(name, {"n": 4096}))
    logits = np.asarray(jax.jit(model)(examples.load(range(len(examples)))))
    right = (logits.argmax(-1) == examples.labels)[examples.labels >= 0].mean()
    if variant == "memorised":
        assert 0.29 < right < 0.5
    else:
        assert right > (0.98 if name == "eis_vii_transformer" else 0.99)
