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

OWNER = "walk-reader"


def the_console_is_read_and_a_case_changed(stack: "Stack") -> None:
    """Show every page of a survey with a case, open and closed, to an owner, who closes it by forms."""
    owner = {"email": an_address(OWNER), "role": "owner"}
    assert stack.call("PUT", f"/v1/team/{OWNER}", owner).status in (200, 201)
    survey, person = Survey(stack, segments=["plan"]), f"walk-{time.time_ns()}"
    assert stack.call("PUT", f"/v1/people/{person}", {"id": person, "email": an_address(person)}).status == 201
    given = {"score": 2, "person": person, "comment": "late", "properties": {"plan": "pro"}}
    response = survey.post_with_key(**given).body["id"]
    case = eventually(lambda: cases_of(stack, survey), lambda found: len(found) == 1)[0]
    parts = {"survey": survey.id, "property": "plan", "response": response, "case": case}
    reader, _ = signed_in(stack)
    for path in PAGES:
        asked = path.format(**parts) + (f"?id={person}" if path == "/app/person" else "")
        assert reader.get(asked).status in (200, 303), path
    # A browser of its own, so that the function of the form notes that its session was used.
    writer, token = signed_in(stack)
    (revision,) = set(re.findall(r'name="revision" value="(\d+)"', reader.get(f"/app/cases/{case}").text))
    closing = {"kind": "resolved", "outcome": "test", "root_cause": "other", "revision": revision}
    assert writer.post(f"/app/cases/{case}", token=form_token(token), **closing).status == 303
    assert reader.get(f"/app/cases?state=resolved&survey={survey.id}").status == 200


def cases_of(stack: "Stack", survey: Survey) -> list[str]:
    """List the ids of the open cases of a survey."""
    return [each["id"] for each in stack.call("GET", f"/v1/cases?survey={survey.id}").body["cases"]]


def signed_in(stack: "Stack") -> tuple[ConsoleClient, str]:
    """Return a browser in which the owner is signed in, with its token; its next use is noted."""
    token, at = f"{time.time_ns()}", now()
    sessions = DynamoDBSessions(stack.client("dynamodb"), physical(stack, "Table"))
    sessions.start(Session(hash_of(token), OWNER, at, at - SEEN_EVERY_MS, "walk"))
    client = ConsoleClient(stack)
    client.cookies[f"earshot-{urlsplit(stack.url).port}"] = f"{OWNER}.{token}"
    return client, token
