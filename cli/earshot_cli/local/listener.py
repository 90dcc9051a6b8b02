"""Takes the gateway's port under both of this machine's addresses, or says why it cannot be taken."""

import errno
import socket

from earshot_cli.local.errors import PortTakenError

# What a machine without IPv6 says.
NO_IPV6 = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT}


def take_port(port: int) -> socket.socket:
    """Take the gateway's port before anything else is started."""
    try:
        return socket.create_server(("127.0.0.1", port), backlog=1024)
    except OSError as error:
        raise _refusal(error, port) from None


def take_port_of_ipv6(listener: socket.socket) -> socket.socket | None:
    """Take the same port of ::1, where browsers may look for localhost first; None on a machine without IPv6.

    Else another user of the machine could take it, and be sent the cookies of the console.
    """
    port = listener.getsockname()[1]
    if not socket.has_ipv6:
        return None
    try:
        return socket.create_server(("::1", port), family=socket.AF_INET6, backlog=1024)
    except OSError as error:
        if error.errno in NO_IPV6:
            return None
        raise _refusal(error, port) from None


def _refusal(error: OSError, port: int) -> Exception:
    """Return why a port cannot be taken, in words where the user can do something about it."""
    if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
        return error
    why = "is taken" if error.errno == errno.EADDRINUSE else "needs more rights than you have"
    return PortTakenError(f"Port {port} {why}; choose another one, for example: EARSHOT_PORT=8081 make run")
