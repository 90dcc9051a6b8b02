"""The engine's main program when functions are held to their roles: ministack_main.py, behind a judge."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Install the judge, then serve."""
    # The engine's Python does not know this package; and what lies beside this file is part of it, not on its own.
    sys.path[0] = str(Path(__file__).parents[2])
    # What the engine's own program finds beside it by its bare name comes last, and hides nothing.
    sys.path.append(str(Path(__file__).parent))
    from earshot_cli.local import ministack_main, ministack_roles, ministack_services  # noqa: PLC0415 - found by the line above

    ministack_services.hold_services(ministack_roles.hold_to_roles())
    ministack_roles.give_functions_secrets(os.environ["AWS_SESSION_TOKEN"], ministack_main.tokens)
    ministack_main.main()


if __name__ == "__main__":
    main()
