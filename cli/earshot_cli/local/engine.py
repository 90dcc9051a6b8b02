"""Starts and stops the engine, a process of its own in its own environment."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.error import URLError
from urllib.request import ProxyHandler, Request, build_opener

from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.errors import EngineError
from earshot_cli.local.ministack_guard import TOKEN_HEADER
from earshot_cli.local.private_files import write_private
from earshot_cli.local.settings import Settings
from earshot_cli.local.shutdown import saved

ENTRY = Path(__file__).with_name("ministack_main.py")
ENTRY_WITH_ROLES = Path(__file__).with_name("ministack_main_with_roles.py")
BACKLOG_PATH = "/_earshot/backlog"
REGION = "us-east-1"
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
PASSED_ON = ("PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", *PROXIES)
START_SECONDS = 30
LOG_BYTES = 20_000_000

_direct = build_opener(ProxyHandler({}))


class Engine:
    """A running engine, reached at `endpoint`."""

    def __init__(self, settings: Settings, process: subprocess.Popen[bytes], endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._settings = settings
        self._process = process

    @classmethod
    def start(cls, settings: Settings) -> Self:
        """Start an engine on a free port and return at once; `wait` returns when it is ready."""
        if not settings.engine_python.exists():
            raise EngineError("The engine's environment is missing: run `make build` first.")
        shutil.rmtree(settings.scratch, ignore_errors=True)
        settings.scratch.mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as listener, _open_log(settings.log) as log:
            port, token = listener.getsockname()[1], secrets.token_hex(32)
            process = subprocess.Popen(
                [settings.engine_python, ENTRY_WITH_ROLES if settings.enforce_roles else ENTRY],
                env=_environment(settings, port, token, listener.fileno()),
                cwd=settings.scratch,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )
        write_private(settings.engine_record, {"pid": process.pid, "port": port, "token": token})
        return cls(settings, process, Endpoint(f"http://127.0.0.1:{port}", token))

    def wait(self) -> None:
        """Wait until it replies."""
        deadline = time.monotonic() + START_SECONDS
        while not self.alive or backlog(self.endpoint, timeout=START_SECONDS) is None:
            if not self.alive:
                raise EngineError(f"The engine stopped while starting; see {self._settings.log}.")
            if time.monotonic() > deadline:
                raise EngineError(f"The engine did not reply within {START_SECONDS} s; see {self._settings.log}.")
            time.sleep(0.05)

    @property
    def alive(self) -> bool:
        """Return whether the process is still there."""
        return self._process.poll() is None

    def stop(self, report: Callable[[str], None]) -> None:
        """Make it save its state and end, with everything it started."""
        self._process.terminate()
        try:
            if not saved(self._process.pid, self._settings.state, lambda: not self.alive, report):
                raise EngineError("The engine did not stop by itself; what it had not saved is lost.")
        finally:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            shutil.rmtree(self._settings.scratch, ignore_errors=True)
            self._settings.engine_record.unlink(missing_ok=True)


def backlog(endpoint: Endpoint, timeout: float = 5) -> dict[str, int] | None:
    """Return what is on its way inside the engine; None if the engine does not reply."""
    request = Request(endpoint.url + BACKLOG_PATH, headers={TOKEN_HEADER: endpoint.token})  # noqa: S310 - our own
    try:
        with _direct.open(request, timeout=timeout) as reply:
            state: Any = json.load(reply)
    except (URLError, OSError, ValueError):
        return None
    return state if isinstance(state, dict) and "pid" in state else None


def _open_log(path: Path) -> Any:
    start_over = path.exists() and path.stat().st_size > LOG_BYTES
    return path.open("wb" if start_over else "ab")


def _environment(settings: Settings, port: int, token: str, listener: int) -> Mapping[str, str]:
    """Nothing of the user's AWS account gets in, and nothing of the engine gets out of its folder."""
    scratch = str(settings.scratch)
    return {
        **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
        "NO_PROXY": "127.0.0.1,localhost",
        "TZ": "UTC",
        "HOME": scratch,
        "TMPDIR": scratch,
        "S3_DATA_DIR": f"{scratch}/s3",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(settings.state),
        "EARSHOT_OUTBOX": str(settings.outbox),
        # The functions inherit these; the template knows no clock and no stand-in for a vendor.
        "EARSHOT_CLOCK_FILE": str(settings.clock),
        "EARSHOT_SLACK_API": settings.slack_api,
        "EARSHOT_HUBSPOT_API": settings.hubspot_api,
        "EARSHOT_ENGINE_SOCKET": str(listener),
        "EARSHOT_DECISIONS": str(settings.decisions),
        "EARSHOT_STRICT": settings.strictness.text,
        **_account_concurrency(settings),
        "AUTH": str(settings.enforce_roles).lower(),
        "BIND_HOST": "127.0.0.1",
        # Queues are kept under an address made of this port, so it stays the same whatever the socket is.
        "GATEWAY_PORT": "4566",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "DOCKER_HOST": f"unix://{scratch}/none",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        **credentials(token),
    }


def _account_concurrency(settings: Settings) -> Mapping[str, str]:
    """Return the account's concurrency, which MiniStack reads by itself; without one it is what the machine bears."""
    concurrency = settings.strictness.concurrency
    return {} if concurrency is None else {"LAMBDA_ACCOUNT_CONCURRENCY": str(concurrency)}


def credentials(token: str = "") -> dict[str, str]:
    """Return variables under which an AWS client can reach nothing but the engine whose session token it is."""
    return {
        **({"AWS_SESSION_TOKEN": token} if token else {}),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
