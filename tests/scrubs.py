"""A small network with positions and heads, programs about it, and scrubbing as it is defined."""

import jax
import jax.numpy as jnp
import numpy as np

import aann
from aann.scrubbing.bound import bind
from aann.scrubbing.interpretation import OUTPUT
from aann.scrubbing.plan import plan

N, LENGTH, WIDTH, HEADS, CLASSES = 24, 3, 4, 2, 5
WHOLE = {"a": "h", "b": "z", "c": "m"}


def params(seed=0):
    rng = np.random.default_rng(seed)
    shapes = {
        "in": (WIDTH, WIDTH), "mid": (WIDTH, HEADS, 2), "flat": (HEADS * 2, 6),
        "past": (WIDTH, 6), "out": (6, CLASSES), "skip": (WIDTH, CLASSES),
    }  # fmt: skip
    return {k: rng.normal(size=s).astype(np.float32) for k, s in shapes.items()}


def network(p, x):
    """(batch, positions, width) -> (batch, classes); every site is skipped to or past."""
    h = aann.site("h", jnp.tanh(x @ p["in"]))
    z = aann.site("z", jnp.tanh(jnp.einsum("bpd,dhe->bphe", h, p["mid"])))
    flat = z.reshape(*z.shape[:2], -1).sum(1)
    m = aann.site("m", jax.nn.relu(flat @ p["flat"] + h.mean(1) @ p["past"]))
    return aann.site("logits", m @ p["out"] + h[:, 0] @ p["skip"])


def by_hand(p, x, edit=lambda site, value: value):
    """The network in NumPy on one example (positions, width): the values at all its sites."""
    found = {}

    def site(name, value):
        found[name] = edit(name, np.array(value, np.float64))
        return found[name]

    h = site("h", np.tanh(x @ p["in"]))
    z = site("z", np.tanh(np.einsum("pd,dhe->phe", h, p["mid"])))
    flat = z.reshape(len(z), -1).sum(0)
    m = site("m", np.maximum(flat @ p["flat"] + h.mean(0) @ p["past"], 0))
    site("logits", m @ p["out"] + h[0] @ p["skip"])
    return found


def model(name="toy"):
    spec = jax.ShapeDtypeStruct((LENGTH, WIDTH), jnp.float32)
    return aann.Model(network, params(), name, spec)


def arrays(n=N, seed=1):
    return np.random.default_rng(seed).normal(size=(n, LENGTH, WIDTH)).astype(np.float32)


def examples(n=N, seed=1, labels=True, order=None, **more):
    """Examples whose names sort as they are numbered, in this order."""
    order = np.arange(n) if order is None else np.asarray(order)
    rng = np.random.default_rng(seed + 1)
    y = rng.integers(0, CLASSES, n)[order] if labels else None
    names = [f"{i:04}" for i in order]
    return aann.from_arrays("toy", arrays(n, seed)[order], y, names=names, **more)


def signs(x):
    """Two values of the input, the second one of the first as well, and a third of both."""
    a = aann.value("a", (x[:, 0, 0] > 0).astype(jnp.int32))
    b = aann.value("b", a + (x[:, 1, 0] > 0).astype(jnp.int32))
    return aann.value("c", jnp.stack([a * b, b], -1).sum(-1))


def apart(x):
    """Two values of which neither is computed from the other."""
    a = aann.value("a", (x[:, 0, 0] > 0).astype(jnp.int32))
    b = aann.value("b", (x[:, 1, 0] > 0).astype(jnp.int32))
    return a + b


def chain(x):
    """A value of the input, one of that value alone, and one of that."""
    a = aann.value("a", jnp.floor(2 * x[:, 0, 0]).astype(jnp.int32))
    b = aann.value("b", a // 2)
    return aann.value("c", b % 2)


def identity(x):
    """A value that no two examples share."""
    return aann.value("a", x[:, 0, 0])


def equal(p, x):
    """A network that is a program: its hidden units are the program's values."""
    a = aann.site("h", jnp.stack([(x[:, 0, 0] > 0), (x[:, 1, 0] > 0)], -1).astype(jnp.float32))
    b = aann.site("m", jnp.stack([a.sum(-1), a[:, 0] * a[:, 1]], -1))
    return b @ jnp.array([[1.0, -2.0], [-3.0, 4.0]]) + jnp.array([[-0.5, 0.0]])


def its_program(x):
    a = aann.value("first", (x[:, 0, 0] > 0).astype(jnp.float32))
    b = aann.value("second", (x[:, 1, 0] > 0).astype(jnp.float32))
    total = aann.value("total", a + b)
    both = aann.value("both", a * b)
    return jnp.stack([total - 3 * both - 0.5, 4 * both - 2 * total], -1)


def another(x):
    """The same entropy, another criterion."""
    a = aann.value("first", (x[:, 0, 1] > 0).astype(jnp.float32))
    b = aann.value("second", (x[:, 1, 1] > 0).astype(jnp.float32))
    total = aann.value("total", a + b)
    both = aann.value("both", a * b)
    return jnp.stack([total - 3 * both - 0.5, 4 * both - 2 * total], -1)


UNITS = {
    "first": aann.Where("h", (0,)), "second": aann.Where("h", (1,)),
    "total": aann.Where("m", (0,)), "both": aann.Where("m", (1,)),
}  # fmt: skip
PROGRAM = aann.Model(equal, {}, "program", jax.ShapeDtypeStruct((LENGTH, WIDTH), jnp.float32))


def drawn(bound, data, scrubs=2, seed=0):
    """The plan that a scrub of the hypothesis draws."""
    from aann.scrubbing.values import values

    known = values(bound, model(), data, len(data))
    donors = {n: same.of(known[n]) for n, same in bound.hypothesis.equivalences().items()}
    return plan(bound, donors, len(data), scrubs, seed)


def reference(hypothesis, x, found, scrub, root):
    """The scrubbed logits of one example, by Chan et al.: a run for each node of the tree."""
    p, places = params(), hypothesis.places()
    nodes = bind(model(), hypothesis).graph.nodes

    def pick(where, value):
        return value[rows(where, value.ndim)]

    def rows(where, rank):
        """Indices of one example's value; axes are counted with the batch."""
        index = [slice(None)] * rank
        if where.positions is not None:
            index[where.position_axis - 1] = list(where.positions)
        if where.units is not None:
            index[where.axis - 1 if where.axis > 0 else where.axis + rank] = list(where.units)
        return np.ix_(*[range(9)[i][: n] if isinstance(i, slice) else i
                        for i, n in zip(index, SHAPES[where.site], strict=True)])  # fmt: skip

    def run(path, name):
        if not nodes[name].parents:
            at = by_hand(p, x[found.own[path][scrub, root]])
            return [pick(w, at[w.site]) for w in places[name]]
        below = {q: run((*path, q), q) for q in nodes[name].parents}

        def edit(site, value):
            here = [
                (w, part)
                for q, parts in below.items()
                for w, part in zip(places[q], parts, strict=True)
                if w.site == site
            ]
            if here and hypothesis.rest == "zero":
                value = np.zeros_like(value)
            for w, part in here:
                value[rows(w, value.ndim)] = part
            return value

        at = by_hand(p, x[found.base[path][scrub, root]], edit)
        if name == OUTPUT:
            return at["logits"]
        return [pick(w, at[w.site]) for w in places[name]]

    return run((), OUTPUT)


SHAPES = {"h": (LENGTH, WIDTH), "z": (LENGTH, HEADS, 2), "m": (6,)}


def scrubbed(*hypotheses, network=None, data=None, **more):
    options = {"draws": 100, "progress": False, "batch_size": 8, **more}
    data = examples() if data is None else data
    return aann.scrub(network or model(), list(hypotheses), data, **options)


def claim(program=signs, where=None, **more):
    return aann.Hypothesis(program, WHOLE if where is None else where, **{"name": "it", **more})
