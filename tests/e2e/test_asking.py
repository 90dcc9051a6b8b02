"""Asking, from the wish to the changed response, on the deployed stack and with JavaScript off."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from earshot.adapters.link_tokens import LIFETIMES, Tokens
from earshot_cli.main import app
from tests.e2e.invitation_client import (
    a_survey,
    an_address,
    ask,
    decisions,
    eventually,
    id_of,
    mail_to,
    mails_to,
    score,
    send_form,
    visit,
)
from tests.e2e.survey_client import now

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack


def responses(stack: "Stack", survey: str) -> list[dict[str, Any]]:
    return list(stack.call("GET", f"/v1/surveys/{survey}/responses?limit=10").body["responses"])


def command(stack: "Stack", *words: str) -> str:
    """Return the output of an `earshot` command that succeeded."""
    done = CliRunner().invoke(app, words, env={"EARSHOT_URL": stack.url, "EARSHOT_API_KEY": stack.api_key})
    assert done.exit_code == 0, done.output
    return done.stdout


def histogram(*scores: int) -> list[int]:
    return [scores.count(number) for number in range(11)]


def test_the_journey_from_a_person_to_a_changed_response(stack: "Stack", tmp_path: Path) -> None:
    survey, address = a_survey(stack, "Acme", rules={"quiet_days": 30}), an_address()
    (tmp_path / "people.csv").write_text(f"no;mail;name\n{id_of(address)};{address};Ann\n")
    mapping = [f"--map={field}={column}" for field, column in (("id", "no"), ("email", "mail"), ("name", "name"))]
    assert "1 created" in command(stack, "people", "import", str(tmp_path / "people.csv"), *mapping)
    decided = ask(stack, survey, {"id": id_of(address), "email": address}, properties={"plan": "gold"})
    assert (decided["outcome"], decided["reason"]) == ("scheduled", "eligible")

    mail = mail_to(stack, address)
    assert sorted(mail.scores) == list(range(11))
    assert len(mail.links) == 13
    assert "Ann" in mail.text
    assert str(mail.message["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    for number, path in mail.scores.items():
        page = visit(stack, path)
        assert page.status == 200
        assert re.findall(r'value="(\d+)"[^>]*? checked', page.raw.decode()) == [str(number)]
    assert re.findall(rb"<script[^>]*>", visit(stack, mail.respond).raw) == [
        b"<script>",
        b'<script async src="/widget.js">',
    ]

    sent = send_form(stack, mail.scores[9], score=9, comment="Quick & kind", topic="")
    assert sent.status == 200
    assert eventually(lambda: score(stack, survey), lambda nps: nps["responses"] == 1)["histogram"] == histogram(9)
    (kept,) = responses(stack, survey)
    assert (kept["comment"], kept["person"], kept["properties"]) == ("Quick & kind", id_of(address), {"plan": "gold"})

    back = visit(stack, mail.respond).raw.decode()
    assert re.findall(r'value="(\d+)"[^>]*? checked', back) == ["9"]
    assert "Quick &amp; kind" in back
    assert send_form(stack, mail.respond, score=4, comment="Quick, but not kind").status == 200
    eventually(lambda: score(stack, survey), lambda nps: nps["histogram"] == histogram(4))
    (kept,) = responses(stack, survey)
    assert (kept["score"], kept["comment"]) == (4, "Quick, but not kind")

    again = ask(stack, survey, {"id": id_of(address), "email": address})
    assert (again["outcome"], again["reason"]) == ("declined", "quiet-period")
    why = decisions(stack, id_of(address))
    assert [each["reason"] for each in why] == ["eligible", "quiet-period"]
    assert [attempt["score"] for attempt in why[0]["submissions"]] == [9, 4]


def test_a_scanner_that_fetches_every_link_changes_nothing_at_all(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    mail = mail_to(stack, address)
    before = eventually(lambda: decisions(stack, person), lambda all_: all_[0]["outcome"] == "sent")
    known = stack.call("GET", f"/v1/people/{person}").body

    for link in sorted(mail.links):
        for method in ("GET", "HEAD", "GET"):
            fetched = visit(stack, link, method)
            assert fetched.status == 200
            assert fetched.headers["cache-control"] == "no-store"
            assert fetched.headers["referrer-policy"] == "no-referrer"
            assert fetched.headers["content-security-policy"].startswith("default-src 'none'")
            assert (fetched.raw == b"") == (method == "HEAD")

    # What the scanner might have set off would have been recorded before this response is.
    stack.call("POST", f"/v1/surveys/{survey}/responses", {"score": 5}, key=False)
    eventually(lambda: score(stack, survey), lambda nps: nps["responses"] >= 1)
    assert score(stack, survey)["histogram"] == histogram(5)
    assert decisions(stack, person) == before
    assert stack.call("GET", f"/v1/people/{person}").body == known
    assert ask(stack, survey, {"email": address})["outcome"] == "scheduled"


def test_a_response_may_lose_its_comment_and_an_unfinished_form_comes_back(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address()
    ask(stack, survey, {"email": address})
    path = mail_to(stack, address).respond
    unfinished = send_form(stack, path, comment="No score yet")
    assert (unfinished.status, b"No score yet" in unfinished.raw) == (422, True)
    send_form(stack, path, score=7, comment="To be taken back")
    eventually(lambda: responses(stack, survey), lambda found: found and found[0]["comment"] == "To be taken back")
    send_form(stack, path, score=7, comment="", prefilled="yes")
    eventually(lambda: responses(stack, survey), lambda found: not found[0].get("comment"))
    assert score(stack, survey)["histogram"] == histogram(7)


def test_a_comment_stays_with_the_score_it_was_written_with(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address()
    ask(stack, survey, {"email": address})
    path = mail_to(stack, address).respond
    send_form(stack, path, score=3, comment="Two hours late")
    eventually(lambda: responses(stack, survey), lambda found: found and found[0]["score"] == 3)
    thanks = send_form(stack, path, score=9, comment="").raw.decode()
    assert re.findall(r"Your answer: (\d+)", thanks) == ["9"]
    (kept,) = eventually(lambda: responses(stack, survey), lambda found: found[0]["score"] == 9)
    assert (kept["comment"], kept["comment_score"]) == ("Two hours late", 3)
    again = visit(stack, path).raw.decode()
    assert "Your comment with the answer 3:" in again
    assert re.findall(r"(?s)<textarea[^>]*>\s*([^<]*)</textarea>", again) == [""]


def test_the_wish_to_be_contacted_reaches_the_response_until_it_is_taken_back(stack: "Stack") -> None:
    survey, address = a_survey(stack, widget={"contact_box": True}), an_address()
    ask(stack, survey, {"email": address})
    path = mail_to(stack, address).respond

    def box() -> list[str]:
        return re.findall(r'name="contact_requested" value="true"( checked)?>', visit(stack, path).raw.decode())

    assert box() == [""]
    send_form(stack, path, score=3, contact_requested="true")
    (kept,) = eventually(lambda: responses(stack, survey), lambda found: found and found[0]["score"] == 3)
    assert (kept["contact_requested"], box()) == (True, [" checked"])
    send_form(stack, path, score=3)
    eventually(lambda: responses(stack, survey), lambda found: not found[0]["contact_requested"])
    command(stack, "response", "revise", survey, kept["id"], "--contact-requested")
    assert (responses(stack, survey)[0]["contact_requested"], box()) == (True, [" checked"])

    # A page needs no key for it, and what is no boolean costs no score.
    sent = [
        stack.call("POST", f"/v1/surveys/{survey}/responses", {"score": 2, "contact_requested": wish}, key=False).body
        for wish in (True, "please")
    ]
    assert sent[1]["ignored"] == [{"field": "contact_requested", "reason": "it must be true or false, not a string"}]
    found = eventually(lambda: responses(stack, survey), lambda found: len(found) == 3)
    assert {one["id"]: one["contact_requested"] for one in found} == {
        kept["id"]: True,
        sent[0]["id"]: True,
        sent[1]["id"]: False,
    }


@pytest.mark.parametrize("fields", [{"confirm": "yes"}, {"List-Unsubscribe": "One-Click"}], ids=["button", "one click"])
def test_unsubscribing_takes_effect_at_once_and_for_mails_under_way_too(stack: "Stack", fields: dict[str, str]) -> None:
    survey, address = a_survey(stack), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    mail = mail_to(stack, address)
    queued = ask(stack, survey, {"email": address}, delay=6)
    assert queued["outcome"] == "scheduled"

    assert b"<button" in visit(stack, mail.unsubscribe).raw
    for _ in range(3):
        assert send_form(stack, mail.unsubscribe, **fields).status == 200

    refused = ask(stack, survey, {"email": address.upper()})
    assert (refused["outcome"], refused["reason"]) == ("declined", "suppressed")
    shown = eventually(
        lambda: {each["id"]: each for each in decisions(stack, person)}[queued["id"]],
        lambda each: each["outcome"] == "declined",
    )
    assert (shown["reason"], shown["sent_at"]) == ("suppressed", None)
    assert len(mails_to(stack, address)) == 1


def test_a_closed_survey_is_explained_in_the_persons_language(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address()
    ask(stack, survey, {"email": address, "locale": "de-AT"})
    mail = mail_to(stack, address)
    assert stack.call("PATCH", f"/v1/surveys/{survey}", {"state": "closed"}).status == 200
    for page in (visit(stack, mail.respond), send_form(stack, mail.respond, score=9)):
        assert (page.status, page.headers["content-language"]) == (410, "de")
        assert b'lang="de"' in page.raw
    assert visit(stack, mail.unsubscribe).status == 200
    refused = ask(stack, survey, {"email": an_address("bob")})
    assert (refused["outcome"], refused["reason"]) == ("declined", "survey-closed")
    assert score(stack, survey)["responses"] == 0


def test_an_arabic_mail_is_arabic_and_reads_from_the_right(stack: "Stack") -> None:
    survey, address = a_survey(stack, "Café <b>& Co"), an_address()
    ask(stack, survey, {"email": address, "locale": "ar-EG", "name": "<script>alert(1)</script>"})
    mail = mail_to(stack, address)
    assert re.search(r'<html[^>]*lang="ar"[^>]*dir="rtl"', mail.html)
    assert "<script" not in mail.html
    assert len(mail.links) == 13
    page = visit(stack, mail.respond, accept_language="fr")
    assert (page.headers["content-language"], b'dir="rtl"' in page.raw) == ("ar", True)
    rendered = visit(stack, f"/outbox/{mail.id}/html")
    assert rendered.headers["content-security-policy"].startswith("sandbox ")
    assert "allow-scripts" not in rendered.headers["content-security-policy"]


def test_a_link_that_is_not_good_leads_to_a_friendly_page(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    mail = mail_to(stack, address)
    link, unsubscribe = mail.respond.removeprefix("/s/"), mail.unsubscribe.removeprefix("/u/")
    before = eventually(lambda: decisions(stack, person), lambda all_: all_[0]["outcome"] == "sent")
    ids = {"p": person, "i": before[0]["id"]}
    strangers = [
        # Not the last sign: two of its six bits say nothing.
        f"/s/{link[:-2]}{'A' if link[-2] != 'A' else 'B'}{link[-1]}",
        f"/s/x{link}",
        f"/s/{unsubscribe}",
        f"/u/{link}",
        "/s/nonsense",
        f"/s/{'a' * 4000}",
        f"/u/{Tokens([b'a guessed key'], now).make('unsubscribe', ids)}",
    ]
    old = Tokens(link_keys(stack), lambda: now() - (LIFETIMES["respond"] + 60) * 1000).make("respond", ids)
    for path, status in [*((path, 404) for path in strangers), (f"/s/{old}", 410)]:
        for page in (visit(stack, path, accept_language="fr-CA,en"), send_form(stack, path, score=9, confirm="yes")):
            assert page.status == status, path
            assert page.headers["content-type"].startswith("text/html")
            assert b"<h1" in page.raw
        assert visit(stack, path, accept_language="fr-CA,en").headers["content-language"] == "fr"
    assert decisions(stack, person) == before
    assert ask(stack, survey, {"email": address})["outcome"] == "scheduled"


def link_keys(stack: "Stack") -> list[bytes]:
    secrets = stack.client("secretsmanager")
    (secret,) = (each for each in secrets.list_secrets()["SecretList"] if "LinkSecret" in each["Name"])
    text = secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"]
    try:
        found = json.loads(text)
    except ValueError:
        found = text
    return [key.encode() for key in (found if isinstance(found, list) else [text])]


def test_three_scores_within_ten_seconds_count_for_nothing_and_why_shows_them(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    path = mail_to(stack, address).respond
    for number in (3, 7, 10):
        assert send_form(stack, path, score=number).status == 200
    (shown,) = decisions(stack, person)
    assert [(attempt["score"], attempt["quarantined"]) for attempt in shown["submissions"]] == [
        (number, "machine-scores") for number in (3, 7, 10)
    ]
    assert "quarantined as a machine's: 3, 7, 10 (three different scores" in command(stack, "why", person)
    eventually(lambda: [each["state"] for each in responses(stack, survey)], lambda states: "final" not in states)
    eventually(lambda: score(stack, survey), lambda nps: nps["responses"] == 0)


def test_a_filled_hidden_field_is_not_counted(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    path = mail_to(stack, address).respond
    assert send_form(stack, path, score=0, comment="buy pills", topic="pills").status == 200
    assert decisions(stack, person)[0]["submissions"][0]["quarantined"] == "honeypot"
    send_form(stack, path, score=8)
    eventually(lambda: score(stack, survey), lambda nps: nps["histogram"] == histogram(8))


def test_outside_the_sending_hours_a_mail_waits(stack: "Stack") -> None:
    opens = (datetime.now(UTC).hour + 3) % 24
    later, address = a_survey(stack, rules={"sending_hours": [opens, opens + 1]}), an_address()
    decided = ask(stack, later, {"email": address, "timezone": "UTC"})
    assert (decided["outcome"], decided["reason"]) == ("scheduled", "outside-hours")
    assert int(decided["due_at"][11:13]) == opens
    other = an_address("bob")
    ask(stack, a_survey(stack), {"email": other})
    mail_to(stack, other)
    assert mails_to(stack, address) == []
    assert decisions(stack, decided["person"])[0]["outcome"] == "scheduled"


def test_people_who_cannot_be_asked_are_named_and_nobody_is_asked(stack: "Stack") -> None:
    survey, good = a_survey(stack), an_address()
    people = [
        {"email": good},
        {"email": "no address"},
        {"email": good, "locale": "!!"},
        {"email": good, "timezone": "X"},
    ]
    reply = stack.call(
        "POST", f"/v1/surveys/{survey}/invitations", {"invitations": [{"person": person} for person in people]}
    )
    assert reply.status == 400
    fields = [error["field"] for error in reply.body["errors"]]
    assert fields == [f"invitations[{at}].person.{name}" for at, name in ((1, "email"), (2, "locale"), (3, "timezone"))]
    assert mails_to(stack, good) == []
    missing = stack.call("POST", "/v1/surveys/no-such/invitations", {"invitations": [{"person": {"email": good}}]})
    assert missing.status == 404


def test_an_erased_person_is_not_asked_again_and_old_links_lead_nowhere(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address("carl")
    person = ask(stack, survey, {"email": address}, properties={"note": "a note on Carl"})["person"]
    mail = mail_to(stack, address)
    assert send_form(stack, mail.respond, score=2, comment="I am Carl").status == 200
    eventually(lambda: score(stack, survey), lambda nps: nps["histogram"] == histogram(2))
    queued = ask(stack, survey, {"email": address}, delay=5)
    assert stack.call("DELETE", f"/v1/people/{person}?id={person}").status in {200, 202}

    for page in (visit(stack, mail.respond), send_form(stack, mail.respond, score=10)):
        assert (page.status, b"<h1" in page.raw) == (410, True)
    assert ask(stack, survey, {"email": address})["outcome"] == "declined"
    eventually(
        lambda: {each["id"]: each["outcome"] for each in decisions(stack, person)},
        lambda outcomes: outcomes.get(queued["id"], "declined") == "declined",
    )
    assert len(mails_to(stack, address)) == 1
    assert score(stack, survey)["histogram"] == histogram(2)
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=table_of(stack))
    kept = [item for page in pages for item in page["Items"]]
    private = (address, "I am Carl", "a note on Carl")
    assert [(item["sk"], word) for item in kept for word in private if word in str(item)] == []


def table_of(stack: "Stack") -> str:
    (table,) = stack.client("dynamodb").list_tables()["TableNames"]
    return str(table)


def test_no_address_and_no_token_reaches_a_log(stack: "Stack") -> None:
    survey, address = a_survey(stack), an_address("logged")
    ask(stack, survey, {"email": address})
    mail = mail_to(stack, address)
    visit(stack, mail.respond)
    send_form(stack, mail.respond, score=6, comment="a secret comment")
    visit(stack, "/s/tampered-token-of-somebody")
    send_form(stack, mail.unsubscribe, confirm="yes")
    eventually(lambda: score(stack, survey), lambda nps: nps["responses"] == 1)
    # Lines of the engine itself name the recipients of its SES; our functions' lines are JSON.
    log = (stack.local_dir / "engine.log").read_text(errors="replace")
    ours = "\n".join(line for line in log.splitlines() if line.startswith('{"'))
    assert '"message":"sent"' in ours
    for private in (address, address.partition("@")[0], "a secret comment", "tampered-token-of-somebody"):
        assert private not in ours
    for path in (mail.respond, mail.unsubscribe):
        assert path[3:] not in ours
    assert "example.net" not in ours
