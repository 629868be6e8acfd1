"""Twenty replacements of mixed3b on 200 images, against PyTorch hooks that re-run the model.

``python -m benchmarks.replacements [--images 200] [--replacements 20] [--micro-batch 10]``

The work: a program of the input (pooled brightness times a gain) in place of ten units, at twenty
gains, and the losses of every image for each. PyTorch's side is what people do today: a forward
hook writes the program's values and the whole network runs again; its faster memory layout is
picked first. aann runs the prefix once and the suffix once a replacement; its time includes the
metrics, the intact run and per-unit agreement, PyTorch's only the logits. Logits are compared.
"""

import time

import numpy as np

import aann
import zoo
from aann.bench import ablation
from aann.bench.ablation import Row
from aann.bench.workbench import workbench
from aann.evaluation.measure import measure
from benchmarks import saving
from benchmarks.brightness import UNITS, brightness
from benchmarks.inception_by_hand import read_weights
from zoo.scripts import script
from zoo.scripts.integers import positive


def main(argv=None):
    parser = script.parser("benchmarks.replacements", __doc__)
    parser.add_argument("--images", type=positive, default=200)
    parser.add_argument("--replacements", type=positive, default=20)
    parser.add_argument("--micro-batch", type=positive, default=10)
    saving.add(parser)
    args = parser.parse_args(argv)
    from benchmarks.pytorch.inception import Hooked, faster_layout, torch, with_hooks  # noqa: PLC0415

    torch.set_grad_enabled(False)
    gains = np.linspace(0.05, 1.0, args.replacements).astype(np.float32)
    model = zoo.load("inceptionv1")
    heldout = zoo.data("imagenet_samples", split="heldout").take(range(args.images))
    first = aann.make(
        brightness, model=model.name, site="mixed3b", units=UNITS, constants={"gain": 1.0}
    )
    programs = [first.with_constants(f"gain {g:.2f}", gain=float(g)) for g in gains]
    rows = [Row(p.name, "program", ablation.program, program=p) for p in programs]
    bench = workbench(model, first, args.micro_batch)
    measure(bench, rows[:1], heldout.take(range(args.micro_batch)))

    start = time.perf_counter()
    measured = measure(bench, rows, heldout)
    ours = time.perf_counter() - start

    pixels = torch.tensor(heldout.load(range(args.images))).permute(0, 3, 1, 2)
    stored = read_weights()
    hooked = Hooked(stored, faster_layout(stored, pixels[:20]))
    start = time.perf_counter()
    batches = [
        with_hooks(hooked, UNITS, pixels[i : i + 50], gains) for i in range(0, len(pixels), 50)
    ]
    theirs = time.perf_counter() - start

    logits = torch.tensor(np.concatenate(batches, axis=1))
    labels = torch.tensor(heldout.labels).long()
    nll = [torch.nn.functional.cross_entropy(x, labels, reduction="none") for x in logits]
    np.testing.assert_allclose(measured.losses["nll"][:-1], np.stack(nll), rtol=1e-3, atol=1e-3)
    print(f"{args.replacements} replacements on {args.images} images")
    print(f"  aann           {ours:7.1f} s")
    print(f"  forward hooks  {theirs:7.1f} s")
    print(f"  ratio          {theirs / ours:7.2f}")
    saving.save(
        args, {"ratio": theirs / ours, "aann": ours, "hooks": theirs, "images": args.images,
               "replacements": args.replacements},
    )  # fmt: skip


if __name__ == "__main__":
    main()
