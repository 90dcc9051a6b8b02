"""`make clean` deletes a stack that stopped, and never one that runs."""

import os
import subprocess
from pathlib import Path

import pytest

from earshot_cli.local.settings import ROOT, Settings
from earshot_cli.local.single_instance import only_one


def make_clean(folder: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    """Clean a folder that has no environment of its own."""
    return subprocess.run(
        ["make", "-f", ROOT / "Makefile", "clean"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_running_stack_is_not_deleted(project: Settings, elsewhere: bool) -> None:
    env = {"EARSHOT_LOCAL_DIR": str(project.local_dir)} if elsewhere else {}
    with only_one(project):
        done = make_clean(project.root, **env)
        assert (done.returncode != 0, project.lock.exists(), (project.root / "build").exists()) == (True, True, True)
        assert done.stderr.splitlines()[0] == "Earshot is running here; stop it first."
        assert "Traceback" not in done.stderr

    assert make_clean(project.root, **env).returncode == 0
    assert not project.local_dir.exists()


def test_a_folder_where_nothing_ever_ran_is_cleaned(project: Settings) -> None:
    done = make_clean(project.root)
    assert (done.returncode, (project.root / "build").exists()) == (0, False)
