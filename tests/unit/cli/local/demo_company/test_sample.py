"""The sample company: the same for a day, small enough to be written at once, and consistent in itself."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from earshot.adapters.dynamodb.case_figures import read_figures, read_row
from earshot.adapters.dynamodb.case_items import read_case, read_fact
from earshot.adapters.dynamodb.daily_evaluations import read_evaluation
from earshot.adapters.dynamodb.funnels import DynamoDBFunnels
from earshot.adapters.dynamodb.invitation_items import read_invitation
from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.domain.access import Role
from earshot.domain.case_clocks import due_steps
from earshot.domain.case_facts import FactKind
from earshot.domain.case_measures import RESPONDED_WITHIN, next_response_after
from earshot.domain.cases import Case, CaseFigures, CaseState, figures_of
from earshot.domain.daily_evaluation import DailyEvaluation
from earshot.domain.eligibility import Rules
from earshot.domain.funnel import Funnel
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.invitation_cohorts import WaveStage, funnel_of, moves
from earshot.domain.response import ALL, Response, is_detractor
from earshot_cli.local.demo_company.campaigns import CAMPAIGNS
from earshot_cli.local.demo_company.case_work import CASES
from earshot_cli.local.demo_company.customers import ACCOUNTS, PEOPLE
from earshot_cli.local.demo_company.sample import Sample, sample_of, survey_of_a_year
from earshot_cli.local.demo_company.table_in_memory import NAME, TableInMemory
from earshot_cli.local.demo_company.year import LATE_FROM, LATE_TO, midnight_of

DAY = re.compile(r"\d{4}-\d\d-\d\d")
LONG = 90 * 86_400_000
# An ordinary day, a leap day and the day after a change of the clocks.
TODAYS = [date(2026, 11, 29), date(2028, 2, 29), date(2026, 10, 26)]
of_each_day = pytest.mark.parametrize("today", TODAYS, ids=str)


@cache
def sample(today: date) -> Sample:
    return sample_of(survey_of_a_year("demo", "Demo", Rules(), today), lambda: b"key", today)


@cache
def plain(today: date) -> list[Mapping[str, Any]]:
    return [unmarshalled(item) for item in sample(today).items]


def of_type(today: date, name: str) -> list[Mapping[str, Any]]:
    return [item for item in plain(today) if item.get("type") == name]


def responses(today: date) -> dict[str, Response]:
    return {item["sk"]: read_response(item) for item in of_type(today, "response")}


def invitations(today: date) -> list[Invitation]:
    return [read_invitation(item) for item in of_type(today, "invitation")]


def cases(today: date) -> list[Case]:
    return [read_case(item) for item in of_type(today, "case")]


@of_each_day
def test_the_same_day_makes_the_same_items(today: date) -> None:
    assert sample.__wrapped__(today) == sample(today)


@of_each_day
def test_it_is_large_enough_to_look_alive_and_small_enough_to_be_written_at_once(today: date) -> None:
    assert 1_350 <= sample(today).responses == len(responses(today)) <= 1_650
    assert len(sample(today).items) <= 8_500
    kinds = Counter(item.get("type") for item in plain(today))
    assert (kinds["case"], kinds["account"], kinds["campaign"]) == (CASES, ACCOUNTS, len(CAMPAIGNS))
    assert sum(item["pk"].startswith("P#") and item["sk"] == "META" for item in plain(today)) == PEOPLE
    assert {Role(item["role"]) for item in of_type(today, "member")} == set(Role)


@of_each_day
def test_everything_is_over_when_today_begins(today: date) -> None:
    midnight = midnight_of(today)
    planned = {"due_at", "contact_due_at", "close_due_at", "next_step_at"}
    times = [
        value
        for item in plain(today)
        for name, value in item.items()
        if name.endswith(("_at", "time")) and name not in planned and isinstance(value, int)
    ]
    assert max(times) < midnight
    # No mail waits, and nobody looks at anything but cases.
    assert {item["due_shard"] for item in plain(today) if "due_shard" in item} <= {
        *(f"WHO#{bucket}" for bucket in range(1024)),
        "DUE#FOLLOW",
    }
    assert {item["type"] for item in plain(today) if item.get("due_shard") == "DUE#FOLLOW"} <= {"case"}


@of_each_day
def test_no_case_sends_a_mail_however_long_it_stays(today: date) -> None:
    for case in cases(today):
        assert due_steps(case, None, midnight_of(today) + LONG).mails == ()


@of_each_day
def test_no_response_of_it_makes_an_event(today: date) -> None:
    assert not any(response.statement.emit_events for response in responses(today).values())


@of_each_day
def test_counts_equal_a_recount(today: date) -> None:
    recount = Counter(
        (series, one.day, one.score) for one in responses(today).values() for series in (ALL, *one.series)
    )
    counted: Counter[tuple[str, str, int | None]] = Counter()
    for item in plain(today):
        series, day = item["pk"].removeprefix("C#demo#"), item["sk"]
        if item["pk"].startswith("C#demo#") and DAY.fullmatch(day):
            counted.update({(series, day, score): item[f"h{score}"] for score in range(11)})
    assert +counted == recount


@of_each_day
def test_the_funnel_equals_a_recount_of_the_invitations(today: date) -> None:
    table = TableInMemory()
    table.put_all(sample(today).items)
    kept = DynamoDBFunnels(table, NAME).read("demo")
    assert rows(kept) == rows(funnel_of("demo", (standing(one) for one in invitations(today))))
    assert kept.total("responded") > 150
    assert min(kept.total(stage) for stage in ("bounced", "unsubscribed", "opened", "clicked", "declined")) > 0
    assert {wave for _, _, wave in kept.rows} == {1, 2, 3}


def standing(invitation: Invitation) -> dict[WaveStage | str, int]:
    return {count: number for (_, count), number in moves(None, invitation).items()}


def rows(funnel: Funnel) -> dict[tuple[str, str, int], dict[str, int]]:
    return {row: {stage: count for stage, count in counts.items() if count} for row, counts in funnel.rows.items()}


@of_each_day
def test_campaigns_asked_whom_they_say(today: date) -> None:
    asked = [one for one in invitations(today) if one.state is not InvitationState.DECLINED]
    declined = Counter(one.reason for one in invitations(today) if one.state is InvitationState.DECLINED)
    campaigns = of_type(today, "campaign")
    assert sum(item["asked"] for item in campaigns) == len(asked)
    assert sum((Counter(item["declined"]) for item in campaigns), Counter()) == declined
    assert all(item["matched"] == item["seen"] == PEOPLE and item["state"] == "finished" for item in campaigns)
    assert declined["suppressed"] > 0


@of_each_day
def test_a_response_to_a_mail_is_the_one_that_its_invitation_names(today: date) -> None:
    known = responses(today)
    responded = {one.response: one for one in invitations(today) if one.response}
    by_mail = {name for name, response in known.items() if response.statement.channel == "email"}
    assert responded.keys() == by_mail
    for name, invitation in responded.items():
        assert known[name or ""].person == invitation.person
        assert known[name or ""].score == invitation.attempts[0].score
        assert invitation.mails[0].sent_at < known[name or ""].responded_at


@of_each_day
def test_nobody_is_reminded_after_a_response_or_after_they_want_no_mail(today: date) -> None:
    given: dict[str | None, list[int]] = {}
    for response in responses(today).values():
        given.setdefault(response.person, []).append(response.responded_at)
    for one in invitations(today):
        for earlier, later in zip(one.mails, one.mails[1:], strict=False):
            assert not any(earlier.sent_at <= at < later.sent_at for at in given.get(one.person, ()))
        ended = {event.partition("#")[0] for event in one.delivery_events} & {"bounced", "complained", "unsubscribed"}
        if ended:
            (why,) = ended
            assert one.wave == 3 or one.stopped == why


@of_each_day
def test_a_case_is_of_a_detractor_and_the_latest_detractors_have_one(today: date) -> None:
    known = responses(today)
    for case in cases(today):
        response = known[case.response or ""]
        assert is_detractor(response)
        assert (case.person, case.opened_at) == (response.person, response.responded_at + 1_000)
    since = min(case.opened_at for case in cases(today))
    inside = {case.response for case in cases(today)} | {item["response"] for item in of_type(today, "joined")}
    assert {name for name, one in known.items() if is_detractor(one) and one.responded_at >= since - 1_000} == inside


@of_each_day
def test_the_board_and_the_figures_say_what_the_cases_say(today: date) -> None:
    found = {case.id: figures_of(case) for case in cases(today)}
    figures = [read_figures(item) for item in of_type(today, "case figures")]
    assert {one.id: one for one in figures} == found
    board = {one.id: one for one in map(read_row, of_type(today, "open case"))}
    assert {name: of_row(one) for name, one in board.items()} == {
        name: of_row(one) for name, one in found.items() if not one.state.is_closed
    }
    anonymous = sum(1 for case in cases(today) if not case.state.is_closed and case.person is None)
    assert next((item["open_cases"] for item in plain(today) if item["pk"] == "CA#demo"), 0) == anonymous


def of_row(figures: CaseFigures) -> tuple[Any, ...]:
    return figures.owner, figures.state, figures.is_waiting, figures.due_at, figures.score, figures.contacted_at


@of_each_day
def test_the_board_shows_cases_of_each_kind(today: date) -> None:
    found, midnight = cases(today), midnight_of(today)
    states = Counter(case.state for case in found)
    assert all(states[state] > 0 for state in (CaseState.OPEN, CaseState.CONTACTED, CaseState.RESOLVED))
    still_open = [case for case in found if not case.state.is_closed]
    assert len(still_open) >= 8
    assert any(case.is_waiting for case in still_open)
    assert any(figures_of(case).due_at < midnight for case in still_open)
    assert all(case.owner is not None for case in found)
    closed = [case for case in found if case.state.is_closed]
    assert all(case.outcome and case.root_cause for case in closed)
    recovered = [case for case in closed if (case.responded_again_score or 0) > 6]
    assert len(recovered) >= 3


@of_each_day
def test_somebody_was_unhappy_yesterday_with_a_comment_and_waits_to_be_contacted(today: date) -> None:
    newest = max(cases(today), key=lambda case: case.opened_at)
    response = responses(today)[newest.response or ""]
    assert (newest.state, response.day) == (CaseState.OPEN, str(today - timedelta(1)))
    assert response.person is not None
    assert response.statement.comment


@of_each_day
def test_facts_lead_to_what_a_case_is_and_to_who_responded_again(today: date) -> None:
    facts: dict[str, list[Any]] = {}
    for item in of_type(today, "case fact"):
        facts.setdefault(item["pk"].removeprefix("CASE#"), []).append(read_fact(item))
    given: dict[str | None, list[int]] = {}
    for response in responses(today).values():
        given.setdefault(response.person, []).append(response.responded_at)
    for case in cases(today):
        noted = facts.get(case.id, [])
        assert [fact.at for fact in noted] == sorted(fact.at for fact in noted)
        assert (noted[-1].to_state if noted else CaseState.OPEN) is case.state
        again = [fact.extra["at"] for fact in noted if fact.kind is FactKind.RESPONDED_AGAIN]
        assert again == list(expected_again(case, sorted(given[case.person]) if case.person else []))


def expected_again(case: Case, given: list[int]) -> Iterator[int]:
    after = next_response_after(figures_of(case))
    if after is not None:
        yield from [at for at in given if after < at <= after + RESPONDED_WITHIN][:1]


@of_each_day
def test_the_score_really_falls_once_and_rises_once_and_evaluations_say_so(today: date) -> None:
    found = [read_evaluation(item) for item in of_type(today, "evaluation")]
    directions = [(one.day, change.direction) for one in found for change in one.changes if change.series == ALL]
    assert [direction for _, direction in directions] == ["fall", "rise"]
    assert (today - timedelta(LATE_FROM)).isoformat() < directions[0][0] < (today - timedelta(LATE_TO)).isoformat()
    assert found[-1] == DailyEvaluation("demo", str(today - timedelta(1)), found[-1].rules, found[-1].changes)


@of_each_day
def test_everybody_has_an_address_that_reaches_nobody(today: date) -> None:
    addresses = re.findall(r"[\w.-]+@[\w.-]+", json.dumps([str(item) for item in plain(today)]))
    assert all(address.endswith("example.com") for address in addresses)
