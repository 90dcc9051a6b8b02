"""The engine's main program when functions are held to their roles: ministack_main.py, behind an authorizer."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Install the authorizer, then serve."""
    # The engine's Python does not know this package; and the files next to this one belong to the engine.
    sys.path[0] = str(Path(__file__).parents[2])
    # The modules next to it, which the engine's own program imports by bare name, come last.
    sys.path.append(str(Path(__file__).parent))
    from earshot_cli.local import ministack_main, ministack_roles, ministack_services  # noqa: PLC0415 - found by the line above

    ministack_services.hold_services(ministack_roles.hold_to_roles())
    ministack_roles.give_functions_secrets(os.environ["AWS_SESSION_TOKEN"], ministack_main.tokens)
    ministack_main.main()


if __name__ == "__main__":
    main()
