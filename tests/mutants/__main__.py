"""`python -m tests.mutants`: make small faults in domain, services, adapters and api, and see which tests find them.

    python -m tests.mutants select OLD --seed 13 --count 300 --to old.json     choose mutants of a tree
    python -m tests.mutants map OLD --to old.map                               which tests enter which functions
    python -m tests.mutants run OLD old.json old.map --to old.results          try each; goes on where it stopped
    python -m tests.mutants carry old.json OLD NEW --to new.json               find the same faults in another tree
    python -m tests.mutants map NEW --to new.map && python -m tests.mutants run NEW new.json new.map --to new.results
    python -m tests.mutants compare old.results new.results                    1 if a fault is not found any more

Each run is made in a copy of the tree, with the tree's own `.venv-test`. A mutant is tried against the unit and
integration tests that enter its function: those with the module's name first, then the others, fast ones before slow
ones. The mutants whose tests are the fastest are tried first.
"""

import argparse
import ast
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.mutants.comparing import Placed, counterparts
from tests.mutants.operators import Mutant, mutants

CHILD = Path(__file__).with_name("child.py")
LIBRARY = "layers/core/python/earshot"
FOLDERS = [f"{LIBRARY}/{name}" for name in ("domain", "services", "adapters", "api")]
TESTS = ["tests/unit", "tests/integration"]
COPIED_AS_LINKS = (".venv", ".venv-test", ".venv-engine", ".venv-lint", ".venv-uv", "build")
CPU_SECONDS = 300
FILES_AT_ONCE = 6
FOUND = ("killed", "hung")


def select(tree: Path, seed: int, count: int) -> list[dict[str, Any]]:
    """Choose mutants of a tree by chance; each has a number, by which it is known from then on."""
    chosen = random.Random(seed).sample(_all_mutants(tree), count)
    return [{"number": number, **_written(each)} for number, each in enumerate(chosen, 1)]


def _all_mutants(tree: Path) -> list[Placed]:
    files = sorted(path for folder in FOLDERS for path in (tree / folder).rglob("*.py"))
    return [
        Placed(path.relative_to(tree).as_posix(), mutant)
        for path in files
        for mutant in mutants(path.read_text(encoding="utf-8"))
    ]


def _written(placed: Placed) -> dict[str, Any]:
    return {"file": placed.file, **asdict(placed.mutant)}


def _read(entry: dict[str, Any]) -> Placed:
    return Placed(entry["file"], Mutant(**{name: entry[name] for name in Mutant.__dataclass_fields__}))


def carry(chosen: list[dict[str, Any]], old: Path, new: Path, seed: int) -> list[dict[str, Any]]:
    """Find the mutants of one tree in another; one that is not there is replaced by a new one with its number."""
    there = _all_mutants(new)
    found = counterparts([_read(entry) for entry in chosen], _all_mutants(old), there, _renamed(old, new))
    taken = {(each.file, each.mutant.start, each.mutant.text) for each in found.values()}
    others = [each for each in there if (each.file, each.mutant.start, each.mutant.text) not in taken]
    random.Random(seed).shuffle(others)
    carried = []
    for at, entry in enumerate(chosen):
        counterpart = found.get(at)
        carried.append({
            "number": entry["number"], "instead": counterpart is None, **_written(counterpart or others.pop()),
        })  # fmt: skip
    return carried


def _renamed(old: Path, new: Path) -> dict[str, str]:
    """Follow each file of the old tree through the renames of the commits between the two."""
    since = _git(old, "rev-parse", "HEAD").strip()
    log = _git(new, "log", "--reverse", "--diff-filter=R", "--name-status", "--format=", "-M40%", f"{since}..HEAD")
    now: dict[str, str] = {}
    for line in log.splitlines():
        if line.startswith("R"):
            _, before, after = line.split("\t")
            first = next((origin for origin, place in now.items() if place == before), before)
            now[first] = after
    return now


def _git(tree: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", str(tree), *words], capture_output=True, text=True, check=True).stdout


def run(tree: Path, chosen: list[dict[str, Any]], known: dict[str, Any], results: Path, cpu_seconds: float) -> None:
    """Try each mutant that has no result yet, and append what became of it."""
    done = {entry["number"] for entry in _results(results)}
    left = [(entry, _tests_of(tree, _read(entry), known)) for entry in chosen if entry["number"] not in done]
    left.sort(key=lambda pair: sum(pair[1].values()))
    with _copy_of(tree) as copy, _server(copy) as server:
        for entry, tests in left:
            outcome = _try(copy, server, _read(entry), tests, cpu_seconds)
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps({**entry, **outcome}) + "\n")
            print(
                f"{entry['number']:4} {outcome['outcome']:10} {entry['file']}:{entry['line']} {outcome['by']}",
                flush=True,
            )


def _results(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def _try(copy: Path, server: "Server", placed: Placed, tests: dict[str, float], cpu_seconds: float) -> dict[str, Any]:
    """Try a mutant: the tests of its own module first, as most are found there, then a few files at a time."""
    outcome = {"outcome": "untested", "by": ""}
    path = copy / placed.file
    whole = path.read_text(encoding="utf-8")
    try:
        _write(path, placed.mutant.applied(whole))
        for part in _parts(tests, Path(placed.file).stem):
            status, found = server.run(copy, {"tests": part, "cpu_seconds": cpu_seconds})
            outcome = _outcome(status, found)
            if outcome["outcome"] != "survived":
                break
            cpu_seconds -= found["cpu"]
    finally:
        _write(path, whole)
    return {**outcome, "tests": len(tests)}


def _parts(tests: dict[str, float], subject: str) -> Iterator[dict[str, float]]:
    """Yield the tests with the module's name, and the others by files: pytest loads all files before it runs any."""
    own = {name: seconds for name, seconds in tests.items() if subject in name}
    if own:
        yield own
    others: dict[str, dict[str, float]] = defaultdict(dict)
    for name, seconds in tests.items():
        if name not in own:
            others[name.partition("::")[0]][name] = seconds
    files = iter(others.values())
    while some := list(itertools.islice(files, FILES_AT_ONCE)):
        yield {name: seconds for tests in some for name, seconds in tests.items()}


def _outcome(status: int, found: dict[str, Any]) -> dict[str, str]:
    """Return what became of the mutant, by how pytest ended."""
    code = found.get("code", status)
    if code in (99, -9, -11):
        return {"outcome": "hung", "by": ""}
    if code == 98:
        return {"outcome": "undecided", "by": ""}
    if code == 0:
        return {"outcome": "survived", "by": ""}
    return {"outcome": "killed", "by": found.get("failed") or "its import"}


_TICK = itertools.count()


def _write(path: Path, text: str) -> None:
    """Write a module so that no compiled form of it counts as fresh."""
    path.write_text(text, encoding="utf-8")
    moment = path.stat().st_mtime + 10 + next(_TICK)
    os.utime(path, (moment, moment))


class Server:
    """A process in the tree that tries mutants."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, copy: Path, plan: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Run the tests of a plan; return the exit status of pytest, and what it wrote down."""
        paths = list(dict.fromkeys(name.partition("::")[0] for name in plan["tests"]))
        with _plan(copy, {**plan, "paths": paths}) as plan_file:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            print(plan_file, file=self._process.stdin, flush=True)
            status = int(self._process.stdout.readline())
            return status, _found(plan_file)


@contextmanager
def _server(copy: Path) -> Iterator[Server]:
    with subprocess.Popen(
        _command(copy, "serve"),
        cwd=copy,
        env=_environment(copy),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Server(process)


@contextmanager
def _plan(copy: Path, plan: dict[str, Any]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="earshot-mutant-") as folder:
        plan_file = Path(folder, "plan.json")
        plan_file.write_text(json.dumps({"tree": str(copy), "folders": FOLDERS, **plan}), encoding="utf-8")
        yield plan_file


def _found(plan_file: Path) -> dict[str, Any]:
    found = plan_file.with_suffix(".found")
    return dict(json.loads(found.read_text(encoding="utf-8"))) if found.exists() else {}


def _command(copy: Path, *words: str) -> list[str]:
    return [str(copy / ".venv-test/bin/python"), str(CHILD), *words]


def _environment(copy: Path) -> dict[str, str]:
    places = os.pathsep.join(str(copy / place) for place in ("layers/core/python", "cli", "."))
    return {**os.environ, "PYTHONPATH": places, "PYTHONDONTWRITEBYTECODE": "1"}


def _map(copy: Path, paths: Sequence[str]) -> dict[str, Any]:
    """Run all tests of the whole tree, and return which functions each of them enters."""
    with _plan(copy, {"paths": paths}) as plan_file:
        environment = {**_environment(copy), "TMPDIR": str(plan_file.parent)}
        subprocess.run(_command(copy, "map", str(plan_file)), cwd=copy, env=environment, check=False)
        return _found(plan_file)


@contextmanager
def _copy_of(tree: Path) -> Iterator[Path]:
    """Make a copy of the tracked files of a tree; its environments are linked."""
    with tempfile.TemporaryDirectory(prefix="earshot-mutants-") as folder:
        copy = Path(folder).resolve() / "tree"
        for name in _git(tree, "ls-files").splitlines():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree / name, copy / name, follow_symlinks=False)
        for name in COPIED_AS_LINKS:
            if (tree / name).exists():
                (copy / name).symlink_to(tree / name)
        yield copy


def _tests_of(tree: Path, placed: Placed, known: dict[str, Any]) -> dict[str, float]:
    """Return the tests that enter a mutant's function, or its module where none does, with what each costs."""
    wanted = _functions_at(tree, placed, known["functions"])
    tests = [test for test in known["tests"] if test["passed"] and not wanted.isdisjoint(test["functions"])]
    costs: dict[str, float] = defaultdict(float)
    for test in tests:
        costs[_file(test)] += test["cpu"]
    subject = Path(placed.file).stem

    def order(test: dict[str, Any]) -> tuple[bool, float, str, float]:
        return subject not in test["id"], costs[_file(test)], _file(test), test["cpu"]

    return {test["id"]: test["cpu"] for test in sorted(tests, key=order)}


def _file(test: dict[str, Any]) -> str:
    return str(test["id"]).partition("::")[0]


def _functions_at(tree: Path, placed: Placed, functions: Sequence[str]) -> set[int]:
    """Number the functions whose tests can find a mutant: its own, else its module's, else its importers'."""
    source = (tree / placed.file).read_text(encoding="utf-8")
    lines = [
        (min([node.lineno, *(each.lineno for each in node.decorator_list)]), node.end_lineno or 0)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    own = max((first for first, last in lines if first <= placed.mutant.line <= last), default=0)
    exact = {number for number, name in enumerate(functions) if name == f"{placed.file}:{own}"}
    if exact:
        return exact
    module = placed.file.removeprefix("layers/core/python/").removesuffix(".py").replace("/", ".")
    package, _, name = module.rpartition(".")
    importing = {
        path.relative_to(tree).as_posix()
        for path in (tree / LIBRARY).rglob("*.py")
        if f"from {module} import" in (text := path.read_text(encoding="utf-8"))
        or (f"from {package} import" in text and name in text)
    }
    for files in ({placed.file}, importing):
        found = {number for number, each in enumerate(functions) if each.rpartition(":")[0] in files}
        if found:
            return found
    return set()


def compare(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> int:
    """Print which mutants were found before and are not now; how many those are."""
    after = {entry["number"]: entry for entry in new}
    lost = [
        (entry, after[entry["number"]])
        for entry in old
        if entry["outcome"] in FOUND and entry["number"] in after and after[entry["number"]]["outcome"] not in FOUND
    ]
    for name, entries in (("before", old), ("now", new)):
        print(name, dict(Counter(entry["outcome"] for entry in entries)))
    print(f"not there any more, another with its number instead: {sum(entry.get('instead', False) for entry in new)}")
    missing = [entry["number"] for entry in old if entry["number"] not in after]
    print(f"without a result now: {missing or 'none'}")
    for before, now in lost:
        kind = "another fault" if now.get("instead") else "the same fault"
        print(f"{now['number']:4} {now['outcome']} ({kind}): {now['file']}:{now['line']}")
        print(f"     {now['original']} → {now['text']}; was found by {before['by']}")
    return len(lost)


def main(arguments: list[str]) -> int:
    """Do what is asked; see the module's docstring."""
    asked = _arguments(arguments)
    match asked.command:
        case "select":
            _save(asked.to, select(asked.tree, asked.seed, asked.count))
        case "map":
            with _copy_of(asked.tree) as copy:
                _save(asked.to, _map(copy, asked.paths or TESTS))
        case "run":
            chosen = [e for e in _load(asked.mutants) if e["number"] % asked.parts == asked.part % asked.parts]
            run(asked.tree, chosen[: asked.first], _load(asked.map), asked.to, asked.cpu_seconds)
        case "carry":
            _save(asked.to, carry(_load(asked.mutants), asked.old, asked.new, asked.seed))
        case "compare":
            return int(compare(_results(asked.old), _results(asked.new)) > 0)
    return 0


def _load(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def _save(file: Path, found: Any) -> None:
    file.write_text(json.dumps(found, indent=1), encoding="utf-8")


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m tests.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    named = {name: commands.add_parser(name) for name in ("select", "map", "run", "carry", "compare")}
    for name in ("select", "map", "run"):
        named[name].add_argument("tree", type=lambda text: Path(text).resolve())
    named["run"].add_argument("mutants", type=Path)
    named["run"].add_argument("map", type=Path)
    named["run"].add_argument("--first", type=int, help="try no more than so many of them")
    named["run"].add_argument("--part", type=int, default=0, help="try the mutants whose number leaves this rest …")
    named["run"].add_argument(
        "--parts", type=int, default=1, help="… when divided by this, so that runs can share them"
    )
    named["run"].add_argument("--cpu-seconds", type=float, default=CPU_SECONDS, help="what one mutant may cost (300)")
    named["map"].add_argument("paths", nargs="*", help="tests or folders (tests/unit and tests/integration)")
    named["carry"].add_argument("mutants", type=Path)
    for name in ("old", "new"):
        named["carry"].add_argument(name, type=lambda text: Path(text).resolve())
        named["compare"].add_argument(name, type=Path)
    for name in ("select", "carry"):
        named[name].add_argument("--seed", type=int, default=13)
    named["select"].add_argument("--count", type=int, default=300)
    for name in ("select", "map", "run", "carry"):
        named[name].add_argument("--to", type=Path, required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
