"""Requests without a key are limited by network, survey and person, for one write a response."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from random import Random
from statistics import mean, pstdev
from typing import Any

import pytest

from earshot.domain.errors import BusyError, HeldError, TooManyError
from earshot.domain.submission_policy import SubmissionPolicy
from earshot.services.responses.limit_rate import (
    HOUR,
    MINUTE,
    Memory,
    Unsigned,
    check_memory,
    limit_person,
    limit_unsigned,
)
from tests.fakes.widget import InMemoryRateLimits

BEGIN = 1_795_294_800_000 // HOUR * HOUR
OPEN = SubmissionPolicy(is_open=True, rate=300, hourly_cap=20_000)
SALT = "stack"


class Intake:
    """Containers of the intake over one table; `draws` are the numbers that decide what is counted for the hour."""

    def __init__(self, policy: SubmissionPolicy = OPEN, containers: int = 1, seed: int = 7) -> None:
        self.policy, self.limits = policy, InMemoryRateLimits()
        self.memories = [Memory() for _ in range(containers)]
        self.draw: Callable[[], float] = Random(seed).random

    def send(self, address: str = "192.0.2.1", now: int = BEGIN, weight: int = 1, container: int = 0) -> str:
        """Send a response; return what became of it."""
        memory = self.memories[container % len(self.memories)]
        try:
            check_memory("shop", address, now, salt=SALT, memory=memory)
            request = Unsigned("shop", address, weight, now)
            limit_unsigned(request, self.policy, salt=SALT, draw=self.draw, limits=self.limits, memory=memory)
        except HeldError:
            return "held"
        except TooManyError:
            return "refused"
        return "taken"

    def hour(self) -> int:
        """Return how many responses the table has for the hour."""
        return sum(many for (_, source, _), many in self.limits.counted.items() if source == "all")


def addresses() -> Callable[[], str]:
    """Return a source of addresses, each of a network of its own."""
    numbers = count()
    return lambda: "{}.{}.{}.1".format(*(10 + (n := next(numbers)) // 65_536, n // 256 % 256, n % 256))


def never() -> float:
    return 1.0


def test_one_network_may_send_so_many_responses_a_minute_and_no_other_is_held_by_it() -> None:
    intake = Intake(replace(OPEN, rate=3, hourly_cap=None))
    assert [intake.send() for _ in range(5)] == ["taken"] * 3 + ["refused"] * 2
    assert intake.send("192.0.3.1") == "taken"
    assert intake.send(now=BEGIN + MINUTE) == "taken"


def test_a_client_over_the_limit_is_refused_without_a_write_until_the_minute_ends() -> None:
    intake = Intake(replace(OPEN, rate=3, hourly_cap=None))
    for _ in range(4):
        intake.send()
    written = intake.limits.writes
    assert {intake.send(now=BEGIN + MINUTE - 1) for _ in range(100)} == {"refused"}
    assert intake.limits.writes == written
    with pytest.raises(TooManyError, match="more than 3 responses a minute came from your network") as refused:
        check_memory("shop", "192.0.2.99", BEGIN + 1000, salt=SALT, memory=intake.memories[0])
    assert refused.value.retry_after == 59


def test_each_begun_2_kb_of_text_counts_as_one_and_one_alone_is_never_too_large() -> None:
    intake = Intake(replace(OPEN, rate=10, hourly_cap=None))
    assert [intake.send(weight=4) for _ in range(3)] == ["taken", "taken", "refused"]
    assert intake.send("192.0.3.1", weight=32) == "taken"
    assert intake.send("192.0.3.2") == "refused"


def test_a_wider_network_is_counted_once_a_narrow_one_has_used_half_of_its_minute() -> None:
    intake = Intake(replace(OPEN, rate=10, hourly_cap=None))
    for _ in range(5):
        intake.send()
    assert len(intake.limits.counted) == 1
    intake.send()
    assert sorted(intake.limits.counted.values()) == [1, 6]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [("10.1.{}.7", 256), ("2001:db8:7:{:x}00::1", 256)],
    ids=["a /16 of IPv4", "a /48 of IPv6"],
)
def test_a_wide_network_has_20_times_what_a_narrow_one_has(wide: str, narrow: int) -> None:
    intake = Intake(replace(OPEN, rate=10, hourly_cap=None))
    taken = [intake.send(wide.format(number)) for number in range(narrow) for _ in range(10)].count("taken")
    # The first half of each narrow network is not counted for the wide one: 5 of each, and 200 in all.
    assert taken == 5 * narrow + 200
    assert intake.send("172.16.0.1") == "taken"


def test_the_widest_network_of_ipv6_has_200_times_as_many() -> None:
    intake = Intake(replace(OPEN, rate=2, hourly_cap=None))
    sent = (intake.send(f"2001:db8:{site:x}:{net:x}00::1") for site in range(100) for net in range(25) for _ in "ab")
    outcomes = list(sent)
    # Of each /56 the second response counts for its /48, and of each /48 what is beyond 20 of 40 for the /32.
    assert outcomes.count("taken") == 100 * 25 + 100 * 20 + 400


def test_below_half_of_all_limits_a_response_costs_one_write() -> None:
    intake, network = Intake(), addresses()
    sent = [intake.send(network(), BEGIN + number) for number in range(9_000)]
    assert (set(sent), intake.limits.writes) == ({"taken"}, 9_000)
    one = Intake()
    assert {one.send(now=BEGIN + number * 500) for number in range(4_000)} == {"taken"}
    assert one.limits.writes == 4_000


def test_the_hour_is_counted_within_three_standard_deviations_and_right_on_average() -> None:
    counts = []
    for seed in range(40):
        intake, network = Intake(seed=seed), addresses()
        for number in range(10_000):
            intake.send(network(), BEGIN + number, weight=1 + number % 3)
        counts.append(intake.hour())
    truth, deviation = 10_000 * 2 - 1, (20 * 20_000) ** 0.5
    assert all(abs(counted - truth) < 3.5 * deviation for counted in counts)
    assert abs(mean(counts) - truth) < deviation / 2
    assert pstdev(counts) < 1.3 * deviation


@pytest.mark.parametrize("containers", [1, 16])
def test_a_flood_of_many_networks_is_held_near_the_cap(containers: int) -> None:
    intake, network = Intake(containers=containers), addresses()
    sent = [intake.send(network(), BEGIN + number * 10, container=number) for number in range(60_000)]
    taken = sent.count("taken")
    # The count at the cap is right within 3 of its deviations (632 each), and each container learns of it by its draws.
    assert 20_000 - 3 * 632 < taken < 20_000 + 3 * 632 + 100 * containers
    assert set(sent) == {"taken", "held"}
    # What is held costs next to nothing: one write from half of the cap on for what is taken, none for the rest.
    assert intake.limits.writes < 2 * taken
    assert intake.send(network(), BEGIN + HOUR) == "taken"


def test_a_small_cap_is_exact_also_over_many_containers() -> None:
    intake, network = Intake(replace(OPEN, hourly_cap=50), containers=8), addresses()
    sent = [intake.send(network(), BEGIN, container=number) for number in range(100)]
    assert sent == ["taken"] * 50 + ["held"] * 50


def test_a_refusal_states_when_the_hour_is_over() -> None:
    intake, network = Intake(replace(OPEN, hourly_cap=1)), addresses()
    intake.send(network())
    request = Unsigned("shop", network(), 1, BEGIN + MINUTE)
    with pytest.raises(HeldError, match="accepts 1 responses an hour from people who are not signed in") as held:
        limit_unsigned(request, intake.policy, salt=SALT, draw=never, limits=intake.limits, memory=intake.memories[0])
    assert held.value.retry_after == 3540


def test_no_network_has_more_than_a_tenth_of_what_is_left_while_others_come() -> None:
    intake, network = Intake(replace(OPEN, rate=None, hourly_cap=1000)), addresses()
    sent = [intake.send() for _ in range(600)]
    assert set(sent) == {"taken"}  # half of the cap, and a tenth of it more
    others = [intake.send(network(), BEGIN + 1) for _ in range(100)]
    assert set(others) == {"taken"}
    assert {intake.send(now=BEGIN + 2) for _ in range(50)} == {"held", "refused"}
    assert {intake.send(network(), BEGIN + 3) for _ in range(200)} == {"taken"}


def test_all_of_a_site_of_ipv6_has_one_share_however_it_spreads() -> None:
    intake, network = Intake(replace(OPEN, hourly_cap=1000)), addresses()
    sent = [intake.send(f"2001:db8:7:{number % 256:x}00::1", BEGIN + number) for number in range(2000)]
    assert sent.count("taken") == 600  # half of the cap, and a tenth of it more
    assert {intake.send(network(), BEGIN + MINUTE + number) for number in range(400)} == {"taken"}


def test_a_network_that_comes_alone_leaves_the_last_tenth_to_others() -> None:
    intake, network = Intake(replace(OPEN, rate=None, hourly_cap=1000)), addresses()
    sent = [intake.send(now=BEGIN + number * 3000) for number in range(1000)]
    assert 890 <= sent.count("taken") <= 910
    assert {intake.send(network(), BEGIN + 50 * MINUTE + number) for number in range(80)} == {"taken"}


def test_a_network_that_had_its_share_may_come_again_once_it_is_alone() -> None:
    intake, network = Intake(replace(OPEN, rate=None, hourly_cap=1000)), addresses()
    for _ in range(600):
        intake.send()
    intake.send(network(), BEGIN + 1)
    assert intake.send(now=BEGIN + 2) == "held"
    assert intake.send(now=BEGIN + 2 * MINUTE) == "taken"


def test_a_signed_person_has_30_responses_an_hour_whatever_others_send() -> None:
    ports: dict[str, Any] = {"salt": SALT, "limits": InMemoryRateLimits(), "memory": Memory()}
    for number in range(30):
        limit_person("shop", "ann", 1, BEGIN + number, **ports)
    with pytest.raises(TooManyError, match="more than 30 responses an hour came from one person"):
        limit_person("shop", "ann", 1, BEGIN + MINUTE, **ports)
    written = ports["limits"].writes
    with pytest.raises(TooManyError, match="more than 30 responses an hour came from one person") as refused:
        limit_person("shop", "ann", 1, BEGIN + MINUTE, **ports)
    assert (refused.value.retry_after, ports["limits"].writes) == (3540, written)  # from memory
    limit_person("shop", "ann", 1, BEGIN, what="expired tokens", **ports)
    limit_person("shop", "ben", 1, BEGIN, **ports)
    limit_person("other", "ann", 1, BEGIN, **ports)
    limit_person("shop", "ann", 99, BEGIN + HOUR, **ports)


def test_a_busy_table_lets_responses_through() -> None:
    class Busy(InMemoryRateLimits):
        def take(self, *_: object, **__: object) -> int | None:
            raise BusyError("the table is busy")

    intake = Intake(replace(OPEN, rate=1, hourly_cap=1))
    intake.limits = Busy()
    assert {intake.send() for _ in range(5)} == {"taken"}
    limit_person("shop", "ann", 1, BEGIN, salt=SALT, limits=intake.limits, memory=intake.memories[0])


def test_a_survey_without_limits_writes_nothing() -> None:
    intake = Intake(replace(OPEN, rate=None, hourly_cap=None))
    assert {intake.send() for _ in range(9)} == {"taken"}
    assert intake.limits.writes == 0


def test_no_address_and_no_person_is_kept() -> None:
    intake = Intake(replace(OPEN, rate=1))
    intake.draw = never
    for _ in range(3):
        intake.send("192.0.2.77")
    limit_person("shop", "ann", 1, BEGIN, salt=SALT, limits=intake.limits, memory=intake.memories[0])
    kept = str(intake.limits.counted) + str(intake.memories)
    assert "192.0" not in kept
    assert "ann" not in kept


def test_memory_is_bounded() -> None:
    intake, network = Intake(replace(OPEN, rate=1, hourly_cap=None)), addresses()
    for _ in range(12_000):
        address = network()
        intake.send(address)
        intake.send(address)
    assert len(intake.memories[0].refused) < 10_010
