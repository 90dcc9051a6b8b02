"""`python -m earshot_cli.local`: what `make run` starts."""

import os
import sys
from contextlib import nullcontext

from earshot_cli.local.engine import Engine
from earshot_cli.local.errors import LocalStackError
from earshot_cli.local.listener import take_port, take_port_of_ipv6
from earshot_cli.local.screen import write
from earshot_cli.local.settings import Settings
from earshot_cli.local.single_instance import only_one, stop_leftover


def main() -> int:
    """Run the local stack; an error is shown in one sentence."""
    # What the stack and its functions write is for the user who runs them.
    os.umask(0o077)
    try:
        run(Settings.from_env())
    except LocalStackError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _fail(f"The local stack stopped: {error}")
    return 0


def run(settings: Settings) -> None:
    """Start the engine, and import what the rest needs while it boots: each takes as long as the other."""
    with only_one(settings), take_port(settings.port) as listener, take_port_of_ipv6(listener) or nullcontext() as also:
        stop_leftover(settings, write)
        engine = Engine.start(settings)
        try:
            from earshot_cli.local.session import Session  # noqa: PLC0415

            session = Session(settings, listener, engine, also)
        except BaseException:
            engine.stop(write)
            raise
        session.run()


def _fail(sentence: str) -> int:
    print(f"earshot: {' '.join(sentence.split())}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
