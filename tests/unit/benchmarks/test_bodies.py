"""The bodies of the bench are what a stranger may send: as large as one may be, and each read to its end."""

import os
import subprocess
import sys
from pathlib import Path

from benchmarks.bodies import SIZE, SMALLEST, bodies
from tests.integration.template.stack import ROOT


def test_each_body_is_within_the_limit_of_one_response_and_most_are_as_large() -> None:
    sizes = {name: len(body) for name, body in bodies().items()}
    assert next(iter(sizes)) == SMALLEST
    assert max(sizes.values()) == SIZE
    assert sum(size > SIZE - 100 for size in sizes.values()) >= 10


def test_the_replies_that_stand_for_the_table_and_the_queue_are_those_the_handler_reads(tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(bodies()[SMALLEST])
    paths = os.pathsep.join(str(ROOT / part) for part in ("", "layers/core/python", "cli"))
    command = [sys.executable, "-m", "benchmarks.body_subject", str(body), "1"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
