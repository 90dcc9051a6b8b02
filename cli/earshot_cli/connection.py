"""Which Earshot the command talks to, and with which key."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from earshot_cli.client import Client
from earshot_cli.errors import UsageError
from earshot_cli.local.endpoint import Endpoint

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def connect(url: str | None, api_key: str | None) -> Client:
    """Take the URL and the key as given; without either, those of the local engine of this directory."""
    return Client(*where(url, api_key))


def where(url: str | None, api_key: str | None) -> tuple[str, str]:
    """Return the URL and the key, checked, that `connect` takes; UsageError names the missing one."""
    if not url and not api_key:
        url, api_key = _local(_file())
    if not url:
        raise UsageError("An API key without a URL: set EARSHOT_URL or pass --url.")
    if not api_key:
        # The local key is never sent to another server.
        raise UsageError(f"No API key for {url}: set EARSHOT_API_KEY or pass --api-key.")
    scheme, host = _parts(url.strip())
    if scheme not in {"https", "http"} or not host:
        raise UsageError(f"{url} is not a URL: EARSHOT_URL starts with https:// (or http:// for a local engine).")
    if scheme == "http" and host not in LOOPBACK:
        raise UsageError(f"{url} would carry the API key unencrypted: use https:// (http:// is for this machine only).")
    if not (api_key := api_key.strip()).isascii() or not api_key.isprintable():
        raise UsageError("The API key has invalid characters: was it copied completely?")
    return url.strip(), api_key


def _parts(url: str) -> tuple[str, str | None]:
    """Return scheme and host of a URL, nothing of a text that cannot be one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", None
    return parts.scheme, parts.hostname


@dataclass(frozen=True)
class LocalStack:
    """The stack that `make run` started in this directory."""

    url: str
    engine: Endpoint
    clock: Path


def local_stack(url: str | None) -> LocalStack:
    """Return the local stack of this directory; refuse any other URL, since a deployed stack has no clock to move."""
    file = _file()
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
        stack = LocalStack(str(saved["url"]), _endpoint(saved), Path(_absolute(saved["clock"])))
    except FileNotFoundError:
        raise UsageError(_no_clock(url) or f"No local Earshot: run this where `make run` wrote {file}.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(_no_clock(url) or f"{file} has no clock: start `make run` again.") from None
    if (url or stack.url).strip().rstrip("/") != stack.url or urlsplit(stack.url).hostname != "127.0.0.1":
        raise UsageError(str(_no_clock(url or stack.url)))
    return stack


@dataclass(frozen=True)
class Console:
    """The console of the stack that `make run` started in this directory, and the function that makes links to it."""

    url: str
    function: str
    engine: Endpoint


def local_console(url: str) -> Console:
    """Return the console of the local stack of this directory; UsageError if the URL is another one's."""
    file = _file()
    hint = "pass --function with the stack's output InvitationsFunction"
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
        found = Console(str(saved["console"]), str(saved["invitations_function"]), _endpoint(saved))
        is_this = str(saved["url"]) == url.rstrip("/")
    except FileNotFoundError:
        raise UsageError(f"No local Earshot here: {hint}.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{file} is not what `make run` writes: start `make run` again.") from None
    if not is_this:
        raise UsageError(f"{url} is not the local Earshot of this directory: {hint}.")
    return found


def engine_endpoint() -> Endpoint:
    """Return the engine that `make run` started in this directory, for what takes AWS credentials."""
    file = _file()
    try:
        return _endpoint(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise UsageError(
            "Which Earshot? Name a deployed stack (--stack NAME, with --region and --profile as needed; "
            f"it takes AWS credentials), or run this where `make run` wrote {file}."
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{file} is not what `make run` writes: start `make run` again.") from None


def _endpoint(saved: Any) -> Endpoint:
    url, token = saved["engine_endpoint"], saved["engine_token"]
    if not (isinstance(url, str) and isinstance(token, str)):
        raise TypeError("an address and a token are texts")
    return Endpoint(url, token)


def _no_clock(url: str | None) -> str | None:
    """Return why the clock of a URL cannot be moved, None without a URL."""
    return url and f"The clock of {url} cannot be moved: only the local Earshot of `make run` has one that moves."


def _absolute(path: Any) -> str:
    if not isinstance(path, str) or not path.startswith("/"):
        raise ValueError("no absolute path")
    return path


def _file() -> Path:
    return Path(os.environ.get("EARSHOT_LOCAL_DIR") or ".local", "earshot.json")


def _local(file: Path) -> tuple[str, str]:
    try:
        local = json.loads(file.read_text(encoding="utf-8"))
        url, api_key = str(local["url"]), str(local["api_key"])
    except FileNotFoundError:
        raise UsageError(
            "Which Earshot? Set EARSHOT_URL and EARSHOT_API_KEY (or pass --url and --api-key), "
            f"or run this where `make run` wrote {file}."
        ) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{file} is not what `make run` writes: start `make run` again.") from None
    return url, api_key
