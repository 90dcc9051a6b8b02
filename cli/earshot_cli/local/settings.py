"""The local stack's folders and settings, read once from the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from earshot_cli.local.errors import LocalStackError
from earshot_cli.local.strictness import Strictness

ROOT = Path(__file__).resolve().parents[3]
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.ASCII)
CRM_URL = re.compile(r"https://\S+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/\S*)?")
# What stands in for a vendor gets the credentials of a destination, so it is on this machine.
STAND_IN = re.compile(r"http://(127\.0\.0\.1|localhost):[0-9]+(/\S*[^\s/])?", re.ASCII)


@dataclass(frozen=True)
class Settings:
    """What EARSHOT_PORT, _CRM_URL, _LOCAL_DIR, _TEMPLATE, _ROLES, _LIMITS, _STRICT, _HOSTS and _DEMO say.

    So do _SLACK_API and _HUBSPOT_API.
    """

    port: int
    crm_url: str
    local_dir: Path
    template: Path
    root: Path = ROOT
    enforce_roles: bool = False
    enforce_limits: bool = False
    strictness: Strictness = field(default_factory=Strictness)
    hosts: frozenset[str] = frozenset()
    has_demo: bool = True
    slack_api: str = ""
    hubspot_api: str = ""

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings; name the variable that makes no sense."""
        return cls(
            port=_port(env.get("EARSHOT_PORT", "")),
            crm_url=_crm_url(env.get("EARSHOT_CRM_URL", "")),
            local_dir=Path(env.get("EARSHOT_LOCAL_DIR") or ROOT / ".local").resolve(),
            template=Path(env.get("EARSHOT_TEMPLATE") or ROOT / "template.yaml").resolve(),
            enforce_roles=_enforced("EARSHOT_ROLES", env, "roles that are not checked"),
            enforce_limits=_enforced("EARSHOT_LIMITS", env, "routes that take all"),
            strictness=_strictness(env.get("EARSHOT_STRICT", "")),
            hosts=_hosts(env.get("EARSHOT_HOSTS", "")),
            has_demo=_with_demo(env.get("EARSHOT_DEMO", "")),
            slack_api=_stand_in("EARSHOT_SLACK_API", env),
            hubspot_api=_stand_in("EARSHOT_HUBSPOT_API", env),
        )

    @property
    def connection(self) -> Path:
        """The file from which the `earshot` command reads where the stack is; holds a key, so mode 0600."""
        return self.local_dir / "earshot.json"

    @property
    def state(self) -> Path:
        """What the engine keeps from run to run."""
        return self.local_dir / "state"

    @property
    def clock(self) -> Path:
        """How far the stack's clock was moved on, in milliseconds; not there as long as it never was."""
        return self.local_dir / "clock"

    @property
    def outbox(self) -> Path:
        """The mails that were sent, a file each."""
        return self.state / "outbox"

    @property
    def scratch(self) -> Path:
        """The engine's temporary folder, gone when it stops."""
        return self.local_dir / "tmp"

    @property
    def log(self) -> Path:
        """What the engine and the functions' workers say."""
        return self.local_dir / "engine.log"

    @property
    def decisions(self) -> Path:
        """What each role asked for and whether it was allowed, if roles are enforced."""
        return self.local_dir / "decisions.jsonl"

    @property
    def demo_day(self) -> Path:
        """Return the day before which the demo's year ends, known once the year begins to be written."""
        return self.local_dir / "demo-day"

    @property
    def lock(self) -> Path:
        """Held by the process that runs the stack, so that there is one for each state."""
        return self.local_dir / "lock"

    @property
    def engine_record(self) -> Path:
        """Which engine was started last, to stop it should it outlive us."""
        return self.local_dir / "engine.json"

    @property
    def engine_python(self) -> Path:
        """The interpreter of the engine's own environment."""
        return self.root / ".venv-engine" / "bin" / "python"

    @property
    def layer_requirements(self) -> Path:
        """The layer's dependencies, installed by `make build`."""
        return self.root / "build" / "layer" / "python"


def _port(text: str) -> int:
    if not text:
        return 8080
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise LocalStackError(f"EARSHOT_PORT is {text!r}; it must be a port number from 0 (any free one) to 65535.")
    return int(text)


def _crm_url(text: str) -> str:
    if text and not CRM_URL.fullmatch(text):
        raise LocalStackError(
            f"EARSHOT_CRM_URL is {text!r}; it must be an https address, or http on 127.0.0.1 or localhost."
        )
    return text


def _stand_in(name: str, env: Mapping[str, str]) -> str:
    text = env.get(name, "")
    if text and not STAND_IN.fullmatch(text):
        raise LocalStackError(f"{name} is {text!r}; it must be http on 127.0.0.1 or localhost with a port.")
    return text


def _enforced(name: str, env: Mapping[str, str], otherwise: str) -> bool:
    text = env.get(name, "")
    if text not in {"", "enforced"}:
        raise LocalStackError(f'{name} is {text!r}; it must be "enforced", or empty for {otherwise}.')
    return text == "enforced"


def _strictness(text: str) -> Strictness:
    try:
        return Strictness.read(text)
    except ValueError as error:
        raise LocalStackError(f"EARSHOT_STRICT {error}.") from error


def _hosts(text: str) -> frozenset[str]:
    """Read the names other than 127.0.0.1 and localhost by which the proxy is reached: a tunnel's, a phone's."""
    hosts = frozenset(text.lower().replace(",", " ").split())
    for host in sorted(hosts):
        if not HOST.fullmatch(host):
            raise LocalStackError(
                f"EARSHOT_HOSTS names {host!r}; it must be host names without scheme and port, separated by commas."
            )
    return hosts


def _with_demo(text: str) -> bool:
    if text not in {"", "off"}:
        raise LocalStackError(f'EARSHOT_DEMO is {text!r}; it must be "off", or empty for a demo survey with responses.')
    return not text
