"""Packages the functions and the layer: the same bytes for the same files, on any machine and at any time."""

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from earshot_cli.local.errors import TemplateError
from earshot_cli.local.settings import Settings

EPOCH = (1980, 1, 1, 0, 0, 0)
LEFT_OUT = {"__pycache__", "bin"}
BUCKET = "earshot-artifacts"

Member = tuple[str, Path]


@dataclass(frozen=True)
class Artifact:
    """The files of one package; its name in the bucket is a hash of its content."""

    name: str
    members: tuple[Member, ...]

    @property
    def key(self) -> str:
        """The object's key, from the content of the files and not from the compressed bytes."""
        digest = hashlib.sha256()
        for inside, path in self.members:
            digest.update(f"{inside}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        return f"{self.name}/{digest.hexdigest()[:32]}.zip"

    @property
    def uri(self) -> str:
        """Where the template finds it."""
        return f"s3://{BUCKET}/{self.key}"

    def pack(self) -> bytes:
        """Write the package, members in order and without the times and owners of this machine."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            for inside, path in self.members:
                entry = zipfile.ZipInfo(inside, EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                package.writestr(entry, path.read_bytes())
        return stream.getvalue()


def function_artifact(settings: Settings, uri: str) -> Artifact:
    """A function's package: app.py and the files next to it."""
    folder = settings.root / uri
    if not (folder / "app.py").is_file():
        raise TemplateError(f"The template names {uri}/app.py, which does not exist.")
    return Artifact(folder.name, _ordered(_files(folder, "")))


def layer_artifact(settings: Settings, uri: str) -> Artifact:
    """The layer's package: the earshot library and what `make build` installed for it."""
    if not settings.layer_requirements.is_dir():
        raise TemplateError("The layer's dependencies are missing: run `make build` first.")
    library = settings.root / uri / "earshot"
    return Artifact(
        "layer", _ordered(_files(settings.layer_requirements, "python/"), _files(library, "python/earshot/"))
    )


def _files(folder: Path, prefix: str) -> Iterator[Member]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder)
        if path.is_file() and not LEFT_OUT.intersection(inside.parts) and path.suffix != ".pyc":
            yield prefix + inside.as_posix(), path


def _ordered(*groups: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(sorted(member for group in groups for member in group))
