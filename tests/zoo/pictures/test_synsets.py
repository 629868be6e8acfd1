import zoo
from zoo.pictures import synsets


def test_units_follow_the_list_of_classes(assets):
    units = synsets.unit_of_wnid()
    assert units["n02110341"] == 41
    assert units["n02119789"] == 1
    assert len(synsets.synsets()) == synsets.OUTPUTS
    assert zoo.data("imagenet_samples").load([0]).shape == (1, 224, 224, 3)
