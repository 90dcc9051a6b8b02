"""Planning a digest: which recipients are due, and when it is next."""

from dataclasses import replace

from earshot.domain.digest_sendings import DigestSending, SendingState
from earshot.domain.digests import Period, Recipient
from tests.unit.services.digests.digest_world import DUE, TUESDAY, DigestWorld, make_member

DAY, HOUR = 86_400_000, 3_600_000


def test_it_queues_a_sending_for_each_recipient_who_is_due_and_notes_when_it_is_next() -> None:
    world = DigestWorld(to=("mia", "tom@example.com", "zoe"))
    world.members["zoe"] = make_member(id="zoe", timezone="America/New_York")
    assert world.plan() == 1
    assert world.queue.tasks == [({"digest": "daily", "recipient": "mia", "period": TUESDAY.name}, 0)]
    # Tom has the survey's zone, and Zoe her own, which is the same: eight there is six hours later.
    assert world.digests.kept["daily"].next_at == DUE + 6 * HOUR
    world.now += 6 * HOUR
    assert world.plan() == 3
    assert {task["recipient"][0] for task, _ in world.queue.tasks[1:]} == {"m", "z", "@"}


def test_what_was_claimed_is_not_queued_again_and_a_message_that_got_lost_is() -> None:
    world = DigestWorld()
    world.plan()
    world.change(next_at=DUE)
    assert world.plan() == 1
    world.send()
    world.change(next_at=DUE)
    assert world.plan() == 0


def test_a_digest_that_is_not_due_or_gone_is_left_alone() -> None:
    world = DigestWorld(next_at=DUE + 1)
    assert world.plan() == 0
    assert world.digests.kept["daily"].next_at == DUE + 1
    world.change(next_at=None)
    assert world.plan() == 0
    del world.digests.kept["daily"]
    assert world.plan() == 0


def test_after_an_outage_only_the_newest_is_sent_and_the_others_are_named() -> None:
    world = DigestWorld()
    world.plan()
    world.send()
    world.now = DUE + 5 * DAY + HOUR
    world.plan()
    (task, _) = world.queue.tasks[-1]
    assert task["period"] == "2026-12-04/2026-12-06"
    assert task["late"] == ["2026-12-02/2026-12-02", "2026-12-03/2026-12-03"]


def test_a_change_meanwhile_is_not_overwritten() -> None:
    world = DigestWorld()

    class Changing:
        def since(self, *_: object) -> list[DigestSending]:
            world.change(revision=2, next_at=DUE + 5)
            return []

    world.sendings = Changing()  # type: ignore[assignment]
    assert world.plan() == 1
    assert world.digests.kept["daily"].next_at == DUE + 5


def test_a_recipient_without_an_address_is_due_in_the_survey_s_zone_so_that_the_reason_is_noted() -> None:
    world = DigestWorld()
    world.members["mia"] = replace(make_member(), removed_at=1)
    world.now += 6 * HOUR
    assert world.plan() == 1


def test_the_zone_of_the_digest_holds_for_all() -> None:
    world = DigestWorld(timezone="Asia/Tokyo", to=("mia", "tom@example.com"))
    world.plan()
    assert world.digests.kept["daily"].next_at == DUE + 16 * HOUR


def test_a_newer_period_of_another_rhythm_ends_the_search() -> None:
    world = DigestWorld()
    whole = Period(TUESDAY.first.replace(day=1), TUESDAY.end)
    known = DigestSending("daily", Recipient("mia", "mia", None).key, whole, SendingState.SENT, DUE)  # type: ignore[arg-type]
    world.sendings.put(known, None)
    assert world.plan() == 0
