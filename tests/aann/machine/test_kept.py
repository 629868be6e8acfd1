import numpy as np

from aann.machine.kept import Kept


def test_a_section_makes_room_for_another_one_and_never_for_itself():
    kept, array = Kept(), (np.zeros(10, np.uint8),)
    assert [kept.put(f"a{i}", "a", array, 35) for i in range(4)] == [True, True, True, False]
    assert kept.put("a0", "a", array, 0), "it is there already"
    assert kept.put("b0", "b", array, 35)
    assert kept.size == 30
    assert kept.get("a0") is None
    assert kept.get("a1") is not None
    assert not kept.put("b1", "b", (np.zeros(40, np.uint8),), 35)
    assert kept.size == 30, "nothing is dropped for what does not fit in any case"
    kept.forget("a")
    assert (kept.size, len(kept)) == (10, 1)
