"""Which submissions look like a machine's: compared with the definition itself, on every history of hypothesis."""

from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.bot_detection import (
    OK,
    Assessment,
    QuarantineReason,
    QuarantineState,
    SubmitAttempt,
    assess,
    assess_next,
    counting,
    release,
)

BURST = Assessment(QuarantineState.QUARANTINED, QuarantineReason.MACHINE_SCORES)
TRAPPED = Assessment(QuarantineState.QUARANTINED, QuarantineReason.HONEYPOT)

# Times lie close enough together that bursts are common, and on a grid that hits the edge of ten seconds.
TIMES = st.integers(0, 80).map(lambda half_second: half_second * 500) | st.integers(0, 40_000)
ATTEMPTS = st.builds(SubmitAttempt, st.integers(0, 10), TIMES, st.sampled_from([False] * 5 + [True]), st.just(False))
HISTORIES = st.lists(ATTEMPTS, max_size=14)


def by_definition(attempts: list[SubmitAttempt], attempt: SubmitAttempt) -> bool:
    """Check the plain way whether a submission lies in ten seconds with three different scores."""
    others = [other for other in attempts if not other.released]
    return any(
        len({one.score, two.score, three.score}) == 3
        and max(one.received_at, two.received_at, three.received_at, attempt.received_at)
        - min(one.received_at, two.received_at, three.received_at, attempt.received_at)
        <= 10_000
        for one, two, three in product(others, repeat=3)
    )


def test_a_person_who_responds_once_is_heard() -> None:
    assert assess([SubmitAttempt(9, 0)]) == (OK,)


def test_without_submissions_there_is_no_assessment() -> None:
    assert assess([]) == ()
    assert counting([]) is None


def test_three_different_scores_within_ten_seconds_are_a_machine() -> None:
    attempts = [SubmitAttempt(0, 0), SubmitAttempt(1, 4_000), SubmitAttempt(2, 10_000)]

    assert assess(attempts) == (BURST,) * 3
    assert counting(attempts) is None


def test_a_millisecond_more_than_ten_seconds_is_a_person_in_doubt() -> None:
    attempts = [SubmitAttempt(0, 0), SubmitAttempt(1, 4_000), SubmitAttempt(2, 10_001)]

    assert assess(attempts) == (OK,) * 3
    assert counting(attempts) == SubmitAttempt(2, 10_001)


def test_a_mis_tap_is_corrected_not_punished() -> None:
    attempts = [SubmitAttempt(1, 0), SubmitAttempt(10, 2_000)]

    assert assess(attempts) == (OK, OK)
    assert counting(attempts) == SubmitAttempt(10, 2_000)


def test_the_same_score_submitted_by_an_impatient_person_is_no_burst() -> None:
    assert assess([SubmitAttempt(9, moment) for moment in range(0, 3_000, 100)]) == (OK,) * 30


def test_a_machine_that_walks_the_scale_slowly_enough_to_overlap_is_caught_whole() -> None:
    attempts = [SubmitAttempt(score, score * 5_000) for score in range(11)]

    assert assess(attempts) == (BURST,) * 11


def test_what_counted_until_the_third_score_came_is_withdrawn() -> None:
    attempts = [SubmitAttempt(0, 0), SubmitAttempt(1, 1_000)]
    assert assess(attempts) == (OK, OK)

    assert assess([*attempts, SubmitAttempt(2, 2_000)]) == (BURST,) * 3


def test_a_response_long_before_the_burst_still_counts() -> None:
    attempts = [SubmitAttempt(9, 0), *(SubmitAttempt(score, 60_000 + score) for score in range(11))]

    assert counting(attempts) == SubmitAttempt(9, 0)


def test_a_person_who_comes_after_the_machine_is_heard() -> None:
    attempts = [*(SubmitAttempt(score, score) for score in range(11)), SubmitAttempt(7, 60_000)]

    assert assess(attempts)[-1] == OK
    assert counting(attempts) == SubmitAttempt(7, 60_000)


def test_the_field_no_person_sees_gives_a_machine_away() -> None:
    assert assess([SubmitAttempt(9, 0, honeypot=True)]) == (TRAPPED,)


def test_a_filled_field_sets_aside_that_submission_alone() -> None:
    attempts = [SubmitAttempt(9, 0), SubmitAttempt(3, 1_000, honeypot=True), SubmitAttempt(9, 2_000)]

    assert assess(attempts) == (OK, TRAPPED, OK)
    assert counting(attempts) == SubmitAttempt(9, 2_000)


def test_a_filled_field_is_the_reason_given_even_within_a_burst() -> None:
    assert assess([SubmitAttempt(0, 0), SubmitAttempt(1, 1, honeypot=True), SubmitAttempt(2, 2)]) == (
        BURST,
        TRAPPED,
        BURST,
    )


def test_a_key_lets_everything_so_far_count() -> None:
    attempts = [SubmitAttempt(0, 0), SubmitAttempt(1, 1, honeypot=True), SubmitAttempt(2, 2)]

    assert assess(release(attempts)) == (OK,) * 3
    assert counting(release(attempts)) == SubmitAttempt(2, 2, released=True)


def test_what_comes_after_a_release_is_assessed_on_its_own() -> None:
    released = release([SubmitAttempt(0, 0), SubmitAttempt(1, 1)])

    assert assess_next(released, SubmitAttempt(2, 2)) == OK
    assert assess([*released, *(SubmitAttempt(score, 3) for score in (3, 4, 5))]) == (OK, OK, BURST, BURST, BURST)


def test_of_two_submissions_at_the_same_moment_the_last_listed_counts() -> None:
    assert counting([SubmitAttempt(1, 5), SubmitAttempt(2, 5)]) == SubmitAttempt(2, 5)


@pytest.mark.parametrize("gap", range(9_990, 10_012))
def test_the_edge_lies_at_ten_seconds_exactly(gap: int) -> None:
    verdicts = assess([SubmitAttempt(0, 0), SubmitAttempt(1, 1), SubmitAttempt(2, gap)])

    assert [verdict.is_quarantined for verdict in verdicts] == [gap <= 10_000] * 3


def test_every_short_history_is_assessed_by_the_definition() -> None:
    for scores in product(range(3), repeat=4):
        for gaps in product((0, 5_000, 10_000, 10_001), repeat=3):
            moments = [0, gaps[0], gaps[0] + gaps[1], sum(gaps)]
            attempts = [SubmitAttempt(score, moment) for score, moment in zip(scores, moments, strict=True)]
            assert [v.is_quarantined for v in assess(attempts)] == [
                by_definition(attempts, attempt) for attempt in attempts
            ]


@given(HISTORIES)
def test_every_history_is_assessed_by_the_definition(attempts: list[SubmitAttempt]) -> None:
    for attempt, verdict in zip(attempts, assess(attempts), strict=True):
        assert verdict.is_quarantined == (attempt.honeypot or by_definition(attempts, attempt))
        assert (verdict.reason is None) == (verdict.state is QuarantineState.OK)
        assert (verdict.reason is QuarantineReason.HONEYPOT) == attempt.honeypot


@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_in_which_submissions_are_listed_does_not_matter(
    attempts: list[SubmitAttempt], random: Random
) -> None:
    places = list(range(len(attempts)))
    random.shuffle(places)
    shuffled = assess([attempts[place] for place in places])

    assert [shuffled[places.index(place)] for place in range(len(attempts))] == list(assess(attempts))


@given(HISTORIES)
def test_only_the_last_ten_seconds_decide_about_the_next_submission(attempts: list[SubmitAttempt]) -> None:
    *earlier, last = sorted([*attempts, SubmitAttempt(5, 20_000)], key=lambda attempt: attempt.received_at)
    recent = [attempt for attempt in earlier if last.received_at - attempt.received_at <= 10_000]

    assert assess_next(earlier, last) == assess_next(recent, last)


@given(HISTORIES, ATTEMPTS)
def test_more_submissions_never_clear_one_that_is_set_aside(attempts: list[SubmitAttempt], more: SubmitAttempt) -> None:
    before, after = assess(attempts), assess([*attempts, more])

    assert all(then.is_quarantined for now, then in zip(before, after, strict=False) if now.is_quarantined)


@given(HISTORIES, st.integers(0, 10))
def test_a_person_who_comes_ten_seconds_after_the_last_submission_is_always_heard(
    attempts: list[SubmitAttempt], score: int
) -> None:
    person = SubmitAttempt(score, max((attempt.received_at for attempt in attempts), default=0) + 10_001)

    assert counting([*attempts, person]) == person


@given(HISTORIES)
def test_what_counts_is_never_set_aside_and_never_older_than_what_is_fine(attempts: list[SubmitAttempt]) -> None:
    fine = [attempt for attempt, verdict in zip(attempts, assess(attempts), strict=True) if not verdict.is_quarantined]
    latest = counting(attempts)

    assert (latest in fine) if fine else latest is None
    assert all(latest is not None and attempt.received_at <= latest.received_at for attempt in fine)


@given(HISTORIES)
def test_a_release_undoes_every_verdict(attempts: list[SubmitAttempt]) -> None:
    assert set(assess(release(attempts))) <= {OK}
