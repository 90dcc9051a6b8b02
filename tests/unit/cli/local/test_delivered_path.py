"""A path arrives as an HTTP API of AWS delivers it, and reaches the engine so that a function gets just that."""

import re
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.api.all_paths import PATHS
from earshot.domain.ids import PATTERN as UUIDS
from earshot_cli.local.delivered_path import delivered_path, target_for_engine
from earshot_cli.openapi.document import PATH_PARTS
from tests.path_table import ROWS, Row

DOCS = Path(__file__).parents[4] / "docs"
TARGETS = st.text(st.characters(codec="utf-8", exclude_characters="#?"), max_size=40).map(lambda text: f"/{text}")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.sent)
def test_a_path_arrives_as_on_aws(row: Row) -> None:
    sent = f"/v1/people/{row.sent}?id=a%3Fb%25c+d"
    if row.arrives is None:
        with pytest.raises(ValueError, match="percent sign"):
            delivered_path(sent)
        return
    assert delivered_path(sent) == f"/v1/people/{row.arrives}"


def test_what_was_not_seen_on_aws_is_listed_in_the_docs() -> None:
    """The page that lists it may be any; the probe after the first deploy compares the rows with AWS."""
    (page,) = (text for path in DOCS.glob("*.md") if "## Paths on AWS" in (text := path.read_text(encoding="utf-8")))
    table = page.partition("## Paths on AWS")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\S+)` \| (.+?) \| (.+?) \|$", table, re.MULTILINE)
    assert listed == [(row.sent, _shown(row), row.known.value) for row in ROWS if row.is_assumed]


def _shown(row: Row) -> str:
    return "400" if row.arrives is None else f"`{row.arrives.replace(chr(0), 'U+0000').replace(chr(0xFFFD), 'U+FFFD')}`"


@given(TARGETS)
def test_the_engine_makes_of_its_target_the_path_that_arrived(path: str) -> None:
    arrived = delivered_path(quote(quote(path, safe="/"), safe="/"))
    assert arrived == path
    target = target_for_engine(arrived, "/sent?x=%26&&y=1+2%zz?")
    assert target.isascii()
    raw, _, query = target.partition("?")
    assert (unquote(raw), query) == (arrived, "x=%26&&y=1+2%zz?")


# The ids of everything but people, which are held to their own test (tests/unit/domain/test_person_id.py).
PARTS = {name: schema["pattern"] for name, (schema, _) in PATH_PARTS.items() if "pattern" in schema}
PARTS |= {
    "invitation": UUIDS,
    "version": r"[0-9a-f]{8,64}\.js|style\.css",
    "token": r"[A-Za-z0-9_-]{1,200}(\.[A-Za-z0-9_-]{1,200}){0,2}",
}
del PARTS["person"]


def test_every_part_of_a_path_is_held_to_one_of_these() -> None:
    parts = {part for path in PATHS for part in re.findall(r"\{(\w+)\}", path)}
    assert parts == {*PARTS, "person"}


@pytest.mark.parametrize("part", PARTS)
@given(data=st.data())
def test_every_other_id_arrives_as_it_was_sent(part: str, data: st.DataObject) -> None:
    sent = data.draw(st.from_regex(re.compile(PARTS[part], re.ASCII), fullmatch=True))
    assert delivered_path(f"/v1/{quote(sent, safe='')}/rest") == f"/v1/{sent}/rest"


def test_the_examples_of_the_description_are_such_ids() -> None:
    for part, (_, example) in PATH_PARTS.items():
        assert part == "person" or re.fullmatch(PARTS[part], example), part


def test_a_fragment_is_refused_wherever_it_stands() -> None:
    for target in ("/v1/people/a#b", "/v1/people/a?id=a#b"):
        with pytest.raises(ValueError, match="no fragment"):
            delivered_path(target)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        delivered_path(b"/v1/people/\xff".decode(errors="surrogateescape"))
