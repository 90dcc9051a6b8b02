"""Digests as they are sent: what may stand in a field, and what it becomes."""

from typing import Any

import pytest

from earshot.api.digests import check_digest_id, read_digest, read_preview
from earshot.domain.digests import MOST_RECIPIENTS, Digest, DigestRole, Every, Schedule
from earshot.domain.errors import InvalidError

BODY: dict[str, Any] = {"role": "lead", "survey": "demo", "to": "leo", "every": "week", "hour": 7}


def test_a_digest_is_read_with_defaults_for_what_it_leaves_out() -> None:
    expected = Digest("weekly", DigestRole.LEAD, "demo", ("leo",), Schedule(Every.WEEK, 7))
    assert read_digest(BODY, "weekly") == (expected, None)


def test_all_of_its_fields_are_read() -> None:
    more: dict[str, Any] = {
        "segment": "plan=pro",
        "to": ["leo", "Ann@Example.com", "to-0123456789ab", "leo"],
        "weekday": "sun",
    }
    more |= {"timezone": "Europe/Berlin", "locale": "pt-br", "revision": 3}
    found, revision = read_digest(BODY | more, "weekly")
    assert revision == 3
    assert found.segment == ("plan", "pro")
    assert found.to == ("leo", "Ann@example.com", "to-0123456789ab")
    assert found.schedule == Schedule(Every.WEEK, 7, weekday=6)
    assert (found.timezone, found.locale) == ("Europe/Berlin", "pt-BR")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"to": [f"m-{number}" for number in range(MOST_RECIPIENTS + 1)]}, "to"),
        ({"to": 7}, "to"),
        ({"to": "ann@@example.com"}, "to"),
        ({"to": "ann@example.com\r\nBcc: x@example.com"}, "to"),
        ({"every": "day"}, "every"),
        ({"hour": 7.5}, "hour"),
        ({"every": "workday", "weekday": "mon"}, "weekday"),
        ({"segment": "pro"}, "segment"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_digest(BODY | more, "weekly")
    assert [fault.field for fault in refused.value.faults] == [field]


def test_an_id_is_a_name() -> None:
    assert check_digest_id("leads-weekly") == "leads-weekly"
    with pytest.raises(InvalidError):
        check_digest_id("Leads Weekly")


def test_a_preview_is_html_unless_it_is_to_be_text() -> None:
    assert read_preview({}) == (True, None)
    assert read_preview({"format": "text", "to": "leo"}) == (False, "leo")
    for query in ({"format": "pdf"}, {"to": "ann@example.com"}, {"size": "1"}):
        with pytest.raises(InvalidError):
            read_preview(query)
