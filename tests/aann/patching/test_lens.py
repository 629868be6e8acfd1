import numpy as np
import pytest
from attention import configs, own_inputs, own_model, tokens, transformer, value_at
from hypothesis import given, settings

from aann.evaluation.answer import log_probability, rank
from aann.patching.lens import logit_lens

TOKENS = tokens(4)


@settings(max_examples=3, deadline=None)
@given(configs())
def test_the_last_stream_gives_the_logits(config):
    model = transformer(**config)
    found = logit_lens(model, TOKENS, batch_size=3)
    assert list(found) == [
        "blocks.0.resid_pre", *(f"blocks.{i}.resid_post" for i in range(config["layers"]))
    ]  # fmt: skip
    np.testing.assert_allclose(list(found.values())[-1], model(TOKENS), rtol=1e-4, atol=1e-4)


def test_each_stream_by_hand():
    model = transformer(layer_norm=True)
    found = logit_lens(model, TOKENS)
    p = {k: {n: np.asarray(v, np.float64) for n, v in model.params[k].items()}
         for k in ("ln_final", "unembed")}  # fmt: skip
    for name, logits in found.items():
        x = np.asarray(value_at(model, name, TOKENS), np.float64)
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        x = x * p["ln_final"]["w"] + p["ln_final"]["b"]
        expected = x @ p["unembed"]["W_U"] + p["unembed"]["b_U"]
        np.testing.assert_allclose(logits, expected, rtol=1e-3, atol=1e-4)


def test_rank_and_log_probability_of_the_answer():
    model = transformer()
    answers, positions = np.array([3, 0, 6, 1]), np.array([0, 4, 2, 2])
    logits = logit_lens(model, TOKENS)
    ranks = logit_lens(model, TOKENS, rank(answers, positions), batch_size=3)
    nats = logit_lens(model, TOKENS, log_probability(answers, positions))
    for name, y in logits.items():
        here = y[np.arange(4), positions].astype(np.float64)
        own = here[np.arange(4), answers]
        np.testing.assert_array_equal(ranks[name], (here > own[:, None]).sum(-1))
        np.testing.assert_allclose(nats[name], own - np.log(np.exp(here).sum(-1)), rtol=1e-4)


def test_own_names():
    model, inputs = own_model(), own_inputs()
    found = logit_lens(model, inputs, sites=["hidden", "stream"], final="stream")
    np.testing.assert_allclose(found["stream"], model(inputs), rtol=1e-5, atol=1e-5)
    expected = value_at(model, "hidden", inputs)[:, -1] @ model.params["u"]
    np.testing.assert_allclose(found["hidden"], expected, rtol=1e-4, atol=1e-5)


def test_bad_arguments_are_refused():
    model = transformer()

    def refused(match, *args, **kwargs):
        with pytest.raises(ValueError, match=match):
            logit_lens(model, TOKENS, *args, **kwargs)

    refused("no site 'nowhere'", sites=["nowhere"])
    refused("no sites: name", sites=[])
    refused(
        r"site 'blocks.0.attn.z' has shape .* takes residual streams", sites=["blocks.0.attn.z"]
    )
    refused("no site 'end' in this model", final="end")
    refused("one float an example", lambda y: y)
    refused(
        "the metric at 'blocks.0.resid_pre' gives nan.*answers out of", rank([99] * len(TOKENS))
    )
    refused("batch_size is at least 1", batch_size=0)
    with pytest.raises(ValueError, match="at least one example"):
        logit_lens(model, TOKENS[:0])
