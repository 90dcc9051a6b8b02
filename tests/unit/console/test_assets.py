"""The console's own files: small, named by their content, and without anything that a strict policy refuses."""

import gzip

import pytest

from earshot.console.assets import FOLDER, PATH, address, asset_reply, files


def test_a_name_changes_with_the_content() -> None:
    for name, file in files().items():
        stem, digits, suffix = name.rsplit(".", 2)
        assert file.version.startswith(digits)
        assert file.plain == (FOLDER / f"{stem}.{suffix}").read_bytes()


def test_styles_and_scripts_keep_to_their_budgets() -> None:
    sizes = {
        kind: sum(len(file.packed) for name, file in files().items() if name.endswith(kind)) for kind in (".css", ".js")
    }
    assert sizes[".css"] <= 12_000
    assert sizes[".js"] <= 15_000


@pytest.mark.parametrize("accepted", ["gzip", ""])
def test_a_file_is_sent_as_the_browser_takes_it(accepted: str) -> None:
    name = address("console.css").removeprefix(PATH)
    reply = asset_reply(name, accepted)
    assert reply is not None
    plain = gzip.decompress(reply.body) if accepted else reply.body
    assert plain == (FOLDER / "console.css").read_bytes()


def test_a_file_of_another_version_is_not_there() -> None:
    assert asset_reply("console.0000000000.css", "gzip") is None
    assert asset_reply("../router.py", "gzip") is None


def test_no_script_writes_markup_or_style() -> None:
    """Trusted Types and the policy refuse these, in every browser that knows them."""
    for path in FOLDER.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for refused in ("innerHTML", "insertAdjacentHTML", "DOMParser", "eval(", ".style.", "createContextualFragment"):
            assert refused not in text, path.name
