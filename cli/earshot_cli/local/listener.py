"""Takes the gateway's port, or says why it cannot be taken."""

import errno
import socket

from earshot_cli.local.errors import PortTakenError


def take_port(port: int) -> socket.socket:
    """Take the gateway's port before anything else is started."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=1024)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        why = "is taken" if error.errno == errno.EADDRINUSE else "needs more rights than you have"
        raise PortTakenError(
            f"Port {port} {why}; choose another one, for example: EARSHOT_PORT=8081 make run"
        ) from None
