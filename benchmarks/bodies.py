"""What it costs to read what a stranger sends: instructions of the dearest bodies, against the smallest response."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.report import Row, Section
from earshot_cli.local.settings import ROOT

TITLE = "Bodies that a stranger sends"
HOW = (
    "callgrind counts the instructions of the handler of `submit_response` for one request of an open survey with "
    "ten segments: the table and the queue reply at once, all else is the real code, botocore included. Each body "
    "is as large as one may be (64 KB), or as dear as its kind gets. Counted over ten requests after three; "
    "bytecode warm."
)
HOW_TO_INSTALL = "Not measured, as valgrind is not installed (Debian and Ubuntu: apt install valgrind)."
# Most of what is left of the dearest ones is Python's own parser: of thousands of arrays, numbers or names.
LIMIT = 4.0
SIZE = 64 * 1024
WARM, MORE = 3, 10
SECONDS = 600
COLLECTED = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)
SMALLEST = "the smallest response"
SEGMENTS = tuple(f"s{number}" for number in range(10))


def bodies() -> dict[str, bytes]:
    """Return the bodies by name, the smallest valid response first."""
    names = [f'"k{number}":0' for number in range(SIZE)]
    texts: dict[str, str] = {
        SMALLEST: '{"score":9}',
        "ten segments, twenty properties": json.dumps(
            {
                "id": str(UUID(int=0x1234, version=4)),
                "score": 9,
                "comment": "Kind and quick.",
                "properties": dict.fromkeys((*SEGMENTS, *(f"p{number}" for number in range(10))), "v" * 256),
            }
        ),
        "thousands of names": _filled('{"score":9,', names, "}"),
        "thousands of names, one twice": _filled('{"score":9,"k0":0,', names, "}"),
        "thousands of properties": _filled('{"score":9,"properties":{', names, "}}"),
        "a comment of ASCII": _stretched('{"score":9,"comment":"', "a", '"}'),
        "a comment of escapes": _stretched('{"score":9,"comment":"', "\\u00e4", '"}'),
        "a comment of marks to be put in order": _stretched('{"score":9,"comment":"', "a" + "\u0316\u0301" * 9, '"}'),
        "properties with joiners": json.dumps(
            {"score": 9, "properties": {f"{number}": "\u0646\u200c" * 300 for number in range(40)}}, ensure_ascii=False
        ),
        "brackets, a hundred deep": _stretched('{"score":9,"x":"', "[", '"}'),
        "brackets, thousands deep": "[" * SIZE,
        "arrays in an unknown field": _filled('{"score":9,"x":[', ["[]"] * SIZE, "]}"),
        "one long number": _stretched('{"score":', "9", "}"),
        "thousands of numbers": _filled('{"score":9,"x":[', ["1e9"] * SIZE, "]}"),
        "an unclosed string of backslashes": _stretched('{"score":9,"x":"', "\\\\", ""),
        "a token that is none": json.dumps({"score": 9, "token": "a.b." + "c" * 4000}),
        "an address that is none": json.dumps({"score": 9, "email": "a@" + "b." * 20_000}),
    }
    return {name: text.encode()[: SIZE if name == "brackets, thousands deep" else None] for name, text in texts.items()}


def measure(lab: Lab) -> list[Section]:
    """Count for every body."""
    if shutil.which("valgrind") is None:
        return [Section(TITLE, ("body",), (), HOW, (HOW_TO_INSTALL,))]
    sent = bodies()
    lab.steps.begin("bodies", len(sent))
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder, ThreadPoolExecutor(2) as pool:
        place, counted = Path(folder), dict[str, float]()
        for number, body in enumerate(sent.values()):
            (place / f"{number}.json").write_bytes(body)
            _run(place, number, 1, [])
        for name, instructions in zip(sent, pool.map(lambda n: _per_request(place, n), range(len(sent))), strict=True):
            counted[name] = instructions
            lab.steps.step(name)
    return [Section(TITLE, ("body", "bytes", "thousand instructions", "× smallest"), list(_rows(sent, counted)), HOW)]


def _rows(sent: Mapping[str, bytes], counted: Mapping[str, float]) -> Iterator[Row]:
    smallest = counted[SMALLEST]
    for name, instructions in counted.items():
        ratio = instructions / smallest
        cells = (name, f"{len(sent[name]):,}", f"{instructions / 1e3:,.0f}", f"{ratio:.2f}")
        yield Row(cells) if name == SMALLEST else Row(cells, f"≤ {LIMIT:.0f}", ratio <= LIMIT)


def _filled(start: str, parts: list[str], end: str) -> str:
    """Return as many parts, between commas, as fit."""
    size, chosen = len(start) + len(end), list[str]()
    for part in parts:
        if (size := size + len(part) + 1) > SIZE:
            break
        chosen.append(part)
    return start + ",".join(chosen) + end


def _stretched(start: str, part: str, end: str) -> str:
    """Return a part as often as it fits."""
    return start + part * ((SIZE - len(start) - len(end)) // len(part.encode())) + end


def _per_request(place: Path, number: int) -> float:
    return (_count(place, number, WARM + MORE) - _count(place, number, WARM)) / MORE


def _count(place: Path, number: int, times: int) -> int:
    out = place / f"{number}.{times}.callgrind"
    _run(place, number, times, ["valgrind", "--tool=callgrind", "--quiet", f"--callgrind-out-file={out}"])
    found = COLLECTED.search(out.read_text())
    if found is None:
        raise BenchError(f"callgrind counted nothing for body {number}")
    return int(found[1])


def _run(place: Path, number: int, times: int, under: list[str]) -> None:
    done = subprocess.run(
        [*under, sys.executable, "-m", "benchmarks.body_subject", str(place / f"{number}.json"), str(times)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(place), "PYTHONHASHSEED": "0", "PYTHONPATH": _path()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"a body could not be handled: {done.stderr.strip()[-600:]}")


def _path() -> str:
    return ":".join(str(ROOT / part) for part in ("", "layers/core/python", "cli"))
