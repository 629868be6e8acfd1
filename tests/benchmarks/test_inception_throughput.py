"""What needs no PyTorch. Every run compares the logits of ``benchmarks.inception_by_hand``, of
``benchmarks.pytorch.inception`` and of the zoo; so does ``benchmarks.replacements``."""

from benchmarks import inception_throughput


def test_contestants_take_turns():
    order = []
    taken = inception_throughput.time_in_turns(
        {name: lambda name=name: order.append(name) for name in "abc"}, 3
    )
    assert order == list("abc") * 3
    assert set(taken) == set("abc")
    assert min(taken.values()) >= 0
