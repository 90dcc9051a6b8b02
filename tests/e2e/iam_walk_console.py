"""The console in a walk through Earshot: each page is shown, and a form changes a case."""

import re
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from earshot.adapters.dynamodb.sessions import DynamoDBSessions
from earshot.console.router import PAGES
from earshot.domain.sessions import SEEN_EVERY_MS, Session, form_token, hash_of
from tests.e2e.console_client import ConsoleClient
from tests.e2e.invitation_client import an_address, eventually
from tests.e2e.survey_client import Survey, now, physical

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

OWNER, LIMITED = "walk-reader", "walk-limited"


def the_console_is_read_and_a_case_changed(stack: "Stack") -> None:
    """Show every page of a survey with a case to an owner and to a limited member, and send a form of each function."""
    for member, more in ((OWNER, {"role": "owner"}), (LIMITED, {"role": "frontline", "access": {"accounts": "own"}})):
        made = {"email": an_address(member), **more}
        assert stack.call("PUT", f"/v1/team/{member}", made).status in (200, 201)
    survey, person = Survey(stack, segments=["plan"]), f"walk-{time.time_ns()}"
    assert stack.call("POST", "/v1/accounts", {"accounts": [{"id": person}]}).status == 200
    known = {"id": person, "email": an_address(person), "account": person}
    assert stack.call("PUT", f"/v1/people/{person}", known).status == 201
    given = {"score": 2, "person": person, "comment": "late", "properties": {"plan": "pro"}}
    response = survey.post_with_key(**given).body["id"]
    case = eventually(lambda: cases_of(stack, survey), lambda found: len(found) == 1)[0]
    parts = {"survey": survey.id, "property": "plan", "response": response, "case": case}
    every_page_is_read(stack, parts, person)
    whose_account_it_is_reads_them(stack, case, person)
    a_case_is_closed_by_a_form(stack, survey, case)
    a_response_is_corrected_by_a_form(stack, f"/app/s/{survey.id}/responses/{response}")
    # A browser for each function of a form, so that each notes that its session was used.
    for path, fields in (
        ("/app/person", {"id": person, "action": "resubscribe"}),
        ("/app/settings", {"action": "end_sessions"}),
    ):
        writer, token = signed_in(stack)
        assert writer.post(path, token=form_token(token), **fields).status == 303, path


def every_page_is_read(stack: "Stack", parts: dict[str, str], person: str) -> None:
    """Show every page to an owner, with a destination in the list of the alerts."""
    settings = {"url": "https://hooks.example.com/walk"}
    made = stack.call("POST", "/v1/destinations", {"kind": "webhook", "name": "Walk", "settings": settings})
    assert made.status == 201, made.raw
    reader, _ = signed_in(stack)
    for path in PAGES:
        asked = path.format(**parts) + (f"?id={person}" if path == "/app/person" else "")
        assert reader.get(asked).status in (200, 303), path
    assert stack.call("DELETE", f"/v1/destinations/{made.body['id']}").status == 204


def whose_account_it_is_reads_them(stack: "Stack", case: str, person: str) -> None:
    """Show a person and a case to a member who sees what their accounts have, and nothing else."""
    # The account gets its owner after the case did, or the case would be theirs for itself.
    assert stack.call("POST", "/v1/accounts", {"accounts": [{"id": person, "owner": LIMITED}]}).status == 200
    reader, _ = signed_in(stack, LIMITED)
    for path in (f"/app/cases/{case}", "/app/cases", f"/app/person?id={person}"):
        assert reader.get(path).status == 200, path


def a_case_is_closed_by_a_form(stack: "Stack", survey: Survey, case: str) -> None:
    """Close a case as its page does."""
    reader, _ = signed_in(stack)
    (revision,) = set(re.findall(r'name="revision" value="(\d+)"', reader.get(f"/app/cases/{case}").text))
    # A browser of its own, so that the function of the form notes that its session was used.
    writer, token = signed_in(stack)
    closing = {"kind": "resolved", "outcome": "test", "root_cause": "other", "revision": revision}
    assert writer.post(f"/app/cases/{case}", token=form_token(token), **closing).status == 303
    assert writer.get(f"/app/cases?state=resolved&survey={survey.id}").status == 200


def a_response_is_corrected_by_a_form(stack: "Stack", page: str) -> None:
    """Correct a response as its page does: an owner, and a member who looks after the account of who gave it."""
    for member, score in ((OWNER, 3), (LIMITED, 4)):
        writer, token = signed_in(stack, member)
        correction = {"action": "correct", "score": f"{score}", "reason": "typed wrong"}
        assert writer.post(page, token=form_token(token), **correction).status == 303, member


def cases_of(stack: "Stack", survey: Survey) -> list[str]:
    """List the ids of the open cases of a survey."""
    return [each["id"] for each in stack.call("GET", f"/v1/cases?survey={survey.id}").body["cases"]]


def signed_in(stack: "Stack", member: str = OWNER) -> tuple[ConsoleClient, str]:
    """Return a browser in which a member is signed in, with its token; its next use is noted."""
    token, at = f"{time.time_ns()}", now()
    sessions = DynamoDBSessions(stack.client("dynamodb"), physical(stack, "Table"))
    sessions.start(Session(hash_of(token), member, at, at - SEEN_EVERY_MS, "walk"))
    client = ConsoleClient(stack)
    client.cookies[f"earshot-{urlsplit(stack.url).port}"] = f"{member}.{token}"
    return client, token
