"""The glossary's second table is read as it is written, and no name of the code holds a word of it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.glossary import explained, refused_in, refused_words, words_of

ROOT = Path(__file__).parents[2]
AREAS = ("layers", "functions", "cli", "tests", "benchmarks", "web")
MINIFIED = "layers/core/python/earshot/pages/widget.js"

# Names that hold a refused word and stay, each with its reason.
EXCEPTIONS = {
    "announce": "a field of POST …/responses, whose requests keep their shape",
    "chain": "itertools.chain",
    "mark": "pytest.mark",
    "press": "Playwright's method for a key",
    "press_sequentially": "Playwright's method for typing",
}

# A comment, a text, or a name of a script; the first two are not looked into.
_JS = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[A-Za-z_$][\w$]*", re.DOTALL
)


def names_of(path: Path) -> Iterator[str]:
    """Return the names that a module or a script defines or uses, and its own."""
    yield path.stem
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".js":
        yield from (found for found in _JS.findall(text) if re.match(r"[\w$]", found))
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.alias():
                yield from (node.asname or node.name).split(".")


def test_no_name_holds_a_refused_word() -> None:
    command = ["git", "ls-files", *AREAS, f":!{MINIFIED}"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    paths = [ROOT / line for line in listed.stdout.splitlines() if line.endswith((".py", ".js"))]
    names = {path: set(names_of(path)) for path in paths if path.exists()}
    assert len(names) > 100
    offenders = [
        f"{path.relative_to(ROOT)}: {line}"
        for path, found in names.items()
        for line in explained(found - set(EXCEPTIONS))
    ]
    assert offenders == []
    assert len(EXCEPTIONS) <= 20
    assert set(EXCEPTIONS) <= set().union(*names.values()), "an exception that is no name any more"


def test_the_table_is_read_form_by_form() -> None:
    words = refused_words()
    assert words["door"] == words["entrance"] == "submission policy"
    assert words["answered"] == words["answer"]
    assert "replay order" in words
    assert {"not", "---", ""}.isdisjoint(words)
    assert len(words) >= 40


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("last_event", ["last", "event"]),
        ("HttpResponse", ["http", "response"]),
        ("readSESTags", ["read", "ses", "tags"]),
        ("_utf8_size", ["utf", "8", "size"]),
        ("on-brand", ["on", "brand"]),
    ],
)
def test_a_name_is_split_at_underscores_and_capitals(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("LateAnswers_pressed", {"answers", "pressed"}),
        ("responded_at", set()),
        ("letters_to", {"letters"}),
        ("count_dead_letters", set()),
        ("ReplayOrder", {"replay order"}),
        ("sort_order", set()),
        ("presented", set()),
    ],
)
def test_forms_and_terms_are_refused_but_in_the_terms_that_stand_for_them(name: str, forms: set[str]) -> None:
    assert set(refused_in(name)) == forms
