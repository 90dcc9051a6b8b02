"""The shapes of responses are types, for checkers and for the description."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_no_function_imports_the_shapes_of_responses() -> None:
    """They are types: what a function returns is checked before it is deployed."""
    program = (
        "import sys; from earshot_cli.openapi.routes import declared; declared(); "
        "print([name for name in sys.modules if name == 'earshot.api.response_shapes'])"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"
