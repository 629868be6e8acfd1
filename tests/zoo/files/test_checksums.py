from zoo.files import checksums


def test_the_checksums_that_ship_are_those_of_the_mirror(request):
    mirror = request.getfixturevalue("assets")
    published = dict(
        reversed(line.split("  ./")) for line in (mirror / "SHA256SUMS").read_text().splitlines()
    )
    for folder, files in checksums.published().items():
        for name, digest in files.items():
            assert published[f"{folder}/{name}"] == digest
    assert {folder: len(files) for folder, files in checksums.published().items()} == {
        "inceptionv1": 118,
        "inception5h": 0,
        "imagenet_samples": 1000,
        "grokking": 3,
        "eis_vii": 2,
        "mnist": 4,
    }
