"""Twenty replacements of mixed3b on 200 images, against PyTorch hooks that re-run the model.

``python -m benchmarks.replacements [--images 200] [--replacements 20] [--micro-batch 10]``

The work: a program of the input (pooled brightness times a gain) in place of ten units, at twenty
gains, and the losses of every image for each. PyTorch's side is what people do today: a forward
hook writes the program's values and the whole network runs again; its faster memory layout is
picked first. aann runs the prefix once and the suffix once a replacement; its time includes the
metrics, the intact run and per-unit agreement, PyTorch's only the logits. Logits are compared.
"""

import argparse
import time

import jax.numpy as jnp
import numpy as np

import aann
import zoo
from aann.bench import ablation
from aann.bench.ablation import Row
from aann.bench.workbench import workbench
from aann.evaluation.measure import measure
from benchmarks import saving
from benchmarks.inception_by_hand import prefix, read_weights, suffix, torch, torch_ops

UNITS = tuple(range(320, 416, 10))


def brightness(image, c):
    """Ten units follow the mean brightness of their cell."""
    b, height, width, _ = image.shape
    cells = image.mean(-1).reshape(b, height // 8, 8, width // 8, 8).mean((2, 4))
    return jnp.broadcast_to(c.gain * cells[..., None], (*cells.shape, len(UNITS)))


class Hooked(torch.nn.Module):
    """The network with one place for a hook, mixed3b."""

    def __init__(self, stored, layout) -> None:
        super().__init__()
        self.ops, self.layout = torch_ops(stored, layout), layout
        self.mixed3b = torch.nn.Identity()

    def forward(self, pixels):
        """Logits of (batch, 3, height, width) pixels."""
        x = prefix(self.ops, pixels.contiguous(memory_format=self.layout) - 117.0)
        return suffix(self.ops, self.mixed3b(x))


def with_hooks(model, pixels, gains):
    """Logits (gain, image, class): the model re-run with a hook at every gain."""
    cells = torch.nn.functional.avg_pool2d(pixels.mean(1, keepdim=True), 8)
    results = []
    for gain in gains:

        def write(module, args, output, gain=gain):
            output = output.clone()
            output[:, list(UNITS)] = gain * cells
            return output

        handle = model.mixed3b.register_forward_hook(write)
        results.append(model(pixels).numpy())
        handle.remove()
    return np.stack(results)


def faster_layout(stored, pixels):
    """The memory layout in which PyTorch runs the whole network faster."""
    taken = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        model = Hooked(stored, layout)
        model(pixels)
        start = time.perf_counter()
        model(pixels)
        taken[layout] = time.perf_counter() - start
    return min(taken, key=lambda layout: taken[layout])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--replacements", type=int, default=20)
    parser.add_argument("--micro-batch", type=int, default=10)
    saving.add(parser)
    args = parser.parse_args()
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
    batches = [with_hooks(hooked, pixels[i : i + 50], gains) for i in range(0, len(pixels), 50)]
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
