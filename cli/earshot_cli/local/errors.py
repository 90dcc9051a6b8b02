"""The errors of the local stack; each is shown in one sentence."""


class LocalStackError(Exception):
    """The local stack cannot do what was asked; its text is the sentence the user reads."""


class AlreadyRunningError(LocalStackError):
    """Another local stack uses the same state."""


class PortTakenError(LocalStackError):
    """The gateway's port belongs to someone else."""


class EngineError(LocalStackError):
    """The engine did not start, or went away."""


class TemplateError(LocalStackError):
    """The template cannot be read, or points at nothing."""


class DeployError(LocalStackError):
    """The engine refused the stack."""


class StackReplyError(LocalStackError):
    """A deployed function or route did not reply as it should."""
