"""A part that is measured again takes the place of the old one and leaves the others."""

from benchmarks.readme import spliced
from benchmarks.report import Row, Section

PAGE = "# Benchmarks\n\nHead.\n\n## One\n\nold\n\n| a |\n\n## Two\n\nkept\n"


def section(title: str) -> Section:
    return Section(title, ("what",), [Row(("new",))], "How.")


def test_a_section_of_the_same_title_is_replaced_and_another_is_put_at_the_end() -> None:
    found = spliced(PAGE, [section("One"), section("Three")], ["one"], 0.5)
    assert [line for line in found.splitlines() if line.startswith("## ")] == ["## One", "## Two", "## Three"]
    assert "old" not in found
    assert "kept" in found
    assert found.count("| new |") == 2
    assert 'load average 0.5 at the start: `make bench ARGS="one"`' in found.split("## ")[0]


def test_prose_is_wrapped_and_tables_are_not() -> None:
    long = "so many words " * 20
    lines = Section("One", ("what",), [Row((long,))], long, (long,)).markdown().splitlines()
    assert [line[:4] for line in lines if len(line) > 120] == ["| so"]
    assert [line for line in lines if line.startswith("  ")]
    assert " ".join(" ".join(lines).split()).count("so many words") == 60
