"""The engine's main program when functions are held to their roles: engine_entry.py, behind a judge."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Install the judge, then serve."""
    # The engine's Python does not know this package; and what lies beside this file is part of it, not on its own.
    sys.path[0] = str(Path(__file__).parents[2])
    # What the engine's own program finds beside it by its bare name comes last, and hides nothing.
    sys.path.append(str(Path(__file__).parent))
    from earshot_cli.local import engine_entry, engine_roles, engine_services  # noqa: PLC0415 - found by the line above

    engine_services.hold_services(engine_roles.hold_to_roles())
    engine_roles.give_functions_secrets(os.environ["AWS_SESSION_TOKEN"], engine_entry.tokens)
    engine_entry.main()


if __name__ == "__main__":
    main()
