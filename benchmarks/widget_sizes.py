"""What a page loads for a question: Earshot's widget next to the published packages of others, compressed alike."""

import gzip
import io
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Row, Section
from earshot.pages.script import script, style
from web.build import BUDGET, BUDGET_WITH_CONFIG, size_of

TITLE = "Widget: what a page loads"
HOW = (
    "The files that each package publishes for a browser, from the npm registry by name and version (`npm pack`), "
    "compressed with gzip -9 in this run. Earshot's words of one language come with its config: script and config "
    "are compressed together. Loaders that fetch the rest from a server of theirs are noted; what that server sends "
    "is not counted."
)


@dataclass(frozen=True, slots=True)
class Package:
    """A published package, and the files of it that a page loads."""

    name: str
    version: str
    files: tuple[str, ...]
    note: str = ""


OTHERS = (
    Package("@formbricks/js", "5.1.0", ("dist/index.js",), "a loader only"),
    Package("@formbricks/surveys", "1.99.0", ("dist/index.umd.js",)),
    Package("posthog-js", "1.449.2", ("dist/array.js", "dist/surveys.js")),
    Package("@typeform/embed", "6.1.1", ("build/embed.js",), "a loader only; then an iframe"),
    Package("survey-core", "3.1.1", ("survey.core.min.js", "survey-core.min.css"), "with survey-js-ui"),
    Package("survey-js-ui", "2.5.38", ("survey-js-ui.min.js",), "with survey-core"),
)


def measure(config: bytes) -> Section:
    """Compare the sizes; without npm only our own is shown."""
    asking = size_of((script().plain + config).decode())
    own = asking + len(style().packed)
    plain = len(script().plain) + len(config)
    rows = [
        Row(
            ("Earshot's widget", "", f"{len(script().plain):,}", f"{len(script().packed):,}", ""),
            f"≤ {BUDGET:,}",
            len(script().packed) <= BUDGET,
        ),
        Row(
            ("with the config of one language", "", f"{plain:,}", f"{asking:,}", ""),
            f"≤ {BUDGET_WITH_CONFIG:,}",
            asking <= BUDGET_WITH_CONFIG,
        ),
        Row(("and its style", "where it is shown", f"{plain + len(style().plain):,}", f"{own:,}", "1.0")),
    ]
    if shutil.which("npm") is None:
        return Section(
            TITLE, _COLUMNS, rows, HOW, ["npm is missing on this machine, so nothing of others was measured."]
        )
    for package in OTHERS:
        raw, packed = _sizes(package)
        shown = f"{package.name} {package.version}"
        rows.append(Row((shown, package.note, f"{raw:,}", f"{packed:,}", f"{packed / own:.1f}")))
    return Section(TITLE, _COLUMNS, rows, HOW)


_COLUMNS = ("what", "note", "bytes", "gzip", "× ours")


def _sizes(package: Package) -> tuple[int, int]:
    """Return the bytes of a package's files, plain and compressed, each on its own as a page loads them."""
    with tempfile.TemporaryDirectory(prefix="earshot-sizes-") as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(fileobj=io.BytesIO(archive.read_bytes())) as packed:
            contents = [_read(packed, f"package/{name}") for name in package.files]
    return sum(map(len, contents)), sum(len(gzip.compress(content, 9, mtime=0)) for content in contents)


def _read(packed: tarfile.TarFile, name: str) -> bytes:
    file = packed.extractfile(name)
    if file is None:
        raise FileNotFoundError(name)
    return file.read()
