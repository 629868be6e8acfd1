"""A small evaluation that every kind of machine has to agree on, run in processes of their own.

A grid of inputs, so that the linear prediction is fitted on a part of its rows; a program at a
lower site that reads tokens; labels.
"""

import warnings

import jax
import jax.numpy as jnp
import numpy as np

import aann

N = 90
UNITS = (1, 4)


def apply(p, x):
    x = aann.site("scaled", x * p["scale"])
    h = jax.lax.conv_general_dilated(
        x, p["k"], (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    h = aann.site("h", jnp.tanh(h))
    pooled = aann.site("pooled", h.mean((1, 2)))
    token = aann.site("token", jnp.argmax(x[:, 0, :, 0], axis=-1).astype(jnp.int32))
    m = aann.site("m", jax.nn.relu(pooled @ p["v"] + p["table"][token]))
    return aann.site("logits", m @ p["w"])


def model():
    shapes = {"k": (3, 3, 2, 6), "v": (6, 16), "w": (16, 7), "table": (8, 16)}
    params = {n: jax.random.normal(jax.random.key(i), s) for i, (n, s) in enumerate(shapes.items())}
    params["scale"] = jnp.float32(1.0)
    return aann.Model(apply, params, "grid", jax.ShapeDtypeStruct((8, 8, 2), jnp.float32))


def data(loads=None):
    """Examples; ``loads`` gets the positions of those that are loaded."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(N, 8, 8, 2)).astype(np.float32)

    def load(indices):
        if loads is not None:
            loads.extend(indices)
        return inputs[list(indices)]

    plain = aann.from_arrays("grids", inputs, rng.integers(0, 7, N))
    return aann.Examples(plain.name, plain.names, plain.digests, load, plain.labels)


def cells(x, c):
    """Units are means of four pixels."""
    return jnp.tanh(x.reshape(len(x), 4, 2, 4, 2, 2).mean((2, 4)) * c.gain)


def below(pooled, token, c):
    """A unit is the mean of another one, shifted for small tokens."""
    return jax.nn.relu(pooled[:, :1] + jnp.where(token < 4, c.shift, 0.0)[:, None])


def programs(gain=1.3):
    upper = aann.make(
        cells, model="grid", site="h", units=UNITS, reads=("scaled",), constants={"gain": gain},
        name="cells",
    )  # fmt: skip
    lower = aann.make(
        below, model="grid", site="m", units=(3,), reads=("pooled", "token"),
        constants={"shift": 0.2}, name="below",
    )  # fmt: skip
    return upper, lower


def evaluate(machine=None, loads=None, **more):
    """The report; 45 held-out examples make a last batch that is not full."""
    design, heldout = aann.split(data(loads))
    given = {"batch_size": 12, "draws": 200} | more
    main = given.pop("main", programs())
    return aann.evaluate(model(), main, heldout, design=design, machine=machine, **given)


def furthest(report, other):
    """The largest difference of losses and of r2, relative to the largest of a kind or 1.

    Apart for the linear prediction, whose normal equations enlarge the rounding of what it reads,
    and for the best constant, whose search ends where the loss is flat.
    """
    found = {"linear": 0.0, "best constant": 0.0, "others": 0.0}
    losses = {k: x for k, x in report.arrays.items() if k.startswith("losses/")}
    for i, (row, same) in enumerate(zip(report.rows, other.rows, strict=True)):
        assert row.name == same.name
        pairs = [(x[i], other.arrays[k][i], x) for k, x in losses.items()]
        r2 = np.array(row.r2, float)
        pairs.append((r2, np.array(same.r2, float), r2))
        kind = row.name if row.name in found else "others"
        for a, b, scale in pairs:
            apart = float(np.nanmax(np.abs(a - b)) / max(1, np.nanmax(np.abs(scale))))
            found[kind] = max(found[kind], apart)
    return found


def sweeps(machine=None):
    """Losses of a dose of constants and of single units."""
    found = {"settings": dose(machine), "units": units(machine)}
    return {name: sweep.losses["nll"].tolist() for name, sweep in found.items()}


def dose(machine, batch_size=12, gains=(0.5, 1.0)):
    rows = [programs()[0].with_constants(f"gain {g}", gain=g) for g in gains]
    return aann.settings_sweep(model(), rows, data(), batch_size=batch_size, machine=machine)


def units(machine, batch_size=12):
    return aann.unit_sweep(
        model(), "h", (0, 3), data(), "mean", shortcut=False, batch_size=batch_size,
        machine=machine,
    )  # fmt: skip


def population(machine, batch_size):
    rows = {"both": programs()}
    return aann.exhaustive(model(), rows, data(), batch_size=batch_size, machine=machine)


def strict():
    """What tests/conftest.py sets, for a process of its own."""
    warnings.simplefilter("error")
    warnings.filterwarnings("ignore", "Error reading persistent compilation cache")
    warnings.filterwarnings("ignore", "the intact model does no better than chance")
    jax.config.update("jax_numpy_dtype_promotion", "strict")
    jax.config.update("jax_numpy_rank_promotion", "raise")
    jax.config.update("jax_cpu_enable_async_dispatch", False)
