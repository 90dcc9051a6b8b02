"""What a stack refused to its own functions, which is a failed test."""

import json
from pathlib import Path


def refusals(local_dir: Path) -> list[str]:
    """Every call that a role, or a queue's policy, did not allow, each in a sentence that says what to do."""
    path = local_dir / "decisions.jsonl"
    lines = map(json.loads, path.read_text().splitlines() if path.exists() else ())
    return [
        f"{each['holder']} was refused {each['action']} on {each['resource']} {' '.join(each['values'])}: allow it in "
        "template.yaml, in a statement that says what for, and let a step of "
        "tests/integration/template/test_calls.py call it"
        for each in lines
        if not each["allowed"]
    ]
