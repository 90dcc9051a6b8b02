"""What went wrong, as one sentence for the person at the keyboard."""


class CommandError(Exception):
    """An expected error: it is shown in one sentence and never as a traceback."""

    exit_code = 1


class UsageError(CommandError):
    """The command as typed cannot work; nothing was sent."""

    exit_code = 2
