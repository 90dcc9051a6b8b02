"""The switches of a strict local stack, and its reply to those that make no sense."""

import pytest

from earshot_cli.local.strictness import Strictness


def test_nothing_is_harder_unless_it_is_named() -> None:
    assert Strictness.read("") == Strictness(conflicts=0.0, concurrency=None, ses=None)


def test_each_switch_is_heard() -> None:
    strictness = Strictness.read("conflicts=0.25, concurrency=10 ses=no-set")
    assert strictness == Strictness(conflicts=0.25, concurrency=10, ses="no-set")


@pytest.mark.parametrize("text", ["", "conflicts=0.25", "concurrency=10,ses=sandbox", "conflicts=.5,ses=unverified"])
def test_the_engine_reads_what_the_settings_read(text: str) -> None:
    assert Strictness.read(Strictness.read(text).text) == Strictness.read(text)


@pytest.mark.parametrize(
    "pair",
    ["conflict=0.2", "conflicts", "conflicts=1", "conflicts=20%", "concurrency=0", "concurrency=٣", "ses=on", "=", "x"],
)
def test_a_switch_that_makes_no_sense_is_named(pair: str) -> None:
    with pytest.raises(ValueError, match="it must be conflicts=") as error:
        Strictness.read(f"{pair}")
    assert repr(pair) in str(error.value)


def test_a_switch_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'concurrency=20'"):
        Strictness.read("concurrency=10,concurrency=20")
