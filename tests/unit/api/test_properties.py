"""Properties are kept in their one spelling, and found again however somebody spells them."""

from typing import Any

import pytest

from earshot.api.campaigns import read_plan
from earshot.api.fields import person_name
from earshot.api.people import read_draft
from earshot.api.properties import properties
from earshot.api.queries import read_segment
from earshot.api.settings import read_settings
from earshot.domain.errors import InvalidError


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"city": "Sa\u0303o Paulo"}, {"city": "S\xe3o Paulo"}),
        ({"city": "Z\xfcrich\xa0"}, {"city": "Z\xfcrich"}),
        ({"city ": "pro\u200b"}, {"city": "pro"}),
        ({"n": 1.0}, {"n": "1"}),
        ({"n": 1e3}, {"n": "1000"}),
        ({"n": "1.0"}, {"n": "1.0"}),
        ({"zip": "007"}, {"zip": "007"}),
        ({"b": True, "c": None, "d": " "}, {"b": "true"}),
    ],
)
def test_names_and_values_have_one_spelling(sent: dict[str, Any], kept: dict[str, str]) -> None:
    assert properties(sent) == kept


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"plan": "a", "plan\xa0": "b"}, "looks like another name here"),
        ({"a=b": "c"}, "cannot hold '='"),
        ({"\u200b": "c"}, "a name is empty"),
    ],
)
def test_what_could_not_be_told_apart_or_asked_for_is_refused(sent: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        properties(sent)


def test_a_segment_is_read_as_it_is_kept() -> None:
    assert read_segment("city =Sa\u0303o Paulo\u200b") == ("city", "S\xe3o Paulo")
    assert read_segment("plan=a=b") == ("plan", "a=b")
    assert read_plan({"segment": "city=Z\xfcrich ", "every_days": 90})[0].segment == "city=Z\xfcrich"
    assert read_settings({"segments": ["plan\xa0"]}, "demo", partial=True) == {"segments": ("plan",)}
    with pytest.raises(InvalidError, match="given twice"):
        read_settings({"segments": ["plan", "plan\u200b"]}, "demo", partial=True)


def test_an_account_has_one_spelling() -> None:
    assert read_draft({"id": "c-1", "account": " Caf\u0065\u0301\xa0AG "}).fields["account"] == "Caf\xe9 AG"


@pytest.mark.parametrize(
    ("sent", "hint"), [(" c-1", "send it without"), ("c-1\xa0", "send it without"), ("jose\u0301", "send it in NFC")]
)
def test_a_new_person_is_given_no_id_that_looks_like_anothers(sent: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        person_name(sent)
