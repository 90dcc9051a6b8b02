"""Instructions that each function takes until its first invocation could begin, against bare boto3 with one client."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.errors import BenchError
from benchmarks.init_subject import BARE, REFERENCE, Subject, functions, subject_of
from benchmarks.lab import Lab
from benchmarks.report import Row, Section
from earshot_cli.local.engine import credentials
from earshot_cli.local.settings import ROOT

TITLE = "Init: import and first clients of every function"
HOW = (
    "callgrind counts the instructions of importing `app.py` with nothing but the built layer and boto3 on the "
    "path, and of making every client and adapter that the function names in `earshot.bootstrap`; those of the "
    'bare interpreter are subtracted on both sides, and the ratio is to `import boto3; boto3.client("dynamodb")` '
    "(same interpreter, bytecode warm). It does not show the download of the package, the first TLS handshake, "
    "or how fast Lambda runs an instruction."
)
HOW_TO_INSTALL = "Not measured, as valgrind is not installed (Debian and Ubuntu: apt install valgrind)."
SUBMIT_LIMIT, LIMIT, ASKING_LIMIT = 1.2, 1.4, 1.6
# These render mails and pages, make links, or ask SES what it lets them send.
ASKING = (
    "manage_people",
    "plan_campaigns",
    "plan_reminders",
    "receive_touchpoints",
    "request_invitations",
    "send_emails",
    "serve_pages",
)
RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py")
SECONDS = 120
COLLECTED = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)


class InitError(BenchError):
    """A function could not be imported with nothing but its layer and boto3."""


def measure(lab: Lab) -> list[Section]:
    """Count for every function."""
    names = functions()
    lab.steps.begin("init", 2 + len(names))
    if shutil.which("valgrind") is None:
        return [Section(TITLE, ("function",), (), HOW, (HOW_TO_INSTALL,))]
    subjects = [BARE, REFERENCE, *map(subject_of, names)]
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder, ThreadPoolExecutor(2) as pool:
        place = Path(folder)
        _furnish(place)
        for subject in subjects:
            _run(place, subject, [])
        counted: dict[str, int] = {}
        for subject, instructions in zip(subjects, pool.map(lambda s: _count(place, s), subjects), strict=True):
            counted[subject.name] = instructions
            lab.steps.step(subject.name)
    return [Section(TITLE, ("function", "million instructions", "× boto3 + client"), list(_rows(counted)), HOW)]


def _rows(counted: dict[str, int]) -> Iterator[Row]:
    bare = counted.pop(BARE.name)
    reference = counted.pop(REFERENCE.name) - bare
    yield Row((f"`{REFERENCE.name}`", f"{reference / 1e6:,.0f}", "1.00"))
    for name, instructions in counted.items():
        ratio = (instructions - bare) / reference
        limit = SUBMIT_LIMIT if name == "submit_response" else ASKING_LIMIT if name in ASKING else LIMIT
        yield Row((f"`{name}`", f"{(instructions - bare) / 1e6:,.0f}", f"{ratio:.2f}"), f"≤ {limit}", ratio <= limit)


def _furnish(place: Path) -> None:
    """Copy the layer as Lambda unpacks it, and the SDK that the runtime brings along."""
    bytecode = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "build/layer/python", place / "layer", ignore=bytecode)
    shutil.copytree(ROOT / "layers/core/python/earshot", place / "layer/earshot", ignore=bytecode)
    site = next(Path(sys.prefix, "lib").glob("python*/site-packages"))
    (place / "runtime").mkdir()
    for name in RUNTIME:
        (place / "runtime" / name).symlink_to(site / name)


def _count(place: Path, subject: Subject) -> int:
    out = place / f"{subject.file}.callgrind"
    _run(place, subject, ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={out}"])
    found = COLLECTED.search(out.read_text())
    if found is None:
        raise InitError(f"callgrind counted nothing for {subject.name}")
    return int(found[1])


def _run(place: Path, subject: Subject, under: list[str]) -> None:
    path = [place / "layer", place / "runtime", ROOT / "functions" / subject.name]
    done = subprocess.run(
        [*under, sys.executable, "-S", "-s", "-c", subject.code],
        env={
            **credentials(),
            "PATH": "/usr/bin:/bin",
            "HOME": str(place),
            "PYTHONPATH": ":".join(map(str, path)),
            "PYTHONPYCACHEPREFIX": str(place / "bytecode"),
            "PYTHONHASHSEED": "0",
            **subject.variables,
        },
        cwd=place,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise InitError(f"{subject.name} cannot begin with its layer and boto3 alone: {done.stderr.strip()[-600:]}")
