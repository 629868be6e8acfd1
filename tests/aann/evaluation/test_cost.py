import jax.numpy as jnp
from toys import mlp_model

import aann
from aann.bench.ablation import Row, constant, resample
from aann.bench.workbench import workbench
from aann.counting.complexity import measure
from aann.evaluation.cost import of_row


def test_rows_add_what_they_know():
    def program(h, c):
        return h[:, :2] * c.gain

    model = mlp_model()
    replacement = aann.make(
        program, model="toy", site="m", units=(0, 3), reads=("h",), constants={"gain": 2.0}
    )
    bench = workbench(model, replacement, batch_size=4)
    table = Row("mean", "ablation", constant, jnp.zeros(2), scalars=2)
    cost = of_row(bench, table)
    assert (cost.constants, cost.bits) == (2, 64.0)
    assert of_row(bench, Row("resample", "ablation", resample, scalars=None)).constants is None
    own = of_row(bench, Row("p", "program", lambda _, v: v.output, program=replacement))
    assert own == measure(replacement, bench.reads[0])
    assert own.constants == 1
    assert own.flops == 2
