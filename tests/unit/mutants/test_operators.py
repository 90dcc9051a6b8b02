"""Each operator makes the fault it is named after, where it stands, and nothing else."""

import ast

import pytest

from tests.mutants.operators import mutants


def made(source: str) -> list[tuple[str, str]]:
    return [(each.operator, each.applied(source)) for each in mutants(source)]


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        ("comparison", "a < b", "(a <= b)"),
        ("comparison", "a >= b", "(a > b)"),
        ("comparison", "a == b", "(a != b)"),
        ("comparison", "a is not b", "(a is b)"),
        ("comparison", "a in b", "(a not in b)"),
        ("and/or", "a and b", "(a or b)"),
        ("and/or", "a or b", "(a and b)"),
        ("boolean", "not a", "(a)"),
        ("boolean", "True", "False"),
        ("arithmetic", "a + b", "(a - b)"),
        ("arithmetic", "a * b", "(a // b)"),
        ("arithmetic", "a // b", "(a * b)"),
        ("arithmetic", "a % b", "(a * b)"),
    ],
)
def test_an_expression_is_changed_into_its_neighbour(operator: str, before: str, after: str) -> None:
    assert (operator, f"x = {after}") in made(f"x = {before}")


def test_a_whole_number_becomes_one_more_and_one_less() -> None:
    assert made("x = 10") == [("constant", "x = 11"), ("constant", "x = 9")]


def test_a_result_becomes_none_unless_it_is() -> None:
    assert made("def f():\n    return a") == [("return None", "def f():\n    return None")]
    assert made("def f():\n    return None") == []
    assert made("def f():\n    return") == []


@pytest.mark.parametrize("statement", ["send(a)", "a += b", "raise Error", "a.b = c", "a[b] = c", "del a[b]"])
def test_a_statement_is_dropped(statement: str) -> None:
    assert ("drop", "if a:\n    pass") in made(f"if a:\n    {statement}")


def test_a_plain_assignment_is_not_dropped() -> None:
    assert made("x = f(a)") == []


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring with 1 and 2."""',
        "def f(a: Literal[1]) -> Literal[2]: ...",
        "x: Literal[1]",
        "x = f'{a:>10} {b + 1}'",
        "if TYPE_CHECKING:\n    x = 1",
        "__all__ = [1]",
        "x = 'a' + b",
        "x = 'a' + b + c",
        "x = [a] + b",
        "x = '%s' % a",
    ],
)
def test_what_no_test_could_miss_is_left_alone(source: str) -> None:
    assert made(source) == []


def test_a_mutant_knows_its_scope_its_statement_and_its_line() -> None:
    (found,) = mutants("class A:\n    def f(self):\n        if a < b:\n            pass\n")

    assert (found.scope, found.line, found.original) == ("A.f", 3, "a < b")
    assert found.statement == "if a < b:"


def test_what_stands_around_the_fault_stays_to_the_byte() -> None:
    source = "x = f('ä', a  <  b, # why\n  c)\n"

    assert made(source) == [("comparison", "x = f('ä', (a <= b), # why\n  c)\n")]


def test_every_mutant_of_this_module_can_be_parsed() -> None:
    source = open(__file__, encoding="utf-8").read()  # noqa: PTH123, SIM115

    for each in mutants(source):
        assert ast.dump(ast.parse(each.applied(source))) != ast.dump(ast.parse(source))
