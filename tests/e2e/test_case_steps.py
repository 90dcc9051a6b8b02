"""A detractor's case on the deployed stack, its clocks on the moved clock: owner, lead, and nobody once it is done."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tests.e2e.cli_runner import move
from tests.e2e.invitation_client import Mail, an_address, eventually, mails_to
from tests.e2e.survey_client import Survey, new_id, settle, until
from tests.e2e.test_cases import case_of

if TYPE_CHECKING:
    from tests.e2e.conftest import Launch, Stack

EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSING = {"kind": "resolved", "outcome": "explained", "root_cause": "delivery"}


def subjects(stack: "Stack", address: str, number: int) -> list[str]:
    """Return the subjects of all mails to an address, once there are so many, the newest first."""
    settle(stack)
    mails: list[Mail] = eventually(lambda: mails_to(stack, address), lambda found: len(found) == number)
    return [str(mail.message["Subject"]) for mail in mails]


def put(stack: "Stack", path: str, body: dict[str, Any]) -> None:
    reply = stack.call("PUT", path, body)
    assert reply.status in (200, 201), reply.raw


def team(stack: "Stack") -> tuple[str, str]:
    """Make Bea, who owns cases, and Carl, who leads her; return their addresses."""
    bea, carl = an_address("bea"), an_address("carl")
    put(stack, "/v1/team/carl", {"email": carl, "role": "manager", "name": "Carl"})
    put(stack, "/v1/team/bea", {"email": bea, "role": "frontline", "lead": "carl", "timezone": "Europe/Berlin"})
    return bea, carl


def owned_survey(stack: "Stack", **cases: Any) -> Survey:
    survey = Survey(stack)
    settings = {"cases": {"owner": "bea", **cases}}
    assert stack.call("PATCH", survey.path, settings).status == 200
    return survey


def note(stack: "Stack", case: str, fact: dict[str, Any]) -> None:
    revision = stack.call("GET", f"/v1/cases/{case}").body["revision"]
    reply = stack.call("POST", f"/v1/cases/{case}/facts", {"revision": revision, **fact})
    assert reply.status == 201, reply.raw


def test_the_owner_is_reminded_the_lead_hears_of_it_and_nobody_once_it_is_done(
    launch: "Launch", tmp_path: Path
) -> None:
    stack = launch(tmp_path / "local")
    bea, carl = team(stack)
    survey, person = owned_survey(stack), f"ada-{new_id()}"
    put(stack, f"/v1/people/{person}", {"id": person, "name": "Ada Lovelace", "account": "Fabrikam"})
    survey.post_with_key(id=new_id(), score=2, comment="Three weeks late", person=person)
    opened = case_of(survey, 1)
    assert (opened["owner"], opened["priority"], opened["breached"]) == ("bea", "high", False)
    moments = [datetime.fromisoformat(opened[name]) for name in ("opened_at", "contact_due_at", "close_due_at")]
    assert [moment - moments[0] for moment in moments[1:]] == [timedelta(hours=8), timedelta(hours=40)]

    move(stack, "+6m")
    (assigned,) = subjects(stack, bea, 1)
    assert assigned.startswith("Urgent: Contact the customer by ")
    text = mails_to(stack, bea)[0].text
    assert all(words in text for words in ("Three weeks late", "Ada Lovelace", "Fabrikam", "2 of 10", opened["id"]))
    assert "Ada" not in assigned

    move(stack, "+4h")
    assert subjects(stack, bea, 2)[0].startswith("Urgent: Reminder: contact the customer by ")
    move(stack, "+4h")
    assert subjects(stack, carl, 1)[0].startswith("Urgent: Overdue: the customer was to be contacted by ")
    late = stack.call("GET", f"/v1/cases/{opened['id']}").body
    assert late["breached"]
    assert [fact["kind"] for fact in late["facts"] if fact["kind"] == "step"] == ["step"]

    note(stack, opened["id"], {"kind": "contacted"})
    note(stack, opened["id"], CLOSING)
    known = {who: len(mails_to(stack, who)) for who in (bea, carl)}
    move(stack, "+5d")
    settle(stack)
    assert {who: len(mails_to(stack, who)) for who in (bea, carl)} == known


def test_at_night_nobody_hears_of_it_and_a_calendar_that_changes_moves_what_is_due(
    launch: "Launch", tmp_path: Path
) -> None:
    stack = launch(tmp_path / "local")
    bea, _ = team(stack)
    zone = zone_where_it_is_six()
    hours = {"timezone": zone, "hours": {day: [["09:00", "17:00"]] for day in EVERY_DAY}}
    put(stack, "/v1/calendars/office", hours)
    survey = owned_survey(stack, calendar="office")
    survey.post_with_key(id=new_id(), score=2, person=f"ada-{new_id()}")
    opened = case_of(survey, 1)
    assert local(opened["contact_due_at"], zone) == "17:00"
    move(stack, "+6m")
    settle(stack)
    assert mails_to(stack, bea) == []
    move(stack, "+3h")
    assert len(subjects(stack, bea, 1)) == 1

    put(stack, "/v1/calendars/office", {**hours, "hours": {day: [["09:00", "11:00"]] for day in EVERY_DAY}})
    moved = until(
        lambda: stack.call("GET", f"/v1/cases/{opened['id']}").body,
        lambda case: "moved" in [fact["kind"] for fact in case["facts"]],
    )
    assert local(moved["contact_due_at"], zone) == "11:00"
    assert datetime.fromisoformat(moved["contact_due_at"]) > datetime.fromisoformat(opened["contact_due_at"])
    # In the former hours half of the time would be over.
    move(stack, "+5h")
    settle(stack)
    assert len(mails_to(stack, bea)) == 1


def zone_where_it_is_six() -> str:
    """Return the zone in which it is between six and seven in the morning."""
    ahead = (6 - datetime.now(UTC).hour + 12) % 24 - 12
    return "UTC" if ahead == 0 else f"Etc/GMT{-ahead:+d}"


def local(moment: str, zone: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)):%H:%M}"
