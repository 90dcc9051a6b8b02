"""The API as a client meets it: whether it replies, accepts the key, and has the same time as this machine."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from earshot_cli.ops.doctor.results import REDEPLOY, CheckResult, Finding
from earshot_cli.phrases import span

PATH = "/v1/surveys"
# Ids are accepted up to five minutes ahead, and signatures of AWS are too.
CLOCK_DIFFERENCE_SECONDS = 120
SLOW_SECONDS = 5.0


@dataclass(frozen=True)
class Reply:
    """One reply of the API: its status (None: no reply), how long it took, how far its clock is ahead (seconds)."""

    url: str
    status: int | None
    seconds: float = 0
    ahead: float | None = None
    with_key: bool = True
    reason: str = ""


def check(url: str, api_key: str | None) -> CheckResult:
    """Call the API once; without a key, a refusal is a good reply too."""
    if not url:
        fix = f"{REDEPLOY[:-1]}, or pass its address with --url."
        return CheckResult("API", "no address", [Finding("API", "the stack has no output with its address.", fix)])
    reply = _call(url.rstrip("/"), api_key)
    seen = f"{reply.status} within {reply.seconds * 1000:,.0f} ms" if reply.status else "no reply"
    without = "" if reply.with_key else ", called without a key"
    return CheckResult("API", f"{reply.url}, {seen}{without}", [Finding("API", *fault) for fault in faults(reply)])


def faults(reply: Reply) -> Iterator[tuple[str, str, str | None]]:
    """Yield each fault of a reply, its fix and its runbook."""
    if reply.status is None:
        yield f"no reply from {reply.url} ({reply.reason}).", "Is it the stack's address, and is it up?", None
        return
    if reply.status >= 500:
        yield f"it replies {reply.status}.", "Read the logs of read_results and manage_surveys.", "server-errors"
    elif reply.with_key and reply.status in {401, 403}:
        fix = "Check EARSHOT_API_KEY; `earshot key create` makes another, with the scope surveys:read."
        yield f"it refuses the key ({reply.status}).", fix, None
    elif reply.status not in {200, 401}:
        yield f"it replies {reply.status}, which Earshot never does.", "Is EARSHOT_URL this stack's address?", None
    if reply.seconds > SLOW_SECONDS:
        yield f"it took {reply.seconds:.1f} seconds to reply.", "Try again; if it stays slow, read its log.", None
    if reply.ahead is not None and abs(reply.ahead) > CLOCK_DIFFERENCE_SECONDS:
        way = "ahead of" if reply.ahead > 0 else "behind"
        fix = "Set this machine's clock: ids of imports and AWS's signatures depend on it."
        yield f"its clock is {span(abs(reply.ahead))} {way} this machine's.", fix, None


def _call(url: str, api_key: str | None) -> Reply:
    headers = {"accept": "application/json", "user-agent": "earshot-cli"}
    if api_key:
        headers["authorization"] = f"Bearer {api_key}"
    began = time.monotonic()
    with urllib3.PoolManager(timeout=Timeout(connect=5, read=35)) as pool:
        try:
            reply = pool.request("GET", url + PATH, headers=headers, retries=False)
        except HTTPError as error:
            return Reply(url, None, with_key=bool(api_key), reason=type(error).__name__)
    seconds = time.monotonic() - began
    return Reply(url, reply.status, seconds, _ahead(reply.headers.get("date"), seconds), bool(api_key))


def _ahead(date: str | None, seconds: float) -> float | None:
    try:
        return parsedate_to_datetime(date or "").timestamp() - (time.time() - seconds / 2)
    except ValueError:
        return None
