"""The types of replies are for type checkers and for the description."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_no_function_imports_the_types_of_replies() -> None:
    """A type checker compares what a function returns before it is deployed, so it costs nothing at its start."""
    program = (
        "import sys; from earshot_cli.openapi.routes import declared; declared(); "
        "from earshot.api import response_views; "
        "print('earshot.api.json_types' in sys.modules, hasattr(response_views, 'ResponseView'))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "False False"
