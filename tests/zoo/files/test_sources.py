from zoo.files import sources


def test_sources_are_pinned_to_commits():
    weights = sources.SOURCES["inceptionv1"]
    commit = "8b9705fe4d1643a4cd6a23aebfe8d70c875ae31e"
    assert weights.locate("conv2d0_w.h5").endswith(f"{commit}/dump/conv2d0_w.h5")
    assert weights.locate("synsets.txt").endswith(f"{commit}/synsets.txt")
    distill = sources.SOURCES["inception5h"]
    assert distill.blobs == {"inception5h.pth": "119f77db85c8352960933e025312b507d9a96ed7"}
    assert distill.locate("inception5h.pth").endswith(
        "pytorch-old-tensorflow-models/f8187b60fca8a3f5cfa541406dcbcefb80db5c78/inception5h.pth"
    )
    grokking = sources.SOURCES["grokking"]
    assert grokking.locate("a.pth").endswith(
        "neelnanda-io/Grokking/dfbd38f7d23e09aaa5e5c9bd0483b69ca533e580/saved_runs/a.pth"
    )
