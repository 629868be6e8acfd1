"""An evaluation that takes every path of what is stored, as a function and as a process to kill.

    python tests/resumable.py FOLDER replace 3        # dies at the third rename of a file

The program reads tokens (so the design examples are gone through twice) and an activation.
"""

import dataclasses
import os
import pathlib
import signal
import sys

import jax
import jax.numpy as jnp
import numpy as np

import aann

SCRIPT = pathlib.Path(__file__)
VOCABULARY, LENGTH, WIDTH, UNITS = 5, 3, 4, (2, 0)
N, BATCH = 42, 8


def forward(p, tokens):
    h = aann.site("h", jnp.tanh(p["embed"][tokens].reshape(len(tokens), -1)))
    m = aann.site("m", jax.nn.relu(h @ p["in"]))
    return aann.site("logits", m @ p["out"] + h[:, :VOCABULARY])


def model(seed=0, apply=forward):
    keys = jax.random.split(jax.random.key(seed), 3)
    params = {
        "embed": jax.random.normal(keys[0], (VOCABULARY, WIDTH)),
        "in": jax.random.normal(keys[1], (LENGTH * WIDTH, WIDTH)),
        "out": jax.random.normal(keys[2], (WIDTH, VOCABULARY)),
    }
    return aann.Model(apply, params, "tokens", jax.ShapeDtypeStruct((LENGTH,), jnp.int32))


def data(seed=1, n=2 * N):
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(VOCABULARY**LENGTH)[:n]
    tokens = np.stack(np.unravel_index(chosen, (VOCABULARY,) * LENGTH), axis=-1).astype(np.int32)
    return aann.from_arrays("tokens", tokens, rng.integers(0, VOCABULARY, n))


def guess(tokens, h, c):
    """Some of what the units are."""
    token = tokens[:, 0].astype(jnp.float32)
    return c.gain * jnp.stack([h[:, 0] + token, h[:, 1] * 2], axis=-1)


def replacement(function=guess, **constants):
    constants = constants or {"gain": 0.5}
    return aann.make(
        function, model="tokens", site="m", units=UNITS, reads=("input", "h"),
        constants=constants, name="guess",
    )  # fmt: skip


def evaluate(machine=None):
    # The script is not the module that tests import: its functions have other names.
    design, heldout = aann.split(data())
    report = aann.evaluate(
        model(), replacement(), heldout, design=design, batch_size=BATCH, draws=200, seed=3,
        machine=machine,
    )  # fmt: skip
    return dataclasses.replace(report, command="")


def die_at(name, count):
    """Die without a word at the count-th call of a function of os, after half of its work."""
    original = getattr(os, name)
    calls = iter(range(1, count + 1))

    def hooked(*args):
        if next(calls) == count:
            if name == "fsync":  # in the middle of a file
                os.ftruncate(args[0], os.fstat(args[0]).st_size // 2)
            else:
                original(*args)
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args)

    setattr(os, name, hooked)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    if len(sys.argv) > 2:
        die_at(sys.argv[2], int(sys.argv[3]))
    found = evaluate(aann.Machine(cache=folder / "cache", resume=True))
    (folder / "report.json").write_text(found.to_json())
    np.savez(folder / "report.npz", **found.arrays)
