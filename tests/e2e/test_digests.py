"""Digests on a stack whose clock is moved: each arrives once, with the figures of the API, until it is stopped."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earshot.services.digests.read_contents import MOST_CAUSES
from tests.e2e.cli_runner import move
from tests.e2e.invitation_client import an_address, eventually, mail_to, mails_to, send_form, visit
from tests.e2e.survey_client import Survey, new_id, settle

if TYPE_CHECKING:
    from tests.e2e.conftest import Launch, Stack

CLOSING = {"kind": "resolved", "outcome": "explained", "root_cause": "delivery"}
SCORES = (10, 9, 9, 9, 9, 9, 9, 8, 7, 6, 3, 0)


def test_a_digest_arrives_once_with_the_figures_of_the_api_until_it_is_stopped(
    launch: "Launch", tmp_path: Path
) -> None:
    stack = launch(tmp_path / "local")
    survey, address = Survey(stack, segments=["plan"]), an_address("leo")
    assert stack.call("PUT", "/v1/team/leo", {"email": address, "role": "manager"}).status == 201
    for score in SCORES:
        survey.post_with_key(id=new_id(), score=score, comment=f"a comment on {score}", properties={"plan": "pro"})
    survey.counted(len(SCORES))
    # At midnight the digest is about all days up to now, whatever time it is.
    daily = {"role": "lead", "survey": survey.id, "to": "leo", "every": "workday", "hour": 0}
    made = stack.call("PUT", "/v1/digests/daily", daily)
    assert made.status == 201, made.raw
    due = datetime.fromisoformat(made.body["next_at"])

    move(stack, (due - timedelta(minutes=10)).isoformat())
    assert mails_to(stack, address) == []
    move(stack, (due + timedelta(minutes=6)).isoformat())
    mail = mail_to(stack, address)
    assert_figures(stack, survey, mail.text, last_day=(due - timedelta(days=1)).date().isoformat())
    assert "a comment on 0" in mail.text
    assert str(mail.message["Subject"]).startswith("Daily digest: Made for a test")
    read = stack.call("GET", "/v1/digests/daily").body
    assert read["recipients"][0]["state"] == "sent"
    assert read["last_sent_at"] > made.body["next_at"]
    move(stack, "+3h")
    assert len(mails_to(stack, address)) == 1

    assert "Stop this digest?" in visit(stack, mail.unsubscribe).raw.decode()
    assert send_form(stack, mail.unsubscribe, **{"List-Unsubscribe": "One-Click"}).status == 200
    following = datetime.fromisoformat(read["next_at"])
    survey.post_with_key(id=new_id(), score=9)
    move(stack, (following + timedelta(minutes=6)).isoformat())
    skipped = eventually(lambda: stack.call("GET", "/v1/digests/daily").body, lambda found: found["skipped"])
    assert skipped["skipped"]["why"] == "the recipient unsubscribed from this digest"
    assert skipped["recipients"][0]["stopped"] is True
    assert len(mails_to(stack, address)) == 1
    assert send_form(stack, mail.unsubscribe, undo="yes").status == 200

    each_role_is_previewed_and_tested(stack, survey, address)
    why_a_recipient_is_left_out_is_shown(stack, address)


def each_role_is_previewed_and_tested(stack: "Stack", survey: Survey, address: str) -> None:
    for number, (role, every) in enumerate(
        (("frontline", "workday"), ("lead", "week"), ("executive", "month"), ("department", "week")), 2
    ):
        digest = {"role": role, "survey": survey.id, "to": ["leo"], "every": every, "hour": 7, "locale": "de"}
        assert stack.call("PUT", f"/v1/digests/{role}", digest).status == 201
        html = stack.call("GET", f"/v1/digests/{role}/preview")
        assert html.status == 200
        assert html.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert '<html lang="de"' in html.raw.decode()
        assert stack.call("POST", f"/v1/digests/{role}/test").body == {"queued": 1, "skipped": []}
        assert str(mail_to(stack, address, number).message["Subject"]).startswith("Probe: ")


def assert_figures(stack: "Stack", survey: Survey, text: str, last_day: str) -> None:
    """Compare what a digest says with what the API reports at the same `as_of`."""
    assert f"The API reports the same with as_of={last_day}&window=30d." in text
    score: Any = stack.call("GET", f"{survey.path}/nps?as_of={last_day}&window=30d").body
    interval = score["interval"]
    for line in (
        f"\n{score['nps']}\n",
        f"95% interval: {signed(interval['low'])} to {signed(interval['high'])}\n",
        f"Responses: {score['responses']}\n",
        f"Promoters (9–10): {score['promoters']} ·",
        f"Passives (7–8): {score['passives']} ·",
        f"Detractors (0–6): {score['detractors']} ·",
    ):
        assert line in text, line
    cases = stack.call("GET", f"/v1/cases?survey={survey.id}").body["cases"]
    assert f"Open: {len(cases)}\n" in text


def signed(points: float) -> str:
    return f"{points:.1f}".replace("-", "−")


def plus(points: float) -> str:
    return f"{points:+.1f}".replace("-", "−")


def why_a_recipient_is_left_out_is_shown(stack: "Stack", address: str) -> None:
    assert stack.call("DELETE", "/v1/team/leo").status == 204
    refused = stack.call("POST", "/v1/digests/lead/test")
    assert (refused.status, refused.body["detail"]) == (
        409,
        "nobody would get it: the recipient is no member of the team any more",
    )
    before = len(mails_to(stack, address))
    move(stack, "+8d")
    settle(stack)
    found = eventually(lambda: stack.call("GET", "/v1/digests/lead").body, lambda read: read["skipped"])
    assert found["skipped"]["why"] == "the recipient is no member of the team any more"
    assert len(mails_to(stack, address)) == before


def test_the_numbers_that_each_role_reads_are_those_of_the_api(launch: "Launch", tmp_path: Path) -> None:
    stack = launch(tmp_path / "local", EARSHOT_DEMO="")
    assert stack.call("PUT", "/v1/team/leo", {"email": an_address("leo"), "role": "manager"}).status == 201
    for score in range(3):
        posted = {"id": new_id(), "score": score, "person": f"person-{score}"}
        assert stack.call("POST", "/v1/surveys/demo/responses", posted).status == 202
    closed, contacted, _ = eventually(lambda: open_cases(stack), lambda found: len(found) == 3)
    note(stack, note(stack, closed, {"kind": "contacted"}), CLOSING)
    note(stack, contacted, {"kind": "contacted"})
    move(stack, "+8d")
    settle(stack)
    for role, every in (("lead", "week"), ("executive", "month")):
        digest = {"role": role, "survey": "demo", "to": ["leo"], "every": every, "hour": 7}
        assert stack.call("PUT", f"/v1/digests/{role}", digest).status == 201
        text = stack.call("GET", f"/v1/digests/{role}/preview?format=text").raw.decode()
        (asked,) = re.findall(r"The API reports the same with (\S+)\.\n", text)
        assert_score(text, stack.call("GET", f"/v1/surveys/demo/nps?{asked}").body)
        (asked,) = re.findall(r"Cases: (from=\S+)\n", text)
        assert_cases(text, stack.call("GET", f"/v1/surveys/demo/case-measures?{asked}").body["all"])
        if role == "executive":
            assert_months(stack, text)


def open_cases(stack: "Stack") -> list[Any]:
    """Read the open cases of those who responded here; the sample company has others."""
    rows = stack.call("GET", "/v1/cases?survey=demo").body["cases"]
    cases = [stack.call("GET", f"/v1/cases/{row['id']}").body for row in rows]
    return [case for case in cases if (case["person"] or "").startswith("person-")]


def note(stack: "Stack", case: Any, fact: dict[str, str]) -> Any:
    reply = stack.call("POST", f"/v1/cases/{case['id']}/facts", {"revision": case["revision"], **fact})
    assert reply.status == 201, reply.raw
    return reply.body


def assert_score(text: str, score: Any) -> None:
    interval, change = score["interval"], score["change"]
    between = f"{plus(change['low'])} to {plus(change['high'])}"
    for line in (
        f"\n{score['nps']}\n95% interval: {signed(interval['low'])} to {signed(interval['high'])}\n",
        f"\nResponses: {score['responses']}\n",
        f"\nChange: {plus(change['points'])} ({between}) · ",
    ):
        assert line in text, line


def assert_cases(text: str, measures: Any) -> None:
    loop = measures["closed_loop"]
    lines = [
        f"\nOpen: {measures['open']}\n",
        f"\nOverdue: {measures['overdue']}\n",
        f"\nWithout an owner: {measures['unowned']}\n",
        f"\nOpened: {measures['opened']}\n",
        f"\nClosed: {measures['closed']}\n",
    ]
    if loop["of"]:
        lines.append(f"\nContacted in time: {loop['count']} of {loop['of']} · ")
    assert [line for line in lines if line not in text] == []
    # Those that changed most.
    causes = dict(re.findall(r"\n(\w+): (\d+) · Before: ", text))
    assert min(MOST_CAUSES, len(measures["root_causes"])) <= len(causes) <= MOST_CAUSES
    assert {cause: measures["root_causes"].get(cause.lower(), 0) for cause in causes} == {
        cause: int(number) for cause, number in causes.items()
    }


def assert_months(stack: "Stack", text: str) -> None:
    part = text.partition("The last twelve months\n")[2].partition("\n\n")[0]
    months = re.findall(r"^(\w{3} \d{4}): (\S+) · (?:(\S+) to (\S+) · )?Responses: (\d+)$", part, re.MULTILINE)
    assert len(months) == 12
    for name, nps, low, high, responses in months:
        first = datetime.strptime(name, "%b %Y").replace(tzinfo=UTC)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        score: Any = stack.call("GET", f"/v1/surveys/demo/nps?as_of={last.date()}&window=month").body
        assert int(responses) == score["responses"], name
        if low:
            shown = str(score["nps"]).replace("-", "−"), *(signed(score["interval"][end]) for end in ("low", "high"))
            assert (nps, low, high) == shown, name
