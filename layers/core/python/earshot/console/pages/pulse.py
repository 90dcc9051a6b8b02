"""Whether there is anything new: asked by an open page every 15 seconds, answered from one small item."""

from hashlib import sha256

from earshot.console.reply import Reply, json_reply
from earshot.console.visit import Visit
from earshot.domain.response import ALL

NOT_MODIFIED = 304


def pulse(visit: Visit) -> Reply:
    """Return when the scores were last computed, as an ETag; 304 if nothing happened since."""
    survey = visit.parts["survey"]
    visit.require("scores:read", survey)
    found = visit.deps.scores().summaries([(survey, ALL)])
    state = ",".join(str(each.computed_at) for each in found.values())
    tag = f'"{sha256(state.encode()).hexdigest()[:16]}"'
    if visit.request.headers.get("if-none-match") == tag:
        return Reply(NOT_MODIFIED, b"", {"etag": tag, "cache-control": "no-store, private"})
    reply = json_reply({"text": visit.texts("pulse.new"), "button": visit.texts("pulse.show")})
    return Reply(reply.status, reply.body, {**reply.headers, "etag": tag})
