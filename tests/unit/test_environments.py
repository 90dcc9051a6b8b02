"""`requirements/environments.sh` says what is missing, and makes what its lock lists."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "layers/core/python/requirements.txt"]
NO_ONE_LISTENS = "http://127.0.0.1:9/simple"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def make_run(project: Path, python: str = "python3", **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["make", "run", f"PYTHON={python}"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "HOME": str(project), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def python_that(folder: Path, fails_at: str, message: str = "") -> str:
    """Write an interpreter's stand-in, in which one check fails."""
    path = folder / "python-of-test"
    path.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "{message}" && exit\ncase "$2" in *{fails_at}*) exit 1;; esac\n')
    path.chmod(0o755)
    return str(path)


def test_without_python_the_version_that_is_needed_is_named(project: Path) -> None:
    done = make_run(project, "python9.99")
    assert done.returncode != 0
    assert done.stderr.startswith("Earshot needs Python 3.11 or newer, and python9.99 was not found.\n")


def test_a_python_that_is_too_old_is_named_with_its_version_and_the_way_out(project: Path) -> None:
    done = make_run(project, python_that(project, "version_info", "Python 3.9.2"))
    assert done.returncode != 0
    assert done.stderr.startswith("Earshot needs Python 3.11 or newer, and ")
    assert "is Python 3.9.2; name another one: make PYTHON=python3.13\n" in done.stderr


def test_a_python_without_venv_is_explained_with_the_fix(project: Path) -> None:
    done = make_run(project, python_that(project, "ensurepip"))
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr


def test_without_a_network_the_step_that_failed_is_named_and_made_again_next_time(project: Path) -> None:
    done = make_run(project, PIP_INDEX_URL=NO_ONE_LISTENS, PIP_RETRIES="0", PIP_CONFIG_FILE=os.devnull)
    assert done.returncode != 0
    assert "This failed after " in done.stderr
    assert "s: uv, which makes the environments: .venv-uv\n" in done.stderr
    assert "is there a network?" in done.stderr
    assert done.stdout.strip() == "uv, which makes the environments: .venv-uv …"
    assert not (project / ".venv-uv/.made").exists()


def test_what_running_needs_are_versions_that_the_tests_run_with() -> None:
    running, testing = (set(pins((ROOT / "requirements" / f"{name}.txt").read_text())) for name in ("run", "dev"))
    assert running < testing


@pytest.mark.parametrize(
    "lock",
    [*(ROOT / "requirements").glob("*.txt"), ROOT / "layers/core/python/requirements.txt"],
    ids=lambda path: path.name,
)
def test_every_package_that_is_locked_has_its_hashes(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    packages = re.findall(r"^[a-z].*$(?:\n[ \t]+.*$)*", text, re.MULTILINE | re.IGNORECASE)
    assert packages
    for package in packages:
        name, _, rest = package.partition(" ")
        assert re.fullmatch(r"[\w.-]+(\[[\w,.-]+\])?==[\w.]+", name), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", rest), name


def pins(lock: str) -> list[str]:
    return [line.partition(" ")[0] for line in lock.splitlines() if "==" in line]
