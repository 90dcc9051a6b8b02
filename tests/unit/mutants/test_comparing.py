"""A fault is found again in another tree though its file and its names were changed, and never twice."""

from tests.mutants.comparing import Placed, counterparts
from tests.mutants.operators import mutants

OLD = """
def judge(answer, most):
    if len(answer.presses) >= most:
        return None
    return answer.standing_press.score + 1
"""
NEW = """
def evaluate(response, most):
    if len(response.presses) >= most:
        return None
    return response.standing_press.score + 1
"""


def placed(file: str, source: str) -> list[Placed]:
    return [Placed(file, each) for each in mutants(source)]


def test_renamed_names_and_files_are_followed() -> None:
    old, new = placed("judge.py", OLD), placed("evaluate.py", NEW)

    found = counterparts(old, old, [*placed("other.py", NEW), *new], {"judge.py": "evaluate.py"})

    assert [found[at] for at in range(len(old))] == new


def test_what_was_changed_or_taken_out_has_no_counterpart() -> None:
    old = placed("a.py", OLD)
    new = placed("a.py", NEW.replace(">=", "<").replace("score + 1", "score"))

    found = counterparts(old, old, new, {})

    assert found == {}


def test_none_is_taken_twice() -> None:
    old = placed("a.py", "def f(a):\n    return a < 1\n\n\ndef g(a):\n    return a < 1\n")
    new = placed("a.py", "def f(a):\n    return a < 1\n")

    found = counterparts(old, old, new, {})

    assert len(found) == len(new) == len({(each.mutant.start, each.mutant.text) for each in found.values()})
    assert all(old[at].mutant.scope == "f" for at in found)


def test_of_several_alike_in_a_statement_the_last_is_found_as_the_last() -> None:
    old = placed("a.py", "def f(a, b):\n    return round(a, 3), round(b, 3)\n")
    new = placed("a.py", "def g(a, b):\n    return round(a, 3), round(b, 3)\n")

    found = counterparts(old[-1:], old, new, {})

    assert found == {0: new[-1]}
