"""`python child.py map PLAN`: run pytest in a tree; `python child.py serve`: for each plan that comes in, try a mutant.

It uses nothing of this tree, since the tree in which it runs may be an older one. While it serves, each run is a fork
that finds pytest and the other packages loaded, and nothing of the tree.
"""

import json
import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

# A test may use so many times what it used when the tree was whole, and so many seconds more; then it hangs.
TIMES, CPU_SECONDS_MORE, SECONDS_MORE = 10, 10, 90
HUNG = 99
OUT_OF_TIME = 98
# What most tests load; an older tree may lack some.
LOADED = ("hypothesis", "boto3", "botocore.session", "moto", "moto.dynamodb", "jinja2", "yaml")


class Mapping:
    """Notes which functions of the mutated folders each test enters, and what it costs."""

    def __init__(self, tree: Path, folders: list[str]) -> None:
        self._roots = tuple(f"{tree / folder}{os.sep}" for folder in folders)
        self._tree = tree
        # By identity, since the hash of a code object is made from all of it; the object is kept, so that it stays its.
        self._known: dict[int, tuple[object, str]] = {}
        self._entered: set[str] = set()
        self._functions: dict[str, int] = {}
        self.tests: list[dict[str, Any]] = []

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> None:
        code = frame.f_code
        known = self._known.get(id(code))
        if known is None:
            known = self._known[id(code)] = (code, self._name(code))
        if known[1]:
            self._entered.add(known[1])

    def _name(self, code: CodeType) -> str:
        """Return `file:line` of a function of the mutated folders, "" of any other."""
        if not code.co_filename.startswith(self._roots):
            return ""
        return f"{Path(code.co_filename).relative_to(self._tree).as_posix()}:{code.co_firstlineno}"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        self._entered.clear()
        began = _used()
        self._failed = False
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        try:
            result = yield
        finally:
            sys.settrace(None)
            threading.settrace(None)
        functions = [self._functions.setdefault(name, len(self._functions)) for name in self._entered]
        self.tests.append({
            "id": item.nodeid, "cpu": round(_used() - began, 3), "passed": not self._failed, "functions": functions,
        })  # fmt: skip
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed or report.skipped

    def document(self) -> dict[str, Any]:
        return {"functions": list(self._functions), "tests": self.tests}


class Chosen:
    """Keeps to the chosen tests in their order, and ends a test that hangs and a run that takes too long."""

    def __init__(self, tests: dict[str, float], cpu_seconds: float) -> None:
        self._tests = tests
        self._until = _used() + cpu_seconds
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        places = {name: place for place, name in enumerate(self._tests)}
        left = [item for item in items if item.nodeid not in places]
        items[:] = sorted((item for item in items if item.nodeid in places), key=lambda item: places[item.nodeid])
        config.hook.pytest_deselected(items=left)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[Any]:
        if _used() > self._until:
            pytest.exit("out of time", OUT_OF_TIME)
        usual = self._tests[item.nodeid]

        def hung(_signal: int, _frame: FrameType | None) -> None:
            print(f"HUNG {item.nodeid}", flush=True)
            os._exit(HUNG)

        signal.signal(signal.SIGPROF, hung)
        signal.signal(signal.SIGALRM, hung)
        signal.setitimer(signal.ITIMER_PROF, TIMES * usual + CPU_SECONDS_MORE)
        signal.setitimer(signal.ITIMER_REAL, TIMES * usual + SECONDS_MORE)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def _used() -> float:
    """Return the seconds of processor time that this process and the children it waited for have used."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def serve() -> int:
    """Try one mutant after the other: read the plan's file from a line, print the status of the run."""
    for name in LOADED:
        with suppress(ImportError):
            import_module(name)
    for line in sys.stdin:
        plan_file = line.strip()
        sys.stdout.flush()
        child = os.fork()
        if not child:
            _silence(Path(plan_file).parent)
            os._exit(main("try", plan_file))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    return 0


def _silence(folder: Path) -> None:
    """Redirect what a fork writes to a folder of its own, and nowhere else."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def main(mode: str, plan_file: str) -> int:
    """Run what the plan names and write the result next to it."""
    plan = json.loads(Path(plan_file).read_text(encoding="utf-8"))
    tree = Path(plan["tree"])
    _check_tree(tree)
    plain = ["-q", "--tb=no", "--hypothesis-seed=0", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib"]
    if mode == "map":
        mapping = Mapping(tree, plan["folders"])
        code = pytest.main([*plain, *plan["paths"]], plugins=[mapping])
        found = mapping.document()
    else:
        chosen = Chosen(plan["tests"], plan["cpu_seconds"])
        code = pytest.main([*plain, "-x", *plan["paths"]], plugins=[chosen])
        found = {"failed": chosen.failed, "cpu": _used()}
    Path(plan_file).with_suffix(".found").write_text(json.dumps({"code": int(code), **found}), encoding="utf-8")
    return 0


def _check_tree(tree: Path) -> None:
    import earshot  # noqa: PLC0415 - only now: it must be the tree's own

    place = Path(earshot.__file__ or "")
    assert tree in place.parents, f"earshot was imported from {place}, not from {tree}"


if __name__ == "__main__":
    sys.exit(serve() if sys.argv[1:] == ["serve"] else main(*sys.argv[1:]))
