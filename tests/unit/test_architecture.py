"""The rules of the code: imports point one way, and names say what is inside. Every offender is listed at once."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYER = ROOT / "layers/core/python"
LIBRARY = LAYER / "earshot"
HANDLERS = sorted((ROOT / "functions").glob("*/app.py"))
MODULES = sorted(LIBRARY.rglob("*.py"))
COMMAND = sorted((ROOT / "cli/earshot_cli").rglob("*.py"))
DEPLOYED = [*MODULES, *HANDLERS]
WRITTEN = [*DEPLOYED, *COMMAND]

BOOTSTRAP = LIBRARY / "bootstrap.py"
BANNED = {"utils", "util", "helpers", "helper", "common", "shared", "misc", "manager", "base"}
FRAMEWORKS = ("boto3", "botocore", "pydantic", "aws_lambda_powertools")
DEAR = ("pydantic", "aws_xray_sdk", "aws_lambda_powertools.event_handler", "aws_lambda_powertools.utilities.parser")

# What each part of the library may import: of itself, and besides the standard library.
ALLOWED: dict[str, set[str]] = {
    # One parser reads addresses; it does no input or output.
    "domain": {"earshot.domain", "urllib3.exceptions", "urllib3.util.url"},
    "ports": {"earshot.domain", "earshot.ports"},
    "languages": {"earshot.languages"},
    "charts": {"earshot.domain", "earshot.charts"},
    "emails": {"earshot.domain", "earshot.emails", "earshot.languages", "earshot.pages", "jinja2"},
    "pages": {"earshot.domain", "earshot.languages", "earshot.pages", "jinja2", "markupsafe"},
    "config": set(),
    "observability": {"aws_lambda_powertools"},
    "metrics": {"earshot.observability"},
    "services": {
        "earshot.domain",
        "earshot.ports",
        "earshot.services",
    },
    "adapters": {
        "earshot.domain",
        "earshot.ports",
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
        "earshot.ports.api_keys",  # a call is authorized before it is read
        "earshot.ports.sessions",  # and a visitor is known before that
        "earshot.ports.responses",  # what a query asks for
        "earshot.api",
        "earshot.languages",
        "earshot.pages",
        "earshot.observability",
        "earshot.metrics",
        "email_validator",
    },
    "console": {
        "earshot.domain",
        "earshot.ports",
        "earshot.services",
        "earshot.api",
        "earshot.charts",
        "earshot.languages",
        "earshot.pages.served_file",
        "earshot.console",
        "jinja2",
        "markupsafe",
    },
    "bootstrap": {
        "earshot.domain",
        "earshot.console.visit",  # what pages read with
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
# A handler reads its own event with the adapter that knows the format; AWS itself is none of its business.
HANDLER = {
    "earshot.bootstrap",
    "earshot.console",
    "earshot.pages",
    "earshot.ports.mail",  # the errors that say how a mail failed
    "earshot.api",
    "earshot.services",
    "earshot.domain",
    "earshot.observability",
    "earshot.metrics",
    "earshot.adapters.dynamodb.stream",
    "earshot.adapters.ses_events",
    "earshot.adapters.sqs_submissions",
}


def named(path: Path) -> str:
    """Name a file from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(source(path))


@cache
def import_statements(path: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Return every import of a file, wherever in it."""
    return tuple(node for node in ast.walk(tree(path)) if isinstance(node, (ast.Import, ast.ImportFrom)))


@cache
def imports(path: Path) -> frozenset[str]:
    """Name every module that a file imports; `from a import b` may mean the module a.b."""
    return frozenset(name for node in import_statements(path) for name in _modules_of(node))


def _modules_of(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    own = node.module == "earshot" or (node.module or "").startswith("earshot.")
    found = [f"{node.module}.{alias.name}" for alias in node.names] if own else [node.module or ""]
    yield from (name if _is_module(name) else str(node.module) for name in found)


@cache
def _is_module(name: str) -> bool:
    place = LAYER / name.replace(".", "/")
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def tops(path: Path) -> set[str]:
    """Name the packages that a file imports from."""
    return {name.partition(".")[0] for name in imports(path)}


def beyond(path: Path, allowed: set[str]) -> list[str]:
    """Name what a file imports that is neither allowed nor in the standard library."""
    return sorted(
        name
        for name in imports(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not _is_within(name, allowed)
    )


def _is_within(name: str, roots: Iterable[str]) -> bool:
    return any(name == root or name.startswith(f"{root}.") for root in roots)


def offenders(found: Mapping[Path, object]) -> str:
    """List the files that break a rule, each with what breaks it."""
    return "\n".join(f"{named(path)}: {why}" for path, why in found.items() if why)


def part_of(path: Path) -> str:
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def test_nothing_is_imported_relatively() -> None:
    relative = {
        path: [node.lineno for node in import_statements(path) if isinstance(node, ast.ImportFrom) and node.level]
        for path in WRITTEN
    }

    assert not offenders(relative)


def test_imports_of_the_library_point_one_way() -> None:
    assert not offenders({path: beyond(path, ALLOWED[part_of(path)]) for path in MODULES})


def test_a_handler_reaches_aws_through_the_bootstrap_only() -> None:
    assert not offenders({path: beyond(path, HANDLER) for path in HANDLERS})


def test_only_adapters_and_the_bootstrap_know_boto3() -> None:
    others = [path for path in DEPLOYED if LIBRARY / "adapters" not in path.parents and path != BOOTSTRAP]

    assert not offenders({path: tops(path) & {"boto3", "botocore"} for path in others})


def test_what_is_deployed_never_imports_what_is_not() -> None:
    assert not offenders({path: tops(path) & {"earshot_cli", "tests", "benchmarks"} for path in DEPLOYED})


def test_a_service_reads_no_clock_and_no_environment() -> None:
    services = sorted((LIBRARY / "services").rglob("*.py"))

    assert not offenders({path: tops(path) & {"os", "time", "random", "secrets"} for path in services})
    assert not offenders({path: re.findall(r"\.(now|today|utcnow)\(", source(path)) for path in services})


def test_nothing_hides_the_types_of_ports() -> None:
    """A service takes its ports by keyword or as one dataclass, so that mypy sees what each handler hands over."""
    services = sorted((LIBRARY / "services").rglob("*.py"))

    assert not offenders({path: re.findall(r"TypedDict|\*\*\w*ports|\bUnpack\b", source(path)) for path in services})
    assert not offenders({path: untyped_ports(path) for path in HANDLERS})


def untyped_ports(path: Path) -> list[str]:
    """List where a handler makes ports by a name that is text, calls them Any, or unpacks a dict into a service."""
    found = re.findall(r"getattr\(bootstrap.*", source(path))
    services = {
        alias.asname or alias.name
        for node in import_statements(path)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("earshot.services")
        for alias in node.names
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and any(keyword.arg is None for keyword in node.keywords):
            found += [ast.unparse(node)] if ast.unparse(node.func).partition(".")[0] in services else []
        if isinstance(node, ast.AnnAssign) and re.search(r"\bAny\b", ast.unparse(node.annotation)):
            found += [ast.unparse(node)] if "bootstrap." in ast.unparse(node) else []
    return found


def test_the_domain_reads_no_clock_and_does_no_input_or_output() -> None:
    outside = {"os", "time", "random", "secrets", "io", "pathlib", "socket", "logging"}
    domain = sorted((LIBRARY / "domain").rglob("*.py"))

    assert not offenders({path: tops(path) & outside for path in domain})
    assert not offenders(
        {path: re.findall(r"\.(?:now|today|utcnow)\(|\bopen\(|\bprint\(", source(path)) for path in domain}
    )


def test_nothing_happens_at_import() -> None:
    """At the top level stand definitions and constants: no client, no clock, no environment."""
    assert not offenders({path: calls_at_import(path) for path in DEPLOYED})


def calls_at_import(path: Path) -> list[str]:
    plain = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    calls = (
        ast.unparse(call.func)
        for node in tree(path).body
        if not isinstance(node, plain)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
    )
    return [call for call in calls if re.search(r"client|environ|setting|now|time_ns|bootstrap", call)]


def test_the_domain_loads_neither_aws_nor_a_framework() -> None:
    modules = [
        ".".join(path.relative_to(LAYER).with_suffix("").parts)
        for path in (LIBRARY / "domain").rglob("*.py")
        if path.stem != "__init__"
    ]

    assert loaded_by([(LAYER, modules)], FRAMEWORKS) == {}


def test_no_function_loads_a_model_library_a_resolver_or_a_tracer() -> None:
    assert loaded_by([(path.parent, ["app"]) for path in HANDLERS], DEAR) == {}


def test_a_module_opens_with_a_sentence() -> None:
    assert not offenders({path: fault_of_docstring(ast.get_docstring(tree(path))) for path in WRITTEN})


def fault_of_docstring(docstring: str | None) -> str:
    if not docstring:
        return "it has no docstring"
    if not re.match(r"[\"`/A-Z\d]", docstring):
        return f"it begins with {docstring[:20]!r}"
    if not docstring.split("\n\n")[0].rstrip().endswith("."):
        return "its first paragraph ends without a full stop"
    return ""


def test_a_name_describes_its_contents() -> None:
    words = {
        path: {word for part in path.relative_to(ROOT).with_suffix("").parts for word in part.split("_")}
        for path in WRITTEN
    }

    assert not offenders({path: found & BANNED for path, found in words.items()})


def test_a_module_is_read_somewhere() -> None:
    """Code that nothing imports, no function and no command, is code that nobody runs."""
    read = {name for path in WRITTEN for name in imports(path) - {module_name(path)}}
    unread = {path: module_name(path) not in read for path in MODULES if path.stem != "__init__"}

    assert not offenders({path: is_unread and "nothing imports it" for path, is_unread in unread.items()})


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(LAYER).with_suffix("").parts) if LAYER in path.parents else ""


def test_a_port_has_a_sentence_for_each_of_its_methods() -> None:
    undescribed = {
        path: [
            node.name
            for node in ast.walk(tree(path))
            if isinstance(node, (ast.ClassDef, ast.FunctionDef))
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ]
        for path in MODULES
        if part_of(path).endswith("ports")
    }

    assert undescribed, "no ports were found"
    assert not offenders(undescribed)


def test_every_error_ends_in_error() -> None:
    misnamed = {
        path: [
            node.name
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ClassDef)
            and any(ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases)
            and not node.name.endswith("Error")
        ]
        for path in MODULES
    }

    assert not offenders(misnamed)


def loaded_by(programs: list[tuple[Path, list[str]]], heavy: tuple[str, ...]) -> dict[str, list[str]]:
    """Import the modules of each program, and name what it was the first to load of the heavy ones.

    All of it happens in one fresh interpreter, in which each program loads our own modules again.
    """
    plan = [(str(folder), modules) for folder, modules in programs]
    done = subprocess.run(
        [sys.executable, "-I", "-c", LOADER, str(LAYER), json.dumps(plan)], capture_output=True, text=True, check=True
    )
    loaded: dict[str, list[str]] = json.loads(done.stdout)
    found = {folder: [name for name in names if _is_within(name, heavy)] for folder, names in loaded.items()}
    return {folder: names for folder, names in found.items() if names}


LOADER = """
import importlib, json, sys
layer, programs = sys.argv[1], json.loads(sys.argv[2])
loaded = {}
for folder, modules in programs:
    before = set(sys.modules)
    sys.path[:0] = [folder, layer]
    for module in modules:
        importlib.import_module(module)
    del sys.path[:2]
    loaded[folder] = sorted(set(sys.modules) - before)
    for name in loaded[folder]:
        if name.partition(".")[0] in ("app", "earshot"):
            del sys.modules[name]
print(json.dumps(loaded))
"""


def test_no_command_updates_a_stack_with_its_previous_template() -> None:
    # CloudFormation would take the processed one, in which AWS::LanguageExtensions has written the old values of the
    # parameters: new ones would do nothing (ADR 32). The template comes again from GetTemplate with the stage
    # "Original"; it is longer than a TemplateBody may be, so it goes to the bucket of the functions' code and its
    # address into TemplateURL.
    assert [str(path) for path in COMMAND if "UsePreviousTemplate" in path.read_text(encoding="utf-8")] == []
