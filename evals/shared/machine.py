"""The arguments about the machine that evaluations share, and the ``aann.Machine`` they ask for."""

import argparse
import pathlib
from typing import Any

import jax

import aann
from aann.store.room import check_writable
from evals.shared.sizes import size
from zoo.scripts.integers import natural, positive

BY_HAND = "--coordinator HOST:PORT --processes N --process I"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to a parser."""
    group = parser.add_argument_group("machine", "see docs/clusters.md")
    group.add_argument(
        "--devices", type=positive, metavar="N",
        help="devices of this process to spread batches over (default: all of an accelerator, one "
        "on a CPU)",
    )  # fmt: skip
    group.add_argument(
        "--bf16", action="store_true",
        help="run the model's products on bfloat16 numbers; the report says how far that moves "
        "what is recovered",
    )  # fmt: skip
    group.add_argument(
        "--distributed",
        action="store_true",
        help="share the examples with the other processes of a job of SLURM, Open MPI or a TPU pod",
    )
    group.add_argument(
        "--coordinator", metavar="HOST:PORT", help="likewise, by hand: where process 0 runs"
    )
    group.add_argument("--processes", type=positive, metavar="N", help="how many there are")
    group.add_argument("--process", type=natural, metavar="I", help="which one this is, from 0")
    _add_keeping(parser)


def _add_keeping(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("memory and disk", "see docs/resume.md")
    group.add_argument(
        "--memory", type=size, metavar="SIZE",
        help="keep activations in memory up to SIZE, such as 4GiB or 500MB, between evaluations "
        "too (default: 4GiB, of what one evaluation needs twice)",
    )  # fmt: skip
    group.add_argument(
        "--cache", type=pathlib.Path, metavar="DIR",
        help="keep activations and partial results in this folder, for later runs (default with "
        "--resume: a folder in the user's cache)",
    )  # fmt: skip
    group.add_argument(
        "--resume", action="store_true",
        help="go on from what an earlier run of the same evaluation left in the cache",
    )  # fmt: skip


def of(args: argparse.Namespace) -> aann.Machine:
    """The machine that parsed arguments describe. Call it before anything else uses JAX.

    Raises:
        ValueError: arguments do not fit together, the other processes cannot be found, or there
            are fewer devices.
        OSError: the cache folder cannot be written.
    """
    more: dict[str, Any] = {
        "distributed": _join(args), "bfloat16": args.bf16,
        "memory": args.memory, "cache": args.cache, "resume": args.resume,
    }  # fmt: skip
    accelerated = jax.default_backend() != "cpu"
    n = args.devices or (jax.local_device_count() if accelerated else 1)
    machine = aann.Machine(**more) if n == 1 else aann.Machine.of_devices(n, **more)
    if machine.cache is not None:
        check_writable(machine.cache)
    return machine


def _join(args: argparse.Namespace) -> bool:
    """Join the other processes, if there are any."""
    by_hand = (args.coordinator, args.processes, args.process)
    if by_hand == (None, None, None):
        if args.distributed:
            _initialize()
        return bool(args.distributed)
    problems = []
    if None in by_hand:
        problems.append(f"processes that are started by hand need all of {BY_HAND}")
    elif args.process >= args.processes:
        problems.append(f"--process counts from 0: got {args.process} of {args.processes}")
    if args.coordinator and not args.coordinator.rpartition(":")[2].isdigit():
        problems.append(f"--coordinator is HOST:PORT, got {args.coordinator!r}")
    if problems:
        raise ValueError("; ".join(problems))
    _initialize(*by_hand)
    return True


def _initialize(*by_hand: object) -> None:
    try:
        jax.distributed.initialize(*by_hand)  # type: ignore[arg-type]
    except (ValueError, RuntimeError) as error:
        advice = "" if by_hand else f"; without a job manager that JAX knows, pass {BY_HAND}"
        raise ValueError(f"the other processes cannot be joined: {error}{advice}") from error
