"""The respondent's handler: a GET or HEAD changes nothing, a POST responds, corrects or unsubscribes."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from earshot import bootstrap
from earshot.domain.anonymized_invitation import anonymized
from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.brand import Brand
from earshot.domain.eligibility import Rules
from earshot.domain.errors import BusyError
from earshot.domain.invitation import MOST_ATTEMPTS, InvitationState, Mail
from earshot.domain.merge import merge
from earshot.domain.person import ErasedPerson
from earshot.domain.response import Response, first_response
from earshot.domain.statement import Rank, StatementKind
from earshot.languages.catalogue import texts_for
from earshot.ports.suppressions import Suppression
from earshot.services.invitations.unsubscribe_by_link import UNDO_TIME
from tests.aws_events import http_event, load_event, samples
from tests.factories import NOON, make_invitation, make_person, make_survey
from tests.unit.functions.conftest import World, load

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def asked(world: World) -> World:
    """Ann was asked and has the mail."""
    world.people.kept["ann"] = make_person()
    sent = make_invitation(state=InvitationState.SENT, sent_at=NOON, properties={"plan": "pro"})
    world.invitations.kept["ann", sent.id] = sent
    return world


def visit(
    method: str,
    purpose: str,
    value: str | None = None,
    query: str = "",
    token: str | None = None,
    headers: Mapping[str, str] = FORM,
) -> Any:
    path = {"respond": "s", "unsubscribe": "u"}[purpose]
    made = token or bootstrap.tokens().make(purpose, {"p": "ann", "i": make_invitation().id})
    event = http_event(
        f"{method} /{path}/{{token}}", f"/{path}/{made}", value, query=query, headers={**FORM, **headers}
    )
    return load("serve_pages").lambda_handler(event, None)


@pytest.mark.parametrize("purpose", ["respond", "unsubscribe"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing_but_that_a_page_was_fetched(asked: World, purpose: str, method: str) -> None:
    before = copy.deepcopy((asked.people.kept, asked.invitations.kept, asked.suppressions.kept))
    for query in ("", "score=9", "score=0", "score=eleven"):
        reply = visit(method, purpose, query=query)
        assert reply["statusCode"] == 200
        assert (reply["body"] == "") is (method == "HEAD")
    (kept,) = asked.invitations.kept.values()
    assert kept.delivery_events == ({"visited#1"} if (purpose, method) == ("respond", "GET") else set())
    asked.invitations.kept["ann", kept.id] = replace(kept, delivery_events=frozenset())
    assert (asked.people.kept, asked.invitations.kept, asked.suppressions.kept) == before
    assert asked.links.sent == []


def delivery_events(world: World) -> set[str]:
    (kept,) = world.invitations.kept.values()
    return set(kept.delivery_events)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
    ],
)
def test_a_prefetched_page_is_not_recorded(asked: World, headers: dict[str, str]) -> None:
    assert visit("GET", "respond", query="score=9", headers=headers)["statusCode"] == 200
    assert delivery_events(asked) == set()


def test_a_thousand_visits_and_a_persons_response_cost_three_writes(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[frozenset[str]] = []
    add = asked.feedback.add_delivery_events

    def counted(person: str, invitation: str, events: frozenset[str]) -> Any:
        writes.append(events)
        return add(person, invitation, events)

    monkeypatch.setattr(asked.feedback, "add_delivery_events", counted)
    for number in range(1000):
        visit("GET", "respond", query=f"score={number % 11}")
    assert writes == [{"visited#1"}]
    for _ in range(3):
        assert visit("POST", "respond", "final=false")["statusCode"] == 204
    assert writes == [{"visited#1"}, {"clicked#1"}]


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + int(seconds * 1000))


def test_a_clicked_score_is_a_partial_response_that_waits_and_send_completes_it(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clicked = visit("POST", "respond", "final=false&score=3")
    assert (clicked["statusCode"], clicked["body"]) == (204, "")
    ((sent, delay),) = asked.links.sent
    assert (sent.statement.kind, sent.statement.score, sent.statement.person) == (StatementKind.PARTIAL, 3, "ann")
    assert (sent.statement.rank, sent.statement.properties["plan"], delay) == (Rank.SIGNED, "pro", 600)
    assert delivery_events(asked) == {"clicked#1"}
    (kept,) = asked.invitations.kept.values()
    assert (kept.has_counting_attempt, kept.response) == (False, sent.id)
    at(monkeypatch, 30)
    visit("POST", "respond", "score=4&comment=Late")
    final, delay = asked.links.sent[-1]
    assert (final.id, final.statement.kind, final.statement.score, delay) == (sent.id, StatementKind.FINAL, 4, 0)
    whole = merge(first_response(sent, ZoneInfo("UTC")), final.statement)
    assert (whole.state, whole.score, whole.history.corrections) == ("final", 4, ())


def stands_after(world: World) -> Response:
    """Return what the response comes to once all that was queued has arrived, in the worst order."""
    queued = [submission for submission, _ in world.links.sent]
    response: Response = first_response(queued[-1], ZoneInfo("UTC"))
    for submission in queued:
        response = merge(response, submission.statement)
    return response


@pytest.mark.parametrize("form", ["score=3", "score=3&comment=Twice"])
def test_a_submission_that_a_leaving_browser_sends_twice_is_no_change(
    asked: World, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    for second in (0, 0.1):
        at(monkeypatch, second)
        assert visit("POST", "respond", form)["statusCode"] == 200
    whole = stands_after(asked)
    assert (whole.state, whole.score, whole.statement.received_at, whole.history.corrections) == ("final", 3, NOON, ())
    # A later submission with another value is a change, as ever.
    at(monkeypatch, 60)
    visit("POST", "respond", "score=9")
    assert (stands_after(asked).state, stands_after(asked).score) == ("changed", 9)


@pytest.mark.parametrize("third", ["final=false&score=9", "score=9"])
def test_three_scores_within_ten_seconds_set_all_aside_and_withdraw_what_waits(
    asked: World, monkeypatch: pytest.MonkeyPatch, third: str
) -> None:
    for second, form in enumerate(("final=false&score=1", "final=false&score=5", third)):
        at(monkeypatch, second)
        visit("POST", "respond", form)
    assert len({submission.id for submission, _ in asked.links.sent}) == 1
    assert not stands_after(asked).counts
    # A person who comes later is heard all the same.
    at(monkeypatch, 60)
    visit("POST", "respond", "score=7&comment=It+was+me")
    assert (stands_after(asked).score, stands_after(asked).statement.comment) == (7, "It was me")


def test_clicks_after_a_submission_set_it_aside_too(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for second, form in enumerate(("score=1", "final=false&score=5", "final=false&score=9")):
        at(monkeypatch, second)
        visit("POST", "respond", form)
    assert not stands_after(asked).counts


def test_the_latest_clicked_score_stands(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for second, form in ((0, "final=false&score=3"), (86_400, "final=false&score=8")):
        at(monkeypatch, second)
        visit("POST", "respond", form)
    assert (stands_after(asked).score, stands_after(asked).state) == (8, "partial")


def test_a_survey_may_want_no_clicked_scores(asked: World) -> None:
    asked.surveys.surveys["demo"] = make_survey(rules=Rules(clicked_scores=False))
    assert visit("POST", "respond", "final=false&score=3")["statusCode"] == 204
    assert asked.links.sent == []
    assert delivery_events(asked) == {"clicked#1"}


def test_a_click_after_a_response_changes_nothing(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visit("POST", "respond", "score=9")
    at(monkeypatch, 60)
    visit("POST", "respond", "final=false&score=2")
    assert len(asked.links.sent) == 1


def test_clicks_are_kept_up_to_as_many_as_a_mail_has_scores(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        at(monkeypatch, 60 * number)
        assert visit("POST", "respond", f"final=false&score={number % 11}")["statusCode"] == 204
    (kept,) = asked.invitations.kept.values()
    assert (len(kept.clicks), len(asked.links.sent)) == (11, 11)


@pytest.mark.parametrize("score", ["", "11", "-1", "nine"])
def test_a_link_without_a_score_clicks_none(asked: World, score: str) -> None:
    assert visit("POST", "respond", f"final=false&score={score}")["statusCode"] == 204
    assert asked.links.sent == []


def test_send_records_a_click_in_the_same_write(asked: World) -> None:
    visit("POST", "respond", "score=9")
    assert delivery_events(asked) == {"clicked#1"}


def test_what_fills_in_the_hidden_field_clicked_nothing(asked: World) -> None:
    visit("POST", "respond", "score=9&topic=x")
    assert delivery_events(asked) == set()


def test_each_wave_is_visited_once(asked: World) -> None:
    visit("GET", "respond")
    (kept,) = asked.invitations.kept.values()
    reminded = replace(kept, mails=(Mail(1, NOON, "m-1"), Mail(2, NOON + 1, "m-2")))
    asked.invitations.kept["ann", kept.id] = reminded
    visit("GET", "respond")
    visit("GET", "respond")
    assert delivery_events(asked) == {"visited#1", "visited#2"}


def test_a_page_is_shown_though_the_visit_cannot_be_recorded(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise BusyError("the table is busy")

    monkeypatch.setattr(asked.feedback, "add_delivery_events", busy)
    assert visit("GET", "respond")["statusCode"] == 200


def test_a_response_is_queued_with_the_persons_and_the_invitations_properties(asked: World) -> None:
    assert visit("POST", "respond", "score=9&comment=good")["statusCode"] == 200
    ((sent, _),) = asked.links.sent
    assert (sent.survey, sent.statement.score, sent.statement.comment) == ("demo", 9, "good")
    assert (sent.statement.person, sent.statement.properties["plan"]) == ("ann", "pro")
    assert asked.invitations.kept["ann", make_invitation().id].response == sent.id


def statement_of(world: World) -> Any:
    """Return score, comment and the score the comment belongs to, of the latest submission."""
    statement = world.links.sent[-1][0].statement
    return statement.score, statement.comment, statement.comment_score


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        # Under another score the box is empty: nothing written leaves the comment with the score it belongs to.
        ("score=9", (9, "Late", 3)),
        ("score=9&comment=Fixed+now", (9, "Fixed now", None)),
        # Without a script the box cannot empty itself: what is sent again unaltered was written with the other score.
        ("score=9&comment=Late&prefilled=yes", (9, "Late", 3)),
        ("score=3&comment=Late&prefilled=yes", (3, "Late", None)),
        ("score=3&prefilled=yes", (3, None, None)),
        ("score=9&prefilled=yes", (9, None, None)),
        ("score=3&comment=Very+late&prefilled=yes", (3, "Very late", None)),
    ],
)
def test_a_change_keeps_the_comment_with_the_score_it_belongs_to(
    asked: World, monkeypatch: pytest.MonkeyPatch, later: str, expected: tuple[int, str | None, int | None]
) -> None:
    visit("POST", "respond", "score=3&comment=Late")
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 60_000)
    assert visit("POST", "respond", later)["statusCode"] == 200
    assert statement_of(asked) == expected


def test_a_comment_outlives_several_changes_and_is_shown_with_its_score(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    thanks = ""
    for minute, form in enumerate(("score=3&comment=Late", "score=9", "score=10")):
        monkeypatch.setattr(bootstrap, "now", lambda now=NOON + minute * 60_000: now)
        thanks = visit("POST", "respond", form)["body"]
    assert statement_of(asked) == (10, "Late", 3)
    assert "Your answer: 10" in thanks
    assert "Your answer: 3" not in thanks
    assert all(words in thanks for words in ("Your comment with the answer 3:", "Late"))
    page = visit("GET", "respond")["body"]
    assert ">\n</textarea>" in page
    assert "Your comment with the answer 3:" in page
    # Back under the score it was written with, it stands in the box.
    assert ">\nLate</textarea>" in visit("GET", "respond", query="score=3")["body"]


def test_a_comment_taken_back_does_not_come_again(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for minute, form in enumerate(("score=3&comment=Late", "score=3&prefilled=yes", "score=9")):
        monkeypatch.setattr(bootstrap, "now", lambda now=NOON + minute * 60_000: now)
        visit("POST", "respond", form)
    assert statement_of(asked) == (9, None, None)
    assert "Late" not in visit("GET", "respond")["body"]


def test_a_quarantined_comment_is_never_kept_with_a_persons_response(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit("POST", "respond", "score=1&comment=Buy+now&topic=machine")
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 60_000)
    visit("POST", "respond", "score=9")
    assert statement_of(asked) == (9, None, None)


def test_a_mis_tap_is_corrected_under_the_same_id(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visit("POST", "respond", "score=1")
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 60_000)
    visit("POST", "respond", "score=10")
    first, second = (submission for submission, _ in asked.links.sent)
    assert first.id == second.id
    assert (first.statement.score, second.statement.score) == (1, 10)


def test_unsubscribing_works_at_once_and_however_often(asked: World) -> None:
    for _ in range(2):
        assert visit("POST", "unsubscribe", "List-Unsubscribe=One-Click")["statusCode"] == 200
    assert asked.suppressions.is_suppressed("ann@example.com") == "unsubscribed"


def mailed_to(world: World, address: str) -> None:
    """The mail went to an address."""
    sent = make_invitation(state=InvitationState.SENT, sent_at=NOON, recipient_hash=world.suppressions.hash_of(address))
    world.invitations.kept["ann", sent.id] = sent


@pytest.mark.parametrize("now", [None, "ann@new.example.com", "ann@example.com"])
def test_unsubscribing_is_meant_for_the_address_the_mail_went_to_and_for_the_one_there_is_now(
    asked: World, now: str | None
) -> None:
    mailed_to(asked, "ann@example.com")
    asked.people.kept["ann"] = make_person(email=now)
    assert visit("POST", "unsubscribe", "List-Unsubscribe=One-Click")["statusCode"] == 200
    assert set(asked.suppressions.kept) == {"ann@example.com", now or "ann@example.com"}


def test_an_erased_person_still_unsubscribes_with_one_click(asked: World) -> None:
    mailed_to(asked, "ann@old.example.com")
    asked.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    assert visit("GET", "unsubscribe")["statusCode"] == 200
    assert not asked.suppressions.kept
    reply = visit("POST", "unsubscribe", "List-Unsubscribe=One-Click")
    assert (reply["statusCode"], "unsubscribed" in reply["body"]) == (200, True)
    assert asked.suppressions.is_suppressed("ann@old.example.com") == "unsubscribed"
    assert visit("GET", "respond")["statusCode"] == 410


def test_after_an_erasure_the_link_to_respond_is_gone_and_the_one_to_unsubscribe_works(asked: World) -> None:
    left = anonymized(
        replace(asked.invitations.kept["ann", make_invitation().id], state=InvitationState.SENT, sent_at=NOON)
    )
    asked.invitations.kept["ann", make_invitation().id] = left
    asked.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    assert [visit(method, "respond", "score=9")["statusCode"] for method in ("GET", "POST")] == [410, 410]
    page = visit("POST", "unsubscribe", "List-Unsubscribe=One-Click")
    assert (page["statusCode"], "unsubscribed" in page["body"]) == (200, True)
    assert asked.invitations.kept["ann", make_invitation().id] == left


def test_after_its_response_is_erased_a_link_to_respond_is_gone(asked: World) -> None:
    kept = asked.invitations.kept["ann", make_invitation().id]
    asked.invitations.kept["ann", make_invitation().id] = replace(
        kept, is_erased=True, attempts=(SubmitAttempt(None, NOON),)
    )
    assert [visit(method, "respond", "score=9")["statusCode"] for method in ("GET", "POST")] == [410, 410]
    assert visit("GET", "unsubscribe")["statusCode"] == 200


@pytest.mark.parametrize("before", [None, Suppression("bounced", NOON - 5), Suppression("complained", NOON - 5)])
def test_an_unsubscribe_is_taken_back_within_the_hour_to_what_stood_before(
    asked: World, monkeypatch: pytest.MonkeyPatch, before: Suppression | None
) -> None:
    if before:
        asked.suppressions.kept["ann@example.com"] = before
    page = visit("POST", "unsubscribe", "confirm=yes")["body"]
    assert '<input type="hidden" name="undo" value="yes">' in page
    # Clicked twice, the page still has its button.
    assert 'name="undo"' in visit("POST", "unsubscribe", "confirm=yes")["body"]
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + UNDO_TIME)
    assert visit("GET", "unsubscribe")["statusCode"] == 200
    assert asked.suppressions.is_suppressed("ann@example.com") == "unsubscribed"
    reply = visit("POST", "unsubscribe", "undo=yes")
    assert (reply["statusCode"], "You will be asked again" in reply["body"]) == (200, True)
    assert asked.suppressions.kept.get("ann@example.com") == before


def test_after_an_hour_an_unsubscribe_stands(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visit("POST", "unsubscribe", "confirm=yes")
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + UNDO_TIME + 1)
    for form in ("undo=yes", "confirm=yes"):
        body = visit("POST", "unsubscribe", form)["body"]
        assert ("You are unsubscribed" in body, 'name="undo"' in body) == (True, False)
    assert asked.suppressions.is_suppressed("ann@example.com") == "unsubscribed"


def test_who_opens_the_link_once_unsubscribed_sees_that_with_the_undo_while_there_is_one(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looks() -> tuple[bool, bool, bool]:
        body = visit("GET", "unsubscribe")["body"]
        return "You are unsubscribed" in body, 'name="undo"' in body, 'name="confirm"' in body

    assert looks() == (False, False, True)
    visit("POST", "unsubscribe", "List-Unsubscribe=One-Click")
    before = dict(asked.suppressions.kept)
    assert looks() == (True, True, False)
    assert asked.suppressions.kept == before
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + UNDO_TIME + 1)
    assert looks() == (True, False, False)
    # Their new address is written to: they are asked whether that shall end, too.
    asked.people.kept["ann"] = make_person(email="ann@new.example.com")
    mailed_to(asked, "ann@example.com")
    assert looks() == (False, False, True)


@pytest.mark.parametrize("reason", ["bounced", "complained"])
def test_who_is_not_written_to_for_another_reason_may_still_unsubscribe(asked: World, reason: str) -> None:
    asked.suppressions.kept["ann@example.com"] = Suppression(reason, NOON)
    assert 'name="confirm"' in visit("GET", "unsubscribe")["body"]


@pytest.mark.parametrize("before", [None, Suppression("bounced", NOON - 5)])
def test_a_second_click_on_the_undo_shows_the_same_page(asked: World, before: Suppression | None) -> None:
    if before:
        asked.suppressions.kept["ann@example.com"] = before
    visit("POST", "unsubscribe", "confirm=yes")
    for _ in range(2):
        assert "You will be asked again" in visit("POST", "unsubscribe", "undo=yes")["body"]
    assert asked.suppressions.kept.get("ann@example.com") == before


def test_an_undo_shows_the_state_of_the_current_address(asked: World) -> None:
    mailed_to(asked, "ann@old.example.com")
    asked.suppressions.kept["ann@example.com"] = Suppression("unsubscribed", NOON - UNDO_TIME - 1)
    visit("POST", "unsubscribe", "confirm=yes")
    assert "You are unsubscribed" in visit("POST", "unsubscribe", "undo=yes")["body"]
    assert set(asked.suppressions.kept) == {"ann@example.com"}


def test_no_undo_lifts_what_is_no_unsubscribe(asked: World) -> None:
    for reason in ("erased", "bounced", "complained"):
        asked.suppressions.kept["ann@example.com"] = Suppression(reason, NOON)
        visit("POST", "unsubscribe", "undo=yes")
        assert asked.suppressions.kept["ann@example.com"] == Suppression(reason, NOON)
    visit("POST", "unsubscribe", "confirm=yes")
    asked.suppressions.add("ann@example.com", "erased", NOON)
    visit("POST", "unsubscribe", "undo=yes")
    assert asked.suppressions.is_suppressed("ann@example.com") == "erased"


@pytest.mark.parametrize(
    ("locale", "accepted", "language"),
    [
        ("de-AT", "fr", "de"),
        (None, "fi,nn;q=0.8,fr;q=0.4", "nb"),
        (None, "fr;q=0.2, sv ;q=0.9", "sv"),
        (None, "", "en"),
    ],
)
@pytest.mark.parametrize("is_closed", [False, True])
def test_an_expired_or_closed_page_speaks_the_persons_language_in_the_surveys_brand(
    asked: World, monkeypatch: pytest.MonkeyPatch, locale: str | None, accepted: str, language: str, is_closed: bool
) -> None:
    asked.people.kept["ann"] = make_person(locale=locale)
    state = "closed" if is_closed else "open"
    asked.surveys.surveys["demo"] = make_survey(brand=Brand("Northwind", "#0f766e"), state=state)
    token = bootstrap.tokens().make("respond", {"p": "ann", "i": make_invitation().id})
    if not is_closed:
        monkeypatch.setattr(bootstrap, "now", lambda: NOON + 91 * 86_400_000)
    for method, form in (("GET", None), ("POST", "score=9")):
        page = visit(method, "respond", form, token=token, headers={"accept-language": accepted})
        assert page["statusCode"] == 410
        texts = texts_for(language)
        assert f'<html lang="{language}"' in page["body"]
        assert (texts.closed_title if is_closed else texts.expired_title) in page["body"]
        assert "Northwind" in page["body"]
        assert "--brand:#0f766e" in page["body"]
    assert asked.links.sent == []


def test_a_broken_link_speaks_the_browsers_language(asked: World) -> None:
    page = visit("GET", "respond", token="broken", headers={"accept-language": "no-NO,no;q=0.9,en;q=0.8"})
    assert (page["statusCode"], texts_for("nb").wrong_title in page["body"]) == (404, True)


def test_an_expired_link_of_an_erased_person_reveals_nothing(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.surveys.surveys["demo"] = make_survey(brand=Brand("Northwind"))
    asked.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    token = bootstrap.tokens().make("respond", {"p": "ann", "i": make_invitation().id})
    monkeypatch.setattr(bootstrap, "now", lambda: NOON + 91 * 86_400_000)
    page = visit("GET", "respond", token=token)
    assert (page["statusCode"], "Northwind" in page["body"]) == (410, False)


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_a_fresh_link_of_an_erased_person_is_not_called_expired(asked: World, language: str) -> None:
    asked.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)
    texts = texts_for(language)
    for method, form in (("GET", None), ("POST", "score=9")):
        page = visit(method, "respond", form, headers={"accept-language": language})
        assert (page["statusCode"], texts.gone_title in page["body"]) == (410, True)
        assert texts.expired_title not in page["body"]
    assert asked.links.sent == []


def test_a_link_to_a_deleted_invitation_is_not_called_expired(asked: World) -> None:
    asked.invitations.kept.clear()
    for purpose in ("respond", "unsubscribe"):
        page = visit("GET", purpose)
        assert (page["statusCode"], "This link is no longer valid" in page["body"]) == (410, True)


def test_after_thirty_submissions_the_page_shows_the_response_that_counts_with_a_note(asked: World) -> None:
    for number in range(MOST_ATTEMPTS):
        asked.invitations.add_attempt("ann", make_invitation().id, "r-1", SubmitAttempt(7, NOON + number))
    reply = visit("POST", "respond", "score=1&comment=no")
    assert (reply["statusCode"], "Your answer: 7" in reply["body"]) == (409, True)
    assert "no longer be given or changed" in reply["body"]
    assert asked.links.sent == []


def test_a_long_comment_is_whole_again_when_the_response_falls_back_to_it(asked: World, monkeypatch: Any) -> None:
    long = "ä" * 10_000
    for later, value in enumerate([f"score=9&comment={quote(long)}", "score=1&topic=machine"]):
        monkeypatch.setattr(bootstrap, "now", lambda later=later: NOON + later * 60_000)
        visit("POST", "respond", value)
    assert [sent.statement.comment for sent, _ in asked.links.sent] == [long, long]


def test_comments_are_not_stored_in_the_invitation(asked: World) -> None:
    for number in range(MOST_ATTEMPTS):
        visit("POST", "respond", f"score=9&comment={number}" + quote("💬" * 9_990))
    (kept,) = asked.invitations.of_person("ann")
    assert [attempt.comment and attempt.comment.text for attempt in kept.attempts] == [None] * MOST_ATTEMPTS


def test_a_token_is_good_for_its_purpose_alone(asked: World) -> None:
    token = bootstrap.tokens().make("respond", {"p": "ann", "i": make_invitation().id})
    visit("POST", "unsubscribe", "List-Unsubscribe=One-Click", token=token)
    visit("POST", "respond", "score=9", token="not-a-token")
    assert not asked.suppressions.kept
    assert asked.links.sent == []


def test_trouble_of_ours_is_a_page_too(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any) -> None:
        raise BusyError("the table is busy")

    monkeypatch.setattr(asked.people, "get", busy)
    reply = visit("GET", "respond")
    assert reply["statusCode"] >= 500
    assert "text/html" in reply["headers"]["content-type"]


@pytest.mark.parametrize("sample", samples("serve_pages"))
def test_a_link_that_is_not_ours_gets_a_friendly_page(asked: World, sample: str) -> None:
    reply = load("serve_pages").lambda_handler(load_event(sample), None)
    assert 400 <= reply["statusCode"] < 500
    assert asked.links.sent == []


STOP = {"d": "weekly", "r": "@0123456789abcdef01234567", "l": "de"}


def stop(method: str, value: str | None = None, purpose: str = "digest") -> Any:
    return visit(method, "unsubscribe", value, token=bootstrap.tokens().make(purpose, STOP))


def test_looking_at_the_link_of_a_digest_changes_nothing(world: World) -> None:
    reply = stop("GET")
    assert reply["statusCode"] == 200
    assert "Diesen Bericht beenden?" in reply["body"]
    assert stop("HEAD")["body"] == ""
    assert world.digest_sendings.unsubscribed == {}


@pytest.mark.parametrize("body", [None, "List-Unsubscribe=One-Click", "confirm=yes"])
def test_a_digest_is_stopped_at_once_and_no_survey_with_it(asked: World, body: str | None) -> None:
    before = copy.deepcopy(asked.suppressions.kept)
    for _ in range(2):
        reply = stop("POST", body)
        assert reply["statusCode"] == 200
        assert "Der Bericht ist beendet" in reply["body"]
    assert asked.digest_sendings.unsubscribed == {("weekly", STOP["r"]): NOON}
    assert asked.suppressions.kept == before
    assert "Der Bericht ist beendet" in stop("GET")["body"]


def test_a_stopped_digest_goes_on_if_its_recipient_wants_it_again(world: World) -> None:
    stop("POST")
    assert "Der Bericht geht weiter" in stop("POST", "undo=yes")["body"]
    assert world.digest_sendings.unsubscribed == {}
    assert "Diesen Bericht beenden?" in stop("GET")["body"]


def test_unsubscribing_from_surveys_stops_no_digest(asked: World) -> None:
    visit("POST", "unsubscribe")
    assert asked.digest_sendings.unsubscribed == {}
    assert asked.suppressions.kept


def test_a_token_of_another_purpose_stops_no_digest(world: World) -> None:
    assert stop("POST", purpose="respond")["statusCode"] == 404
    reply = visit("POST", "unsubscribe", token=f"{bootstrap.tokens().make('digest', STOP)}x")
    assert reply["statusCode"] == 404
    assert visit("GET", "respond", token=bootstrap.tokens().make("digest", STOP))["statusCode"] == 404
    assert world.digest_sendings.unsubscribed == {}
