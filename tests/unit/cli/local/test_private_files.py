"""What the local stack keeps is its owner's."""

import json
import stat
from pathlib import Path

import pytest

from earshot_cli.local.errors import LocalStackError
from earshot_cli.local.private_files import make_private, write_private


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_its_owners_also_one_that_was_open(tmp_path: Path) -> None:
    for folder in (tmp_path / "new" / "one", tmp_path / "old"):
        if folder.name == "old":
            folder.mkdir(mode=0o755)
        make_private(folder)
        assert mode(folder) == 0o700


def test_a_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(LocalStackError, match=r"belongs to another user.*EARSHOT_LOCAL_DIR"):
        make_private(tmp_path)


def test_a_file_is_its_owners_also_over_an_older_one(tmp_path: Path) -> None:
    file = tmp_path / "engine.json"
    file.write_text("{}")
    file.chmod(0o644)
    (tmp_path / "engine.new").write_text("half")
    write_private(file, {"token": "secret"})
    assert (mode(file), json.loads(file.read_text())) == (0o600, {"token": "secret"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["engine.json"]
