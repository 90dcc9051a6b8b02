"""The API as a caller meets it: whether it answers, whether the key opens it, and whether the clocks agree."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from earshot_cli.ops.doctor.results import Examined, Finding, span

PATH = "/v1/surveys"
# Ids are believed up to five minutes ahead, and signatures of AWS are too.
CLOCKS_AGREE_SECONDS = 120
SLOW_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """What the API said to one call: its status (None: nothing), how long that took, and how far its clock is ahead."""

    url: str
    status: int | None
    seconds: float = 0
    ahead: float | None = None
    with_key: bool = True
    reason: str = ""


def examine(url: str, api_key: str | None) -> Examined:
    """Call the API once, without a key if there is none: being refused is an answer too."""
    if not url:
        mend = "Deploy the stack again, or say with --url where it answers."
        return Examined("API", "no address", [Finding("API", "the stack does not say where it answers.", mend)])
    answer = _ask(url.rstrip("/"), api_key)
    seen = f"{answer.status} within {answer.seconds * 1000:,.0f} ms" if answer.status else "no answer"
    without = "" if answer.with_key else ", asked without a key"
    return Examined("API", f"{answer.url}, {seen}{without}", judge(answer))


def judge(answer: Answer) -> list[Finding]:
    """Find an API that is away, slow, failing or closed to the key."""
    return [Finding("API", *fault) for fault in _faults(answer)]


def _faults(answer: Answer) -> Iterator[tuple[str, str, str | None]]:
    if answer.status is None:
        yield f"nothing answers at {answer.url} ({answer.reason}).", "Is it the stack's address, and is it up?", None
        return
    if answer.status >= 500:
        yield (
            f"it answers {answer.status}.",
            "Read the log of read_results and manage_surveys for the reason.",
            "server-errors",
        )
    elif answer.with_key and answer.status in {401, 403}:
        yield (
            f"it refuses the key ({answer.status}).",
            "Check EARSHOT_API_KEY; `earshot key create` makes another, with the scope surveys:read.",
            None,
        )
    elif answer.status not in {200, 401}:
        yield f"it answers {answer.status}, as no Earshot does.", "Is EARSHOT_URL the address of this stack?", None
    if answer.seconds > SLOW_SECONDS:
        yield f"it took {answer.seconds:.1f} seconds to answer.", "Look again; if it stays slow, read its log.", None
    if answer.ahead is not None and abs(answer.ahead) > CLOCKS_AGREE_SECONDS:
        way = "ahead of" if answer.ahead > 0 else "behind"
        yield (
            f"its clock is {span(abs(answer.ahead))} {way} this machine's.",
            "Set this machine's clock: keys of imports and AWS's signatures depend on it.",
            None,
        )


def _ask(url: str, api_key: str | None) -> Answer:
    headers = {"accept": "application/json", "user-agent": "earshot-cli"}
    if api_key:
        headers["authorization"] = f"Bearer {api_key}"
    began = time.monotonic()
    with urllib3.PoolManager(timeout=Timeout(connect=5, read=35)) as pool:
        try:
            answer = pool.request("GET", url + PATH, headers=headers, retries=False)
        except HTTPError as error:
            return Answer(url, None, with_key=bool(api_key), reason=type(error).__name__)
    seconds = time.monotonic() - began
    return Answer(url, answer.status, seconds, _ahead(answer.headers.get("date"), seconds), bool(api_key))


def _ahead(date: str | None, seconds: float) -> float | None:
    try:
        told = parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return None
    return told - (time.time() - seconds / 2)
