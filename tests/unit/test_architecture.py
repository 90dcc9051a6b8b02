"""The house rules: imports point one way, and names say what is inside."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers/core/python"
LIBRARY = LAYER / "earshot"
PORCHES = sorted((ROOT / "functions").glob("*/app.py"))
MODULES = sorted(LIBRARY.rglob("*.py"))
COMMAND = sorted((ROOT / "cli/earshot_cli").rglob("*.py"))
WRITTEN = [*MODULES, *PORCHES, *COMMAND]

BOOTSTRAP = LIBRARY / "bootstrap.py"
BANNED = {"utils", "util", "helpers", "helper", "common", "shared", "misc", "manager", "base"}
FRAMEWORKS = ("boto3", "botocore", "pydantic", "aws_lambda_powertools")
DEAR = ("pydantic", "aws_xray_sdk", "aws_lambda_powertools.event_handler", "aws_lambda_powertools.utilities.parser")

# What each part of the library may import: of itself, and beside the standard library.
ALLOWED: dict[str, set[str]] = {
    "domain": {"earshot.domain"},
    "ports": {"earshot.domain"},
    "people_ports": {"earshot.domain"},
    "judgement_ports": {"earshot.domain"},
    "asking_ports": {"earshot.domain", "earshot.pages"},
    "funnel_ports": {"earshot.domain"},
    "widget_ports": {"earshot.domain"},
    "languages": {"earshot.languages"},
    "pictures": {"earshot.domain", "earshot.pictures"},
    "emails": {"earshot.domain", "earshot.emails", "earshot.languages", "earshot.pages", "jinja2"},
    "pages": {"earshot.domain", "earshot.languages", "earshot.pages", "jinja2", "markupsafe"},
    "config": set(),
    "observability": {"aws_lambda_powertools"},
    "metrics": set(),
    "services": {
        "earshot.domain",
        "earshot.ports",
        "earshot.people_ports",
        "earshot.judgement_ports",
        "earshot.asking_ports",
        "earshot.funnel_ports",
        "earshot.widget_ports",
        "earshot.languages",
        "earshot.pages",
        "earshot.services",
    },
    "adapters": {
        "earshot.domain",
        "earshot.ports",
        "earshot.people_ports",
        "earshot.judgement_ports",
        "earshot.asking_ports",
        "earshot.funnel_ports",
        "earshot.pages",
        "earshot.adapters",
        "boto3",
        "botocore",
        "itsdangerous",
        "jwt",
        "urllib3",
    },
    "api": {
        "earshot.domain",
        "earshot.services",
        "earshot.ports",
        "earshot.api",
        "earshot.languages",
        "earshot.pages",
        "earshot.observability",
        "earshot.metrics",
        "email_validator",
    },
    "bootstrap": {
        "earshot.domain",
        "earshot.asking_ports",
        "earshot.ports",
        "earshot.adapters",
        "earshot.emails",
        "earshot.services",
        "earshot.config",
        "boto3",
        "botocore",
    },
    "__init__": set(),
}
# A porch reads its own event with the adapter that knows the format; AWS itself is none of its business.
PORCH = {
    "earshot.bootstrap",
    "earshot.pages.script",  # files that are served as they are
    "earshot.pages.served_file",
    "earshot.asking_ports",  # the errors that say how a mail failed
    "earshot.api",
    "earshot.services",
    "earshot.domain",
    "earshot.observability",
    "earshot.metrics",
    "earshot.adapters.stream",
}


def named(path: Path) -> str:
    """Name a file from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Name every module that a file imports, wherever in it; `from a import b` may mean the module a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(path)} imports relatively"
            own = node.module == "earshot" or (node.module or "").startswith("earshot.")
            found = [f"{node.module}.{alias.name}" for alias in node.names] if own else [node.module or ""]
            yield from (name if _is_module(name) else str(node.module) for name in found)


def beyond(path: Path, allowed: set[str]) -> list[str]:
    """Name what a file imports that is neither allowed nor in the standard library."""
    return [
        name
        for name in imports(path)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not any(name == root or name.startswith(f"{root}.") for root in allowed)
    ]


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_of_the_library_point_one_way(path: Path) -> None:
    part = path.relative_to(LIBRARY).parts[0].removesuffix(".py")

    assert beyond(path, ALLOWED[part]) == []


@pytest.mark.parametrize("path", PORCHES, ids=named)
def test_a_porch_reaches_aws_through_the_bootstrap_only(path: Path) -> None:
    assert beyond(path, PORCH) == []


@pytest.mark.parametrize("path", [*MODULES, *PORCHES], ids=named)
def test_only_adapters_and_the_bootstrap_know_boto3(path: Path) -> None:
    knows = any(name.partition(".")[0] in ("boto3", "botocore") for name in imports(path))

    assert not knows or LIBRARY / "adapters" in path.parents or path == BOOTSTRAP


@pytest.mark.parametrize("path", [*MODULES, *PORCHES], ids=named)
def test_what_is_deployed_never_imports_what_is_not(path: Path) -> None:
    assert not [name for name in imports(path) if name.partition(".")[0] in ("earshot_cli", "tests", "benchmarks")]


@pytest.mark.parametrize("path", sorted((LIBRARY / "services").glob("*.py")), ids=named)
def test_a_service_reads_no_clock_and_no_environment(path: Path) -> None:
    assert not {"os", "time", "random", "secrets"} & {name.partition(".")[0] for name in imports(path)}
    assert not re.search(r"\.(now|today|utcnow)\(", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted((LIBRARY / "domain").glob("*.py")), ids=named)
def test_the_domain_reads_no_clock_and_does_no_input_or_output(path: Path) -> None:
    assert not {"os", "time", "random", "secrets", "io", "pathlib", "socket", "logging"} & set(imports(path))
    assert not re.search(r"\.(now|today|utcnow)\(|\bopen\(|\bprint\(", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", [*MODULES, *PORCHES], ids=named)
def test_nothing_happens_at_import(path: Path) -> None:
    """At the top level stand definitions and constants: no client, no clock, no environment."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
            continue
        calls = {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}
        assert not {call for call in calls if re.search(r"client|environ|setting|now|time_ns|bootstrap", call)}


def test_the_domain_loads_neither_aws_nor_a_framework() -> None:
    modules = [f"earshot.domain.{path.stem}" for path in (LIBRARY / "domain").glob("*.py") if path.stem != "__init__"]

    assert loaded_by(modules, FRAMEWORKS) == []


@pytest.mark.parametrize("path", PORCHES, ids=named)
def test_no_function_loads_a_model_library_a_resolver_or_a_tracer(path: Path) -> None:
    assert loaded_by(["app"], DEAR, path.parent) == []


@pytest.mark.parametrize("path", WRITTEN, ids=named)
def test_a_module_opens_with_a_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))

    assert docstring, "it has no docstring"
    assert re.match(r"[\"`/A-Z\d]", docstring)
    assert docstring.split("\n\n")[0].rstrip().endswith(".")


@pytest.mark.parametrize("path", WRITTEN, ids=named)
def test_a_name_says_what_is_inside(path: Path) -> None:
    words = {word for part in path.relative_to(ROOT).with_suffix("").parts for word in part.split("_")}

    assert not words & BANNED


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_is_read_somewhere(path: Path) -> None:
    """Code that nothing imports, no function and no command, is code that nobody runs."""
    if path.stem == "__init__":
        return
    module = ".".join(path.relative_to(LAYER).with_suffix("").parts)

    assert any(module in imports(other) for other in WRITTEN if other != path)


def test_a_port_has_a_sentence_for_each_of_its_methods() -> None:
    trees = [
        ast.parse((LIBRARY / name).read_text(encoding="utf-8"))
        for name in ("ports.py", "people_ports.py", "asking_ports.py", "funnel_ports.py", "judgement_ports.py")
    ]
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def test_every_error_ends_in_error() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and any(
                ast.unparse(b).endswith(("Error", "Exception")) for b in node.bases
            ):
                assert node.name.endswith("Error"), node.name


def loaded_by(modules: list[str], heavy: tuple[str, ...], folder: Path = LAYER) -> list[str]:
    """Import modules in a fresh interpreter, and name what it loaded of the heavy ones."""
    program = f"import sys; sys.path[:0] = {[str(folder), str(LAYER)]!r}\n"
    program += "".join(f"import {module}\n" for module in modules)
    program += "print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()
    return [name for name in loaded if any(name == root or name.startswith(f"{root}.") for root in heavy)]


def _is_module(name: str) -> bool:
    place = LAYER / name.replace(".", "/")
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()
