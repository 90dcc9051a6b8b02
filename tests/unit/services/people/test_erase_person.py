"""Erasing a person: nothing names them, the counts stay exact, and nothing brings them back, wherever it breaks."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.alerts import delivery_id
from earshot.domain.anonymized_invitation import of_facts
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.errors import BusyError, NotFoundError
from earshot.domain.invitation import InvitationFacts, InvitationState, Mail
from earshot.domain.keyed_hash import made_id, mailbox_hash
from earshot.domain.person import ErasedPerson
from earshot.domain.response import Alias, Response
from earshot.domain.statement import StatementKind
from earshot.ports.ledger import Change, Refusal
from earshot.services.people import erase_person
from earshot.services.people.erase_person import ErasePersonDeps, Erasure, Progress
from earshot.services.people.export_person import export
from earshot.services.responses.record_responses import record
from earshot.services.responses.resolve_addresses import resolve
from earshot.services.responses.revise_response import Target, correct
from tests.factories import DAY, NOON, make_invitation, make_person, make_submission, make_survey, uuid7
from tests.fakes.alerts import InMemoryReachedPlaces
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import no_pause
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.keys import hash_key
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.raised_alerts import DELETING, REACHED, TICKET, RaisedAlerts
from tests.fakes.surveys import InMemorySurveys

LATER = NOON + 60_000
RESPONSES = 4
MAILBOX = mailbox_hash("ann@example.com", hash_key())


class World:
    """Ann, her responses in two surveys, and Bob's."""

    def __init__(self) -> None:
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.suppressions = InMemorySuppressions()
        self.invitations = InMemoryInvitations()
        self.raised = RaisedAlerts()
        self.places = InMemoryReachedPlaces()
        self.surveys = InMemorySurveys(
            make_survey(segments=("plan",), open_segments=("plan",)), make_survey(id="other")
        )
        self.people.kept["ann"] = make_person(last_invited_at=NOON, mailbox=MAILBOX)
        self.submissions = [
            make_submission(
                number * 3,
                id=uuid7(seed=str(number)),
                survey="demo" if number % 2 else "other",
                person="ann",
                comment="It is me, Ann",
                properties={"plan": "pro", "mail": "ann@example.com"},
            )
            for number in range(RESPONSES)
        ]
        self.record([*self.submissions, make_submission(9, id=uuid7(seed="bob"), person="bob", comment="Bob's")])
        for response in self.responses():
            self.raised.raise_on(response)

    def record(self, submissions: Sequence[Any]) -> set[int]:
        ports: dict[str, Any] = {"surveys": self.surveys, "ledger": self.ledger, "people": self.people}
        failed = record(submissions, pause=no_pause, **ports)
        assert self.ledger.counted() == self.ledger.recount()
        return failed

    def erase(
        self, *, subtract: bool = False, mailbox: bool = False, has_time: Callable[[], bool] = lambda: True
    ) -> Progress:
        ports: dict[str, Any] = {"people": self.people, "suppressions": self.suppressions, "ledger": self.ledger}
        ports |= {"invitations": self.invitations, "hash_key": hash_key}
        ports |= {"alerts": self.raised.withdraw, "places": self.places}
        erasure = Erasure("ann", subtract, LATER, "request", mailbox)
        return erase_person.erase(erasure, has_time, ErasePersonDeps(pause=no_pause, **ports))

    def responses(self) -> list[Response]:
        return [row for row in self.ledger.items.values() if not isinstance(row, Alias)]

    def interrupt(self, before: int | None = None, after: int | None = None) -> None:
        """Crash before or after the n-th call that reads or writes anything."""
        calls = {"before": 0, "after": 0}

        def count(moment: str, limit: int | None) -> None:
            calls[moment] += 1
            if calls[moment] == limit:
                raise CrashError

        def before_commit(_: Sequence[Change]) -> list[Refusal] | None:
            count("before", before)
            return None

        for port in (self.people, self.suppressions):
            port.before = lambda _: count("before", before)
            port.after = lambda _: count("after", after)
        self.ledger.before, self.ledger.after = before_commit, lambda _: count("after", after)

    def calm(self) -> None:
        self.interrupt()

    def assert_erased(self, counted: dict[Any, Any]) -> None:
        assert isinstance(self.people.kept["ann"], ErasedPerson)
        assert self.suppressions.is_suppressed("ann@example.com") == "erased"
        assert self.people.responses("ann", 10) == ([], None)
        reported = repr(self.responses())
        assert not [word for word in ("'ann", "ann@", "'Ann") if word in reported]
        assert "Bob's" in reported
        assert [each.id for each in self.submissions if self.raised.leading_to(each.id)] == []
        assert self.raised.leading_to(uuid7(seed="bob"))
        assert self.ledger.counted() == self.ledger.recount() == counted


@pytest.fixture
def world() -> World:
    return World()


def counts_of_bob() -> dict[Any, Any]:
    return {("demo", "all", "2026-11-21"): [0] * 9 + [1, 0]}


def test_an_erasure_keeps_the_counts_and_nothing_that_names_the_person(world: World) -> None:
    before = world.ledger.counted()
    progress = world.erase()
    assert (progress.done, progress.remaining) == (RESPONSES, 0)
    world.assert_erased(before)
    assert {row.kind for row in world.responses()} == {StatementKind.ANONYMISED, StatementKind.FINAL}


def test_an_erasure_that_subtracts_takes_the_responses_out_of_the_counts(world: World) -> None:
    world.erase(subtract=True)
    world.assert_erased(counts_of_bob())


def test_a_repeated_erasure_returns_the_same(world: World) -> None:
    first, again = world.erase(), world.erase(subtract=True)
    assert (again.tombstone, again.done, again.remaining) == (first.tombstone, 0, 0)
    assert not again.tombstone.subtract


def test_what_waits_of_their_responses_is_withdrawn_and_where_they_are_is_named(world: World) -> None:
    world.erase()
    reached = world.places.of_person("ann")
    assert {each.destination for each in reached} == REACHED
    asked = {each.deletion for each in reached if each.deletion}
    assert asked == {each.key for found in world.raised.deletions().values() for each in found}
    assert len(asked) == RESPONSES * len(DELETING)
    # Nothing of them leads to a response, but to look for what no reply named.
    for each in world.raised.deletions()[TICKET]:
        assert (each.subject, each.alerted_at) == ("", LATER)
    plain = {delivery_id(each.id, each.destination, "deletion") for each in world.raised.deliveries.kept.values()}
    assert not plain & {key.id for key in asked}
    assert {survey for survey, _, _ in world.raised.alerts.kept} == {"demo"}
    assert [subject for _, subject, _ in world.raised.alerts.kept] == [uuid7(seed="bob")]
    world.erase()
    assert world.places.of_person("ann") == reached


def test_their_cases_keep_state_and_time_and_lead_to_nobody(world: World) -> None:
    cases, theirs = world.raised.cases, world.raised.cases_with("ann")
    before = {case: cases.kept[case] for case in theirs}
    world.erase()
    assert len(theirs) == 2
    assert world.raised.cases_with("ann") == []
    for case, was in before.items():
        left = cases.kept[case]
        assert (left.person, left.response, cases.inside[case]) == (None, None, [])
        assert (left.state, left.opened_at, left.responses) == (was.state, was.opened_at, 2)
    assert [cases.of_person(survey, "ann").case for survey in ("demo", "other")] == [None, None]
    assert world.raised.cases_with("bob")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_erasure_interrupted_when_the_person_leaves_their_cases_goes_on_when_repeated(
    world: World, moment: str
) -> None:
    def crash(name: str) -> None:
        if name == f"{moment} anonymize":
            raise CrashError

    world.raised.hook = crash
    before = world.ledger.counted()
    with pytest.raises(CrashError):
        world.erase()
    world.raised.hook = lambda _: None
    world.erase()
    world.assert_erased(before)
    assert world.raised.cases_with("ann") == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["of_response", "find_many", "put", "delete_of_response", "leave"])
@pytest.mark.parametrize("number", range(1, 3))
def test_an_erasure_interrupted_among_the_alerts_goes_on_when_repeated(
    world: World, moment: str, call: str, number: int
) -> None:
    left = iter(range(1, 1000))

    def crash(name: str) -> None:
        if name == f"{moment} {call}" and next(left) == number:
            raise CrashError

    world.raised.hook = crash
    before = world.ledger.counted()
    with pytest.raises(CrashError):
        world.erase()
    world.raised.hook = lambda _: None
    world.erase()
    world.assert_erased(before)
    asked = {each.deletion for each in world.places.of_person("ann") if each.deletion}
    assert asked == {each.key for found in world.raised.deletions().values() for each in found}
    assert len(asked) == RESPONSES * len(DELETING)


@pytest.mark.parametrize("subtract", [False, True])
@pytest.mark.parametrize("call", range(1, 35))
@pytest.mark.parametrize("moment", ["before", "after"])
def test_an_erasure_interrupted_anywhere_goes_on_when_repeated(subtract: bool, call: int, moment: str) -> None:
    calm, world = World(), World()
    calm.erase(subtract=subtract)
    world.interrupt(**{moment: call})
    try:
        world.erase(subtract=subtract)
    except CrashError:
        assert world.ledger.counted() == world.ledger.recount()
    world.calm()
    world.erase(subtract=subtract)
    world.assert_erased(calm.ledger.counted())


@pytest.mark.parametrize("subtract", [False, True])
def test_every_crash_point_is_among_those_tested(world: World, subtract: bool) -> None:
    """The erasure above makes at most thirty-four calls, so that each of them is interrupted."""
    seen: list[str] = []
    for port in (world.people, world.suppressions):
        port.before = seen.append
    world.ledger.before = lambda _: seen.append("commit")
    world.erase(subtract=subtract)
    look = ["responses_before", "responses_after"]
    each = [*look, "commit", *look] if subtract else ["responses_after", "commit"]
    made = ["get", "put_tombstone"]
    nobodys = ["responses"] * 2
    assert seen == [
        *("get", "suppress", "put_tombstone", "sharing", *made),
        *("responses", *each * RESPONSES, *nobodys, "finish_erasure"),
    ]
    assert len(seen) <= 34


def test_an_erasure_stops_in_time_and_reports_that_more_is_left(world: World) -> None:
    turns = iter([True, False])
    progress = world.erase(has_time=lambda: next(turns))
    assert (progress.done, progress.remaining) == (1, RESPONSES - 1)
    assert world.erase().done == RESPONSES - 1


def test_a_person_who_moves_meanwhile_is_suppressed_under_each_address(world: World) -> None:
    moves = [make_person(email="new@example.com", revision=2)]

    def move(call: str) -> None:
        if call == "put_tombstone" and moves:
            world.people.kept["ann"] = moves.pop()

    world.people.before = move
    world.erase()
    assert set(world.suppressions.kept) == {"ann@example.com", "new@example.com"}
    assert isinstance(world.people.kept["ann"], ErasedPerson)


def test_a_person_nobody_ever_described_can_be_erased_too(world: World) -> None:
    del world.people.kept["ann"]
    assert world.erase().done == RESPONSES
    assert world.suppressions.kept == {}


@pytest.mark.parametrize("subtract", [False, True])
def test_what_comes_later_is_recorded_without_the_person(world: World, subtract: bool) -> None:
    world.erase(subtract=subtract)
    counted = world.ledger.counted()
    late = make_submission(
        2, id=uuid7(seed="late"), person="ann", comment="Ann", properties={"plan": "pro", "x": "Ann"}
    )
    world.record([late, late])
    found = world.ledger.find("demo", uuid7(seed="late"))
    assert found is not None
    assert (found.statement.comment, found.person, dict(found.statement.properties)) == (None, None, {})
    if subtract:
        world.assert_erased(counted)
    else:
        assert (found.kind, found.score, found.series) == (StatementKind.FINAL, 2, ("plan=pro",))
        assert world.ledger.sums["demo", "plan=pro", "2026-11-21"][2] == 1


@pytest.mark.parametrize("subtract", [False, True])
def test_a_redelivery_of_every_response_brings_nothing_back(world: World, subtract: bool) -> None:
    world.erase(subtract=subtract)
    counted = world.ledger.counted()
    world.record([*world.submissions, *world.submissions[::-1]])
    late: dict[str, Any] = {"kind": StatementKind.CHANGED_WITH_KEY, "received_at": LATER + 9}
    late |= {"person": "ann", "comment": "Ann"}
    world.record(
        [make_submission(5, id=submission.id, survey=submission.survey, **late) for submission in world.submissions]
    )
    world.assert_erased(counted)


def erased_while(world: World, moment: str, subtract: bool) -> list[Any]:
    """Run the whole erasure between the recorder's first look and its write, or right after the write."""
    late = [make_submission(2, id=uuid7(seed=f"late {n}"), person="ann", comment="Ann") for n in range(3)]
    waiting = [True]

    def intrude(_: object) -> None:
        if waiting and waiting.pop():
            world.erase(subtract=subtract)

    if moment == "before the write":
        world.ledger.before = intrude
    else:
        world.ledger.after = intrude
    return late


@pytest.mark.parametrize("subtract", [False, True])
@pytest.mark.parametrize("moment", ["before the write", "after the write"])
def test_a_recorder_that_looked_before_the_erasure_looks_again(world: World, moment: str, subtract: bool) -> None:
    assert world.record(erased_while(world, moment, subtract)) == set()
    late = [row for row in world.responses() if row.id in {uuid7(seed=f"late {n}") for n in range(3)}]
    assert {row.kind for row in late} == {StatementKind.ERASED if subtract else StatementKind.ANONYMISED}
    world.assert_erased(world.ledger.recount())


@pytest.mark.parametrize("subtract", [False, True])
def test_a_recorder_whose_first_look_missed_the_tombstone_finds_it_after_its_write(
    world: World, subtract: bool
) -> None:
    world.erase(subtract=subtract)
    world.people.is_missed = lambda _: True
    late = [make_submission(2, id=uuid7(seed=f"late {n}"), person="ann", comment="Ann") for n in range(3)]
    assert world.record(late) == set()
    kinds = {row.kind for row in world.responses() if row.id in {submission.id for submission in late}}
    assert kinds == {StatementKind.ERASED if subtract else StatementKind.ANONYMISED}
    world.assert_erased(world.ledger.recount())


def test_a_recorder_that_dies_between_its_write_and_its_second_look_fixes_it_when_redelivered(world: World) -> None:
    late = erased_while(world, "before the write", subtract=False)
    looks: list[str] = []

    def die_at_the_second_look(call: str) -> None:
        if call == "erased":
            looks.append(call)
            if len(looks) == 2:
                raise CrashError

    world.people.before = die_at_the_second_look
    with pytest.raises(CrashError):
        world.record(late)
    assert "Ann" in repr(world.responses())
    world.record(late)
    world.assert_erased(world.ledger.recount())


def test_a_response_that_never_holds_still_is_tried_again(world: World) -> None:
    late = make_submission(2, id=uuid7(seed="late"), person="ann", comment="Ann")
    world.people.kept["ann"] = make_person()
    world.record([late])
    world.people.kept["ann"] = ErasedPerson("ann", LATER, subtract=False)

    def away(_: Sequence[Change]) -> None:
        raise BusyError("away")

    world.ledger.before = away
    assert world.record([late]) == {0}


def test_a_correction_cannot_touch_an_anonymised_response(world: World) -> None:
    world.erase()
    submission = world.submissions[0]
    with pytest.raises(Exception, match="erased"):
        correct(
            Target(submission.survey, submission.id, LATER, "", "0f1e2d3c4b5a"),
            {"score": 1},
            surveys=world.surveys,
            ledger=world.ledger,
            people=world.people,
            pause=no_pause,
        )


def test_nobody_who_is_erased_is_reminded(world: World) -> None:
    mails = (Mail(1, NOON, "message"),)
    waits = make_invitation(wave=2, due_at=NOON + 3 * DAY, sent_at=NOON, mails=mails, properties={"plan": "pro"})
    waits = replace(waits, attempts=(SubmitAttempt(2, NOON, honeypot=True, comment=Comment.of("It is me, Ann")),))
    world.invitations.kept["ann", waits.id] = waits
    world.erase()
    kept = world.invitations.kept["ann", waits.id]
    stopped = frozenset({"scheduled#1", "sent#1", "scheduled#2", "stopped#2"})
    assert kept.facts == InvitationFacts(stopped, "2026-11-21", frozenset({"asked", "submitted", "quarantined"}))
    assert kept == of_facts("ann", waits.id, "demo", "email", kept.facts)


def test_the_addresses_that_an_erased_persons_mails_went_to_are_suppressed_as_their_links_know_them_no_more(
    world: World,
) -> None:
    for number, address in enumerate(("ann@old.example.com", "ann@example.com", None)):
        mailed = f"hash of {address}" if address else None
        asked = make_invitation(
            id=uuid7(seed=f"mail {number}"), state=InvitationState.SENT, sent_at=NOON, recipient_hash=mailed
        )
        world.invitations.kept["ann", asked.id] = asked
    world.erase()
    assert set(world.suppressions.kept) == {"ann@example.com", "ann@old.example.com"}
    assert world.suppressions.is_suppressed("ann@old.example.com") == "erased"


def submit_late(world: World, attempts: int) -> None:
    """Ann was asked, and clicks Send while she is erased, on a page that was read before."""
    asked = make_invitation(state=InvitationState.SENT, sent_at=NOON, properties={"mail": "ann@example.com"})
    world.invitations.kept["ann", asked.id] = asked
    left = list(range(attempts))

    def submit(call: str) -> None:
        if call == "anonymise" and left:
            attempt = SubmitAttempt(9, NOON + left.pop(), comment=Comment.of("It is me, Ann"))
            assert world.invitations.add_attempt("ann", asked.id, "r-1", attempt)

    world.invitations.before = submit


def test_a_submission_during_an_erasure_leaves_no_comment_and_none_is_taken_after_it(world: World) -> None:
    submit_late(world, 3)
    world.erase()
    (kept,) = world.invitations.of_person("ann")
    assert kept.facts is not None
    assert kept.facts.stages == {"scheduled#1", "sent#1", "responded#1", "commented#1"}
    assert "Ann" not in repr(kept)
    assert (
        world.invitations.add_attempt("ann", kept.id, "r-1", SubmitAttempt(1, LATER, comment=Comment.of("Ann again")))
        is None
    )


def test_endless_submissions_stop_the_erasure_which_reports_it_and_can_be_called_again(world: World) -> None:
    submit_late(world, 20)
    with pytest.raises(BusyError):
        world.erase()
    world.erase()
    assert "Ann" not in repr(world.invitations.kept)


def test_an_export_holds_everything_and_after_the_erasure_nothing(world: World) -> None:
    ports: dict[str, Any] = {"people": world.people, "suppressions": world.suppressions, "ledger": world.ledger}
    ports |= {"invitations": world.invitations, "hash_key": hash_key}
    kept = export("ann", **ports)
    assert kept.person == make_person(last_invited_at=NOON, mailbox=MAILBOX)
    assert {response.statement.comment for response in kept.responses} == {"It is me, Ann"}
    assert (len(kept.responses), kept.after, kept.suppression) == (RESPONSES, None, None)
    world.erase()
    left = export("ann", **ports)
    assert isinstance(left.person, ErasedPerson)
    assert (left.responses, left.suppression) == ([], None)
    with pytest.raises(NotFoundError):
        export("nobody", **ports)


MADE = made_id("ann@example.com", hash_key())


def known_under_the_address(world: World) -> None:
    """Store the address without Ann's id: unverified, imported as a person, and as another id's own."""
    anonymous = make_submission(2, id=uuid7(seed="label"), comment="It is me, Ann", unverified_email="Ann@Example.com")
    imported = make_submission(4, id=uuid7(seed="csv"), person=" ANN@example.com", comment="It is me, Ann")
    world.people.kept["ann-2"] = make_person(id="ann-2", email="ANN@example.com", mailbox=MAILBOX)
    other = make_submission(5, id=uuid7(seed="two"), person="ann-2", comment="Somebody else's")
    claimed = make_submission(6, id=uuid7(seed="claim"), person="bob", unverified_email="ann@example.com")
    rows = [anonymous, imported, other, claimed]
    world.record(resolve(rows, hash_key=hash_key))


def test_an_erasure_finds_what_is_known_under_the_address_alone_and_names_who_else_has_it(world: World) -> None:
    known_under_the_address(world)
    assert world.people.responses(MADE, 9)[0]
    progress = world.erase()
    assert (progress.done, progress.remaining, progress.also) == (RESPONSES + 2, 0, ("ann-2",))
    kept = {response.statement.comment: response.person for response in world.responses() if response.statement.comment}
    assert kept == {"Bob's": "bob", "Somebody else's": "ann-2"}
    assert isinstance(world.people.get(MADE), ErasedPerson)
    assert world.people.get("ann") == ErasedPerson("ann", LATER, subtract=False, revision=2)
    assert world.erase().done == 0


def test_with_the_mailbox_everybody_who_has_the_address_is_erased(world: World) -> None:
    known_under_the_address(world)
    progress = world.erase(mailbox=True)
    assert (progress.done, progress.also) == (RESPONSES + 3, ("ann-2",))
    assert isinstance(world.people.get("ann-2"), ErasedPerson)
    assert {response.person for response in world.responses()} == {None, "bob"}


@pytest.mark.parametrize("subtract", [False, True])
@pytest.mark.parametrize("call", range(1, 46, 2))
def test_an_erasure_of_an_address_interrupted_anywhere_goes_on_when_repeated(subtract: bool, call: int) -> None:
    calm, world = World(), World()
    for each in (calm, world):
        known_under_the_address(each)
    calm.erase(subtract=subtract, mailbox=True)
    world.interrupt(after=call)
    try:
        world.erase(subtract=subtract, mailbox=True)
    except CrashError:
        assert world.ledger.counted() == world.ledger.recount()
    world.calm()
    world.erase(subtract=subtract, mailbox=True)
    assert world.ledger.counted() == world.ledger.recount() == calm.ledger.counted()
    assert {response.statement.comment for response in world.responses()} == {None, "Bob's"}


@pytest.mark.parametrize("when", ["before the write", "after the write"])
def test_an_unsigned_response_that_comes_late_leaves_no_words(world: World, when: str) -> None:
    late = make_submission(2, id=uuid7(seed="late"), comment="Ann again", unverified_email="ann@example.com")
    (late,) = resolve([late], hash_key=hash_key)
    if when == "before the write":
        world.erase()
    else:
        erasing = [True]

        def erase_once(_: Sequence[Change]) -> None:
            if erasing:
                erasing.clear()
                world.erase()

        world.ledger.after = erase_once
    world.record([late])
    kept = world.ledger.find("demo", late.id)
    assert kept is not None
    assert (kept.score, kept.statement.comment, kept.statement.unverified_email, kept.statement.email_hash) == (
        2,
        None,
        None,
        None,
    )


def test_an_export_holds_what_came_with_the_address_and_of_others_nothing(world: World) -> None:
    known_under_the_address(world)
    ports: dict[str, Any] = {"people": world.people, "suppressions": world.suppressions, "ledger": world.ledger}
    ports |= {"invitations": world.invitations, "hash_key": hash_key}
    kept = export("ann", **ports)
    assert sorted(response.score or 0 for response in kept.responses) == [0, 2, 3, 4, 6, 9]
    assert (kept.also, {response.statement.comment for response in kept.responses}) == (("ann-2",), {"It is me, Ann"})
    assert len(export("ann", mailbox=True, **ports).responses) == len(kept.responses) + 1
