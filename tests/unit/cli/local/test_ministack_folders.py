"""What the engine unpacks for its workers is there once, however many there are."""

import importlib
import shutil
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """MiniStack's own part is a stand-in here; tests/e2e/test_local_stack.py looks at the real one."""
    core, runtime = ModuleType("ministack.core"), SimpleNamespace(zipfile=zipfile)
    vars(core)["lambda_runtime"] = runtime
    monkeypatch.setitem(sys.modules, "ministack", ModuleType("ministack"))
    monkeypatch.setitem(sys.modules, "ministack.core", core)
    monkeypatch.delitem(sys.modules, "earshot_cli.local.ministack_folders", raising=False)
    made = importlib.import_module("earshot_cli.local.ministack_folders")
    monkeypatch.setitem(sys.modules, "earshot_cli.local.ministack_folders", made)
    made.share_what_is_unpacked(tmp_path / "unpacked")
    return runtime


def unpack(runtime: Any, worker: Path, text: str) -> Path:
    """Unpack as MiniStack does for a worker: an archive of its own, into an empty folder of its own."""
    code = worker / "code"
    code.mkdir(parents=True)
    with zipfile.ZipFile(worker / "code.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("app/main.py"), text)
    with runtime.zipfile.ZipFile(worker / "code.zip") as archive:
        archive.extractall(code)
    return code


def test_workers_share_one_copy_and_one_that_goes_takes_nothing_from_the_others(runtime: Any, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda number: unpack(runtime, tmp_path / f"w{number}", "same"), range(20)))
    assert {code.resolve() for code in codes} == {codes[0].resolve()}
    shutil.rmtree(tmp_path / "w0")
    assert (codes[1] / "app" / "main.py").read_text() == "same"


def test_what_differs_is_unpacked_for_itself(runtime: Any, tmp_path: Path) -> None:
    one, other = (unpack(runtime, tmp_path / name, name) for name in ("one", "other"))
    assert ((one / "app/main.py").read_text(), (other / "app/main.py").read_text()) == ("one", "other")
    assert len(list((tmp_path / "unpacked").iterdir())) == 2


def test_what_else_an_archive_is_asked_stays_as_it_is(runtime: Any) -> None:
    assert runtime.zipfile.BadZipFile is zipfile.BadZipFile
