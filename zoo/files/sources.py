"""Where the published files come from: a commit on GitHub for each folder of assets."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

MIRROR_VARIABLE = "AANN_ASSETS"


class AssetError(RuntimeError):
    """A published file is not to be had, or is not what was published."""


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a folder of assets was published.

    Attributes:
        url: of the commit.
        licence: of the files.
        known: whether ``checksums.txt`` holds for the files at the source.
        folders: suffix of a file's name -> folder of the commit that it is in, if not the root.
        blobs: file -> git blob id, where no SHA-256 is known.
    """

    url: str
    licence: str
    known: bool
    folders: Mapping[str, str] = dataclasses.field(default_factory=dict)
    blobs: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def locate(self, name: str) -> str:
        """The URL of one file."""
        folder = self.folders.get(Path(name).suffix, "")
        return f"{self.url}/{folder}{name}"


SOURCES = {
    "inceptionv1": Source(
        "https://raw.githubusercontent.com/soumith/inception.torch/"
        "8b9705fe4d1643a4cd6a23aebfe8d70c875ae31e",
        licence="Apache-2.0",
        known=True,
        folders={".h5": "dump/"},
    ),
    "inception5h": Source(
        "https://raw.githubusercontent.com/ProGamerGov/pytorch-old-tensorflow-models/"
        "f8187b60fca8a3f5cfa541406dcbcefb80db5c78",
        licence="see the repository",
        known=False,
        blobs={"inception5h.pth": "119f77db85c8352960933e025312b507d9a96ed7"},
    ),
    "imagenet_samples": Source(
        "https://raw.githubusercontent.com/EliSchwartz/imagenet-sample-images/"
        "bc69043e2862758a1906c6a24a792bb28c6bb2ff",
        licence="ImageNet terms, research use",
        known=False,
    ),
    "grokking": Source(
        "https://raw.githubusercontent.com/neelnanda-io/Grokking/"
        "dfbd38f7d23e09aaa5e5c9bd0483b69ca533e580",
        licence="see the repository",
        known=True,
        folders={".pth": "saved_runs/"},
    ),
    "eis_vii": Source(
        "https://raw.githubusercontent.com/thestephencasper/mechanistic_interpretability_challenge/"
        "c4dd396c6b0bd8e664fe31a394316f620b44b6ff",
        licence="see the repository",
        known=True,
    ),
    "mnist": Source(
        "https://storage.googleapis.com/cvdf-datasets/mnist",
        licence="CC BY-SA 3.0",
        known=True,
    ),
}
