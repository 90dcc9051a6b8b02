"""Each function starts with nothing but its own folder, the layer and what Lambda brings along."""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent for path in (ROOT / "functions").glob("*/app.py"))
# The layer as it is packaged: the library, and what `make build` installed with it.
LAYER = [ROOT / "build/layer/python", ROOT / "layers/core/python"]
LAMBDA_BRINGS = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "EARSHOT_STAGE": "local",
    "EARSHOT_TABLE": "table",
    "EARSHOT_BUS": "bus",
    "EARSHOT_CRM_SECRET": "crm",
    "EARSHOT_HASH_SECRET": "secret",
    "EARSHOT_RESPONSE_QUEUE": "http://127.0.0.1:1/queue",
    "EARSHOT_LINK_QUEUE": "http://127.0.0.1:1/links",
    "QUEUE": "http://127.0.0.1:1/queue",
}
PROLOGUE = "import sys, json; sys.path[:0] = json.loads(sys.argv[1])\n"
EPILOGUE = "\nprint(json.dumps([getattr(m, '__file__', None) or '' for m in list(sys.modules.values())]))"


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda brings along, and nothing else of the development environment."""
    if not LAYER[0].is_dir():
        absent = "the layer is not built; `make build` builds it"
        if os.environ.get("CI"):
            pytest.fail(absent)
        pytest.skip(absent)
    folder = tmp_path_factory.mktemp("runtime")
    for name in LAMBDA_BRINGS:
        for path in {Path(str(file)).parts[0] for file in distribution(name).files or ()}:
            source = Path(str(distribution(name).locate_file(path)))
            if source.exists() and path != "..":
                (folder / path).symlink_to(source)
    return folder


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda folder: folder.name)
def test_a_function_starts_with_nothing_but_its_layer_and_boto3(function: Path, runtime: Path) -> None:
    places = [function, *LAYER, runtime]

    loaded = run("import app\nassert callable(app.lambda_handler)", places)

    assert strangers(loaded, places) == []


def test_every_module_of_the_library_is_found_there(runtime: Path) -> None:
    places = [*LAYER, runtime]
    files = (LAYER[1] / "earshot").rglob("*.py")
    modules = sorted(".".join(file.relative_to(LAYER[1]).with_suffix("").parts) for file in files)

    loaded = run("".join(f"import {module}\n" for module in modules), places)

    assert strangers(loaded, places) == []


def test_everything_that_is_made_when_first_wanted_can_be_made_there(runtime: Path) -> None:
    places = [*LAYER, runtime]
    program = """
from earshot import bootstrap
for make in (bootstrap.surveys, bootstrap.ledger, bootstrap.responses, bootstrap.counts, bootstrap.scores,
             bootstrap.api_keys, bootstrap.people, bootstrap.suppressions, bootstrap.queue_contracts,
             bootstrap.bus, bootstrap.crm_secret):
    assert make() is make()
for make in bootstrap.task_queue, bootstrap.submission_queue:
    assert make("QUEUE") is make("QUEUE")
assert bootstrap.https_sender() is bootstrap.https_sender()
assert len(bootstrap.new_id()) == 36
"""
    assert strangers(run(program, places), places) == []


def test_time_zones_come_with_the_layer(runtime: Path) -> None:
    # Lambda's image has no zone database of its own; the layer's is found even where the machine has none.
    program = "import zoneinfo; zoneinfo.reset_tzpath([])\nassert zoneinfo.ZoneInfo('Europe/Berlin').key"

    run(program, [*LAYER, runtime])


def test_a_dependency_that_is_missing_is_noticed(tmp_path: Path, runtime: Path) -> None:
    (tmp_path / "app.py").write_text("import pytest\n", encoding="utf-8")

    with pytest.raises(AssertionError, match="No module named 'pytest'"):
        run("import app", [tmp_path, *LAYER, runtime])


def test_the_layer_holds_nothing_that_lambda_brings_along_but_the_one_powertools_needs(runtime: Path) -> None:
    brought = {path.name for path in runtime.iterdir() if path.suffix != ".dist-info"}
    layered = {path.name for path in LAYER[0].iterdir()}

    assert brought & layered <= {"jmespath", "bin", "__pycache__"}
    assert not shutil.which("aws", path=str(LAYER[0] / "bin"))


def run(program: str, places: list[Path]) -> list[str]:
    """Run a program that sees the standard library and these places alone; give the files it loaded."""
    command = [sys.executable, "-I", "-S", "-B", "-c", PROLOGUE + program + EPILOGUE, json.dumps([*map(str, places)])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd="/")
    assert done.returncode == 0, done.stderr
    loaded: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return [str(file) for file in loaded]


def strangers(loaded: list[str], places: list[Path]) -> list[str]:
    """Name the files that were loaded from anywhere but these places and the standard library."""
    known = [*map(str, places), str(Path(os.__file__).parent)]
    stray = [file for file in loaded if file and not file.startswith(tuple(known))]
    return [file for file in stray if "site-packages" in file or str(ROOT) in file]
