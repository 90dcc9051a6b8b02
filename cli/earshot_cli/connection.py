"""Which Earshot the command talks to, and with which key."""

import json
import os
from pathlib import Path

from earshot_cli.client import Client
from earshot_cli.errors import UsageError
from earshot_cli.screen import note


def connect(url: str | None, api_key: str | None) -> Client:
    """Take the URL and the key as given; without either, those of the local engine of this directory."""
    if not url and not api_key:
        url, api_key = _local(Path(os.environ.get("EARSHOT_LOCAL_DIR") or ".local", "earshot.json"))
    if not url:
        raise UsageError("An API key is given but no URL: set EARSHOT_URL or pass --url.")
    if not api_key:
        # The local key is never sent to another server.
        raise UsageError(f"No API key for {url}: set EARSHOT_API_KEY or pass --api-key.")
    if not url.startswith(("https://", "http://")):
        raise UsageError(f"{url} is not a URL: EARSHOT_URL starts with https:// (or http:// for a local engine).")
    if not (api_key := api_key.strip()).isascii() or not api_key.isprintable():
        raise UsageError("The API key holds characters that no key has: was it copied whole?")
    return Client(url.strip(), api_key)


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
    note(f"Using {url}, the local Earshot of {file}.", "dim")
    return url, api_key
