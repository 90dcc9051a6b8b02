"""Find the address of a visitor, also behind CloudFront, where a request comes from an edge's address."""

from collections.abc import Callable, Sequence
from hmac import compare_digest

from earshot.api.request import Request
from earshot.domain.errors import BusyError
from earshot.observability import log_failure

# A function at the edge writes the first, the distribution the second; both replace what a visitor sends.
VIEWER, SECRET = "x-earshot-viewer", "x-earshot-cdn-secret"


def viewer_address(request: Request, secrets: Callable[[], Sequence[bytes]] | None) -> str:
    """Return the address that the edge names, if the request proves to come from the edge; else API Gateway's.

    `secrets` returns what proves it, and is None without a CDN. It is personal, and never logged.
    """
    viewer, proof = request.headers.get(VIEWER), request.headers.get(SECRET)
    if secrets is None or not viewer or not proof:
        return request.address
    try:
        known = secrets()
    except BusyError:
        # Better that the visitors of one edge share a limit for a moment than that a response is lost.
        return request.address
    except Exception as exc:  # noqa: BLE001 - it is gone, not to be decrypted, without a key: no response is lost by it
        log_failure("CDN secret not readable", exc, correlation_id=request.id)
        return request.address
    # A stranger may send anything, which must not cost their response.
    sent = proof.encode(errors="replace")
    return viewer if any(compare_digest(sent, each) for each in known) else request.address
