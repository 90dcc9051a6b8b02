"""The table of deliveries: both ratios are of medians, and each is held to its limit."""

from benchmarks.delivery import rows_of


def test_the_last_of_three_is_compared_with_one_and_one_with_a_bare_call() -> None:
    bare, one, three = rows_of({"bare": [0.004] * 3, "one": [0.016] * 3, "three": [0.020] * 3})
    assert bare.cells[1] == "4.0 ms"
    assert (one.cells[3], one.met) == ("4.0", True)
    assert (three.cells[3:], three.met) == (("5.0", "1.2"), True)


def test_what_is_slower_than_its_limit_is_not_met() -> None:
    _, one, three = rows_of({"bare": [0.004] * 3, "one": [0.024] * 3, "three": [0.040] * 3})
    assert (one.met, three.met) == (False, False)
