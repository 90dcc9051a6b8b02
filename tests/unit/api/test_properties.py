"""Properties are kept in their one spelling, and found again however somebody spells them."""

from typing import Any

import pytest

from earshot.api.campaigns import read_plan
from earshot.api.fields import PERSON_ID
from earshot.api.people import read_draft
from earshot.api.properties import PROPERTIES
from earshot.api.queries import SEGMENT_VALUE
from earshot.api.survey_settings import read_settings
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
    assert PROPERTIES.check(sent) == kept


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"plan": "a", "plan\xa0": "b"}, "looks like another name in this request"),
        ({"a=b": "c"}, "cannot contain '='"),
        ({"\u200b": "c"}, "a name is empty"),
    ],
)
def test_ambiguous_or_unqueryable_properties_are_refused(sent: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        PROPERTIES.check(sent)


def test_a_segment_is_read_as_it_is_kept() -> None:
    assert SEGMENT_VALUE.check("city =Sa\u0303o Paulo\u200b") == ("city", "S\xe3o Paulo")
    assert SEGMENT_VALUE.check("plan=a=b") == ("plan", "a=b")
    assert read_plan({"segment": "city=Z\xfcrich ", "every_days": 90})[0].segment == "city=Z\xfcrich"
    assert read_settings({"segments": ["plan\xa0"]}, "demo", partial=True)["segments"] == ("plan",)
    with pytest.raises(InvalidError, match="given twice"):
        read_settings({"segments": ["plan", "plan\u200b"]}, "demo", partial=True)


def test_an_account_has_one_spelling() -> None:
    assert read_draft({"id": "c-1", "account": " Caf\u0065\u0301\xa0AG "}).fields["account"] == "Caf\xe9 AG"


@pytest.mark.parametrize(
    ("sent", "hint"),
    [
        (" c-1", "remove it"),
        ("c-1\xa0", "remove it"),
        ("jose\u0301", "send it in NFC"),
        ("c\u200b-1", r"it contains U\+200B, which is invisible, so it looks like another id; remove it"),
        ("\ufeffc-1", r"U\+FEFF"),
        ("c\xad-1", r"U\+00AD"),
        ("c-1\u202e", r"U\+202E"),
        ("c\u2066-1\u2069", r"U\+2066"),
        ("an\u200cn", r"U\+200C"),
        ("an\u200dn", r"U\+200D"),
        ("c-\u200d", r"U\+200D"),
        ("c\ufe0f-1", r"U\+FE0F"),
        ("c\u3164-1", r"U\+3164"),
        ("c-1\U000e0031", r"U\+E0031"),
        ("c\xa0 1", r"U\+00A0, which looks like a space"),
        ("c\u20091", r"U\+2009, which looks like a space"),
    ],
)
def test_a_new_person_is_given_no_id_that_looks_like_anothers(sent: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        PERSON_ID.check(sent)


@pytest.mark.parametrize(
    "sent",
    [
        "c-1",
        "AB  12",
        "jos\xe9",
        "\u4e2d\u6587-7",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian, with a joiner that parts two letters
        "\u0915\u094d\u200d\u0937",  # Hindi, with one that keeps a form
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f44d\U0001f3fd\u200d\u2642\ufe0f",
        "\u2764\ufe0f\u200d\U0001f525",
    ],
)
def test_an_id_may_hold_what_shows(sent: str) -> None:
    assert PERSON_ID.check(sent) == sent
