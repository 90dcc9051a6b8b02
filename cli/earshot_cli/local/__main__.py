"""`python -m earshot_cli.local`: what `make run` starts."""

import asyncio
import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from earshot_cli.local.aws import leave_the_users_account_alone
from earshot_cli.local.errors import LocalStackError
from earshot_cli.local.session import run
from earshot_cli.local.settings import Settings


def main() -> int:
    """Run the local stack; whatever goes wrong is told in one sentence."""
    # What the stack and its functions write is for whoever runs them.
    os.umask(0o077)
    try:
        leave_the_users_account_alone()
        asyncio.run(run(Settings.from_env()))
    except LocalStackError as error:
        return _fail(str(error))
    except (BotoCoreError, ClientError, OSError) as error:
        return _fail(f"The local stack stopped: {error}")
    return 0


def _fail(sentence: str) -> int:
    print(f"earshot: {' '.join(sentence.split())}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
