"""What was measured is measured once."""

from aann.residuals.kept import Kept


def test_it_is_measured_once_for_each_key():
    kept, count = Kept(), []
    for key in (("a", 1), ("a", 1), ("a", 2)):
        kept.once(key, lambda: count.append(0))
    assert len(count) == 2


def test_a_loss_of_ones_own_stays_alive_for_its_key():
    kept = Kept()
    assert kept.loss("kl") == "kl"
    keys = {kept.loss(lambda outputs: outputs[:, 0]) for _ in range(5)}
    assert len(keys) == 5
