"""`earshot clock` on a stack of its own: what falls due comes at once, and everything else goes on as before."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earshot_cli.local.deploy import STACK
from tests.e2e.cli_runner import Doctor, earshot, move
from tests.e2e.invitation_client import (
    a_survey,
    an_address,
    ask,
    eventually,
    mail_to,
    mails_to,
    score,
    send_form,
    visit,
)
from tests.e2e.survey_client import Survey, histogram, new_id

if TYPE_CHECKING:
    from tests.e2e.conftest import Launch, Stack

ABOUT_NOW = timedelta(minutes=2)


def test_a_stack_whose_clock_is_moved_asks_who_is_due_counts_as_before_and_is_found_well(
    launch: "Launch", tmp_path: Path
) -> None:
    """The doctor looks each time with work under way: a delayed one of the scores, a mail, records of the stream."""
    stack = launch(tmp_path / "local")
    survey, busy = Survey(stack), Survey(stack)
    early = survey.send(9, id=new_id())
    first_day = survey.recorded(early, score=9)["day"]
    busy.send(3)
    assert Doctor(stack).complaints == []
    asking, address, outside = a_survey(stack), an_address(), an_address("bob")
    ask(stack, asking, {"email": address}, delay=2 * 86_400)
    opens = (datetime.now(UTC).hour + 3) % 24
    in_hours = a_survey(stack, rules={"sending_hours": [opens, opens + 1]})
    opening = ask(stack, in_hours, {"email": outside, "timezone": "UTC"})["due_at"]
    assert mails_to(stack, address) == []

    just_after = datetime.fromisoformat(opening) + timedelta(minutes=1)
    move(stack, just_after.isoformat())
    mail_to(stack, outside)
    assert mails_to(stack, address) == []
    busy.send(9)
    assert "Started what was scheduled in between: " in move(stack, "+3d")
    assert Doctor(stack).complaints == []
    mail = mail_to(stack, address)
    assert_dated(mail.id, just_after + timedelta(days=3))
    assert visit(stack, "/outbox").status == 200
    assert send_form(stack, mail.respond, score=7).status == 200
    eventually(lambda: score(stack, asking), lambda result: result["histogram"] == histogram(7))

    busy.send(10)
    later = move_ten_days_on(stack, survey, early, first_day)
    busy.send(10)
    assert Doctor(stack).complaints == []
    assert busy.counted(4)["histogram"] == histogram(3, 9, 10, 10)
    refuses_to_go_back(stack)
    assert stack.stop() == 0
    again = launch(tmp_path / "local")
    assert Doctor(again).complaints == []
    assert_still_ahead(again, survey.id, later)
    again.call("POST", f"/v1/surveys/{busy.id}/responses", {"score": 8}, key=False)
    assert Doctor(again).complaints == []
    is_unknown_to_the_template(again)


def test_what_is_older_than_its_survey_keeps_it_is_anonymised_by_the_clock(launch: "Launch", tmp_path: Path) -> None:
    stack = launch(tmp_path / "local")
    survey = Survey(stack, retention_days=30)
    sent = survey.send(3, id=new_id(), comment="It is me, Ann")
    assert survey.recorded(sent, score=3)["comment"] == "It is me, Ann"
    counts = survey.counted(1)["histogram"]
    move(stack, "+29d")
    assert survey.response(sent)["comment"] == "It is me, Ann"
    move(stack, "+2d")
    left = eventually(lambda: survey.response(sent), lambda result: result["state"] == "anonymised")
    assert (left["comment"], left["score"], left["history"][0]["by"]) == (None, 3, "retention")
    assert stack.call("GET", f"{survey.path}/nps?window=all").body["histogram"] == counts
    assert stack.call("GET", f"{survey.path}/quality").body["retention_days"] == 30
    assert earshot(stack, "audit", survey.id).returncode == 0


def assert_dated(mail: str, at: datetime) -> None:
    """The outbox shows a mail with the stack's time."""
    sent = datetime.fromtimestamp(int(mail[:14]) / 1000, UTC)
    assert at <= sent <= at + ABOUT_NOW


def move_ten_days_on(stack: "Stack", survey: Survey, early: str, first_day: str) -> str:
    """Responses count on the day that the stack's clock shows, once each; also those whose ids the real time made."""
    ends = (date.fromisoformat(first_day) + timedelta(days=8)).isoformat()
    trial = stack.call("POST", "/v1/keys", {"name": "trial", "scopes": ["surveys:read"], "expires_at": ends}).body
    assert stack.call("GET", "/v1/surveys", key=trial["key"]).status == 200
    move(stack, "+10d")
    real_time = new_id()
    for sent in (real_time, real_time, early):
        survey.send(3 if sent == real_time else 9, id=sent)
    kept = survey.send(10)
    later = str(survey.recorded(kept, score=10)["day"])
    assert date.fromisoformat(later) - date.fromisoformat(first_day) >= timedelta(days=13)
    assert survey.counted(3)["histogram"] == histogram(3, 9, 10)
    assert survey.recorded(real_time, score=3)["day"] == later
    assert survey.nps(window="1d", as_of=first_day)["histogram"] == histogram(9)
    assert survey.nps(window="1d")["histogram"] == histogram(3, 10)
    assert f"to {later}" in earshot(stack, "nps", survey.id).stdout
    assert earshot(stack, "audit", survey.id).returncode == 0
    assert "has expired" in stack.call("GET", "/v1/surveys", key=trial["key"]).body["detail"]
    used = {key["name"]: key["last_used_on"] for key in stack.call("GET", "/v1/keys").body["keys"]}
    assert used["trial"] < ends < used["local"]
    return later


def refuses_to_go_back(stack: "Stack") -> None:
    before = (stack.local_dir / "clock").read_text()
    for back in ("-1d", "2026-01-01"):
        refused = earshot(stack, "clock", back)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert "only goes forward" in refused.stderr
    assert (stack.local_dir / "clock").read_text() == before


def assert_still_ahead(stack: "Stack", survey: str, day: str) -> None:
    """A restart keeps the clock and the counts."""
    assert "13 days" in earshot(stack, "clock").stdout
    reply = stack.call("GET", f"/v1/surveys/{survey}/nps?window=all").body
    assert (reply["responses"], reply["window"]["to"] >= day) == (3, True)


def is_unknown_to_the_template(stack: "Stack") -> None:
    """What is deployed has no clock: the functions here find it in the engine's own environment."""
    cloudformation = stack.client("cloudformation")
    body: Any = cloudformation.get_template(StackName=STACK, TemplateStage="Processed")["TemplateBody"]
    assert "CLOCK" not in json.dumps(body).upper()
