"""Alerts in a channel of Slack: by a bot, whose messages can be found again, or by an incoming webhook, the simple way.

Slack replies 200 to nearly everything; what happened is in `ok` and `error`. A bot's message has our id in its
metadata, so that one whose outcome is unknown is looked for before it is posted again.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import monotonic
from typing import Any
from urllib.parse import urlencode

from earshot.adapters.https_sender import Failure, HttpsSender, Limits, Method, Reply
from earshot.domain.alert_words import facts_of, title_of
from earshot.domain.deliveries import Delivery
from earshot.domain.delivery_outcome import (
    Ambiguous,
    Delivered,
    DestinationBroken,
    Down,
    Outcome,
    Rejected,
    outcome_of_status,
)
from earshot.domain.destination_url import DestinationUrl
from earshot.domain.message_types import DIGEST
from earshot.ports.destinations import Message, Target

API = "https://slack.com/api"
EVENT = "earshot_alert"
# What Slack takes at most in a header and in a section.
LONGEST_HEADER, LONGEST_SECTION, MOST_FIELDS, MOST_SECTIONS = 150, 3_000, 10, 40
# An attempt may be dated a little before our clock says (seconds); so many messages are looked through, page by page.
SKEW, LOOKED_THROUGH, MOST_PAGES = 60, 50, 20
# A page has its messages whole, with all their blocks.
LIMITS = Limits(read=4.0, total=4.0, reply=2 * 1024 * 1024)
# After so many seconds of a search no further call of it is begun: with the post after it, and all of that once more
# with new credentials, it ends before the function does.
LONGEST_ATTEMPT = 5.0
BROKEN = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope"}
)
NOT_YET = frozenset({"ratelimited", "rate_limited", "service_unavailable", "team_added_to_org"})
# The address of an incoming webhook is its credential: these say that there is no such service.
GONE = frozenset({403, 404, 410})
UNKNOWN = frozenset({"fatal_error", "internal_error", "request_timeout"})
TOO_SLOW = Ambiguous("it replied too slowly for all calls of an attempt")
MEANINGS = {
    "channel_not_found": "the bot does not see this channel: invite it, or correct the channel",
    "not_in_channel": "the bot is not in this channel: invite it",
    "is_archived": "the channel is archived",
    "missing_scope": "the bot lacks a scope: it needs chat:write, and channels:history or groups:history",
}


class SlackSender:
    """The `Sender` of the kind `slack`; `read_url` checks the address of an incoming webhook at each attempt.

    `clock` counts the seconds of an attempt.
    """

    def __init__(
        self,
        sender: HttpsSender,
        read_url: Callable[[str], DestinationUrl],
        api: str = API,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._sender, self._read_url, self._api, self._clock = sender, read_url, api, clock

    def render(self, message: Message, target: Target) -> str:
        """Write the message: a text for notifications, and blocks."""
        is_digest = message.type == DIGEST
        title = str(message.data["title"]) if is_digest else title_of(message.type, message.data)
        blocks = _digest_blocks(message.data) if is_digest else _blocks(title, message)
        content = {"text": _escaped(title), "blocks": blocks, "unfurl_links": False}
        if "channel" not in target.destination.settings:
            return json.dumps(content, ensure_ascii=False)
        content |= {
            "channel": target.destination.settings["channel"],
            "unfurl_media": False,
            "metadata": {"event_type": EVENT, "event_payload": {"delivery": message.id}},
        }
        return json.dumps(content, ensure_ascii=False)

    def send(self, _delivery: Delivery, body: str, target: Target, now: int) -> Outcome:
        """Post a message."""
        if "channel" in target.destination.settings:
            return _outcome(self._call("POST", "chat.postMessage", target, body), now)
        try:
            url = self._read_url(target.credentials.fields["webhook_url"])
        except (KeyError, ValueError) as exc:
            return DestinationBroken("address", f"the address of the incoming webhook is refused: {exc}")
        reply = self._sender.send("POST", url, headers=_JSON, body=body.encode())
        if not isinstance(reply, Reply):
            return reply
        if reply.status in GONE:
            return DestinationBroken("auth", f"Slack knows no such incoming webhook ({reply.status})", reply.status)
        return outcome_of_status(reply.status, reply.headers, now)

    def probe(self, delivery: Delivery, target: Target, now: int) -> Outcome | None:
        """Look for our message in the channel that it was sent to, since the attempt; None if it is not there."""
        channel = json.loads(delivery.body or "{}").get("channel") or target.destination.settings.get("channel")
        if channel is None:
            return None
        end = self._clock() + LONGEST_ATTEMPT
        return self._find(delivery.id, delivery.uncertain_since or now, channel, target, now, end)

    def erase(self, delivery: Delivery, target: Target, now: int) -> Outcome:
        """Delete a bot's messages, after a replay several; one is looked for if no reply told its id."""
        channel = target.destination.settings.get("channel")
        if channel is None:
            return Rejected("a message of an incoming webhook cannot be found again", None)
        end = self._clock() + LONGEST_ATTEMPT
        for written in filter(None, (delivery.vendor_id or "").split(",")):
            done = self._delete(written, target, now, end)
            if not isinstance(done, Delivered):
                return done
        if delivery.uncertain_since is None:
            return Delivered(delivery.vendor_id, 200)
        found = self._find(delivery.subject, delivery.uncertain_since, channel, target, now, end)
        if isinstance(found, Delivered) and found.vendor_id:
            return self._delete(found.vendor_id, target, now, end)
        return found or Delivered(None, 200)

    def _delete(self, vendor_id: str, target: Target, now: int, end: float) -> Outcome:
        """Delete a message, if it is still there."""
        if self._clock() >= end:
            return TOO_SLOW
        channel, _, ts = vendor_id.partition("/")
        done = _outcome(self._call("POST", "chat.delete", target, json.dumps({"channel": channel, "ts": ts})), now)
        is_gone = isinstance(done, Rejected) and "message_not_found" in done.reason
        return Delivered(vendor_id, 200) if is_gone else done

    def _find(self, delivery: str, since: int, channel: str, target: Target, now: int, end: float) -> Outcome | None:
        """Return the message of a delivery in a channel since a moment (Unix milliseconds); None if there is none."""
        query = {
            "channel": channel,
            "oldest": f"{since // 1000 - SKEW}",
            "include_all_metadata": "true",
            "limit": str(LOOKED_THROUGH),
        }
        for _ in range(MOST_PAGES):
            if self._clock() >= end:
                return TOO_SLOW
            reply = self._call("GET", f"conversations.history?{urlencode(query)}", target)
            outcome = _outcome(reply, now)
            if not isinstance(outcome, Delivered) or not isinstance(reply, Reply):
                return outcome
            page = _read(reply)
            for message in page.get("messages", ()):
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == EVENT and metadata["event_payload"].get("delivery") == delivery:
                    return Delivered(f"{channel}/{message['ts']}", reply.status)
            query["cursor"] = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not query["cursor"]:
                return None
        return Rejected(f"the message is not among the newest {MOST_PAGES * LOOKED_THROUGH:,} of the channel", None)

    def _call(self, method: Method, name: str, target: Target, body: str | None = None) -> Reply | Failure:
        headers = {**_JSON, "authorization": f"Bearer {target.credentials.fields.get('bot_token', '')}"}
        url = self._read_url(f"{self._api}/{name}")
        return self._sender.send(method, url, headers=headers, body=None if body is None else body.encode())


def _outcome(reply: Reply | Failure, now: int) -> Outcome:
    """Return what became of a call of the API, whatever its status says."""
    if not isinstance(reply, Reply):
        return reply
    outcome = outcome_of_status(reply.status, reply.headers, now)
    return _refusal(reply) or _written(reply) if isinstance(outcome, Delivered) else outcome


def _written(reply: Reply) -> Delivered:
    """Return the message by its channel and its time, which together are its id; other calls have none."""
    read = _read(reply)
    return Delivered(f"{read['channel']}/{read['ts']}" if "ts" in read else None, reply.status)


def _refusal(reply: Reply) -> Outcome | None:
    """Return why Slack refused a call that it replied 200 to; None if it did not."""
    read = _read(reply)
    if read.get("ok") is True:
        return None
    error = str(read.get("error", "no error named"))
    reason = f"Slack refused it ({error}){': ' + MEANINGS[error] if error in MEANINGS else ''}"
    if error in BROKEN:
        return DestinationBroken("auth", reason, reply.status)
    if error in UNKNOWN or not read:
        return Ambiguous(reason, reply.status)
    return Down(reason, reply.status) if error in NOT_YET else Rejected(reason, reply.status)


_JSON = {"content-type": "application/json; charset=utf-8"}


def _read(reply: Reply) -> Mapping[str, Any]:
    """Read a reply's JSON object; an empty one if it is none."""
    try:
        found = json.loads(reply.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _blocks(title: str, message: Message) -> list[dict[str, Any]]:
    """Return the blocks of a message: what happened, the words, the facts and the link."""
    data = message.data
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title[:LONGEST_HEADER], "emoji": False}}
    ]
    if data.get("comment"):
        quoted = "\n".join(f">{line}" for line in _escaped(str(data["comment"])).splitlines())
        blocks.append(_section(quoted))
    facts = [f"*{_escaped(name)}*\n{_escaped(str(value))[:500]}" for name, value in facts_of(message.type, data)]
    if facts:
        fields = [{"type": "mrkdwn", "text": fact} for fact in facts[:MOST_FIELDS]]
        blocks.append({"type": "section", "fields": fields})
    links = [f"<{link}|Look at the {name}>" for name, link in (data.get("links") or {}).items()]
    return [*blocks, *({"type": "context", "elements": [{"type": "mrkdwn", "text": link}]} for link in links)]


def _digest_blocks(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the blocks of a digest: what it is about, its parts, and what its figures are of."""
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": data["title"][:LONGEST_HEADER], "emoji": False}},
        _section(_escaped(data["about"])),
    ]
    parts = [(f"*{_escaped(part['title'])}*", *map(_escaped, part["lines"])) for part in data["sections"]]
    blocks += [_section(text) for lines in parts for text in _joined(lines)][:MOST_SECTIONS]
    notes = [{"type": "mrkdwn", "text": _escaped(note)} for note in data["notes"][:MOST_FIELDS]]
    return [*blocks, {"type": "context", "elements": notes}] if notes else blocks


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as texts that a section has room for: no line is divided, and none is lost."""
    text = ""
    for line in lines:
        if text and len(text) + 1 + len(line) > LONGEST_SECTION:
            yield text
            text = line
        else:
            text = f"{text}\n{line}" if text else line
    yield text


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:LONGEST_SECTION]}}


def _escaped(text: str) -> str:
    """Escape what would be a link or a mention: a comment must never call a whole channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
