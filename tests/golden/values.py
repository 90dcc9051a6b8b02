"""What else leaves a process and comes back: tokens, hashes, ids, cursors, tags, events, and names that others read."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt

from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.stream import read_record
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.adapters.identity_tokens import IdentityTokens
from earshot.adapters.link_tokens import Tokens
from earshot.adapters.ses_tags import read_tags, tags_of
from earshot.api.people import make_export_cursor, read_export
from earshot.api.people_lists import make_people_cursor, read_people_list
from earshot.api.queries import make_cursor, read_list
from earshot.api.widget_views import widget_view
from earshot.domain import api_key, ids, keyed_hash
from earshot.domain.bot_detection import Comment
from earshot.domain.eligibility import draw_of
from earshot.domain.email_feedback import Origin
from earshot.domain.events import Event, repeated_events, response_events
from earshot.domain.identity_claims import TokenRules
from earshot.domain.statement import StatementKind
from earshot.emails.composer import Composer
from earshot.ports.responses import ResponseQuery
from earshot.services.invitations import invite_people
from earshot.services.responses import count_known_rows, erase_responses, limit_rate
from earshot_cli.imports.origins import hash_of
from earshot_cli.imports.response_ids import Identity, ResponseIds
from tests.aws_events import EVENTS, stream_record
from tests.factories import DAY, NOON, make_invitation, make_person, make_statement, make_survey, uuid7
from tests.golden.kept_resources import lasting
from tests.golden.stored import RUNNING, SURVEY, changes
from tests.integration.template.stack import source

ROOT = Path(__file__).parents[2]
FILES = Path(__file__).parent / "files"
KEY = b"a key for golden files"
TIME = "2026-11-21T12:00:00.000Z"


def signed() -> dict[str, list[Any]]:
    """Return the link tokens of a mail by their purpose, with what they hold."""
    tokens, made = Tokens([KEY, b"a former key"], lambda: NOON), dict[str, list[Any]]()

    def sign(purpose: str, claims: Mapping[str, str]) -> str:
        made[purpose] = [tokens.make(purpose, claims), dict(claims)]
        return str(made[purpose][0])

    composer = Composer("https://api.example.com", "survey@example.com", sign)
    composer.compose(make_survey(), make_person(), make_invitation())
    return made


def signed_again(kept: dict[str, list[Any]]) -> dict[str, list[Any]]:
    tokens = Tokens([b"a later key", KEY], lambda: NOON + DAY)
    read = {purpose: tokens.read(purpose, token) for purpose, (token, _) in kept.items()}
    maker = Tokens([KEY], lambda: NOON)
    return {purpose: [maker.make(purpose, claims), claims] for purpose, claims in read.items()}


def identities() -> dict[str, str]:
    """Return the secrets of a survey, and a token that its customer signs with the first."""
    made = IdentityTokens(lambda: KEY)
    secret = made.secret("demo")
    claims = {"sub": "ann", "iat": NOON // 1000, "exp": NOON // 1000 + 3600}
    token = jwt.encode(claims, secret, algorithm="HS256")
    return {"secret": secret, "next": made.secret("demo", 2), "token": token}


def identities_again(kept: dict[str, str]) -> dict[str, str]:
    found = IdentityTokens(lambda: KEY).read("demo", TokenRules(2, NOON + DAY), kept["token"], NOON)
    return identities() if found == "ann" else {}


def hashes() -> dict[str, Any]:
    """Return every keyed hash, digest and made id, of fixed words under a fixed key and clock."""
    saved: Any = SimpleNamespace(id="ann")
    wish: Any = SimpleNamespace(seed=RUNNING.seed)
    row = Identity(9, NOON, "ann", "Gut", "email")
    return {
        "mailbox": keyed_hash.mailbox_hash("Ann@Bücher.example", KEY),
        "person id of an address": keyed_hash.made_id("Ann@Example.com", KEY),
        "audit name of a person": keyed_hash.audit_name("ann", KEY),
        "audit name of an address": keyed_hash.audit_name("Ann@Example.com", KEY),
        "API key": [*api_key.compose(bytes(range(30))), api_key.hash_of("earshot_000000000000_")],
        "network": limit_rate._hashed("192.0.2", "demo", NOON, "a salt"),
        "signed person": limit_rate._hashed("person/ann", "demo", NOON, "a salt"),
        "hour": limit_rate._hour(NOON).name,
        "comment": Comment.of("Schlecht").id,
        "draw": draw_of("demo", "ann", uuid7()),
        "part of an import": count_known_rows._name([uuid7(seed="b"), uuid7()]),
        "bulk erasure": erase_responses._hash_of(
            ResponseQuery(limit=9, min_score=3, person="ann", segment=("plan", "pro"))
        ),
        "statement": [
            make_statement(9).digest,
            make_statement(3, comment="Nein", properties={"b": "ü", "a": "1"}, channel="email").digest,
            make_statement(3, excluded=True, exclusion_reason="a test", seconds=1.5, unverified_email="a@b.c").digest,
            make_statement(None, kind=StatementKind.ERASED, comment_score=3).digest,
            make_statement(3, contact_requested=True).digest,
        ],
        "invitation of a campaign": invite_people._id(make_survey(), wish, saved, saved),
        "response of an invitation": ids.mint(NOON, b"invitation/an-id/request-1"),
        "response by a name": ids.named("demo", "order 1"),
        "response of another person": ids.of_person("demo", uuid7(), "ann"),
        "response recorded again": ids.next_generation(uuid7()),
        "imported row": [str(ResponseIds("demo").of_row(row)), str(ResponseIds("demo").of_key("row 1"))],
        "refused row": hash_of(["a", 1, "ü"]),
    }


BELOW = uuid7()
FILTERS = {"from": "2026-11-01", "segment": "plan=pro"}


def cursors() -> dict[str, str | None]:
    """Return a cursor of each list."""
    return {
        "responses": make_cursor(BELOW, "demo", {**FILTERS, "limit": "50"}),
        "people": make_people_cursor("änn"),
        "export": make_export_cursor(f"1:R#demo#{NOON:014d}#{BELOW}"),
    }


def cursors_again(kept: dict[str, str]) -> dict[str, str | None]:
    """Read each cursor as its call does, and make that of the same place again."""
    query = read_list({**FILTERS, "cursor": kept["responses"]}, "demo", make_survey().zone, NOON)
    people = read_people_list({"cursor": kept["people"]})
    after, _ = read_export({"cursor": kept["export"]})
    return {
        "responses": make_cursor(query.below, "demo", FILTERS),
        "people": make_people_cursor(people.after),
        "export": make_export_cursor(after),
    }


ORIGIN = Origin("Änn 1", uuid7(), 2)


def tags_again(kept: Mapping[str, str]) -> dict[str, str]:
    """Read the tags as SES sends them: each with a list of values."""
    found = read_tags({name: [value] for name, value in kept.items()})
    assert found is not None
    return tags_of(found)


def events() -> list[list[Any]]:
    """Return the events of every stored item, and those of responses that are changed or published again."""
    kept = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FILES.glob("stored/*.json"))}
    events: list[Event] = []
    for items in kept.values():
        events += chain.from_iterable(read_record(stream_record(new=item)) for item in items[:4])
    for change in changes():
        events += response_events(change.old, change.new, TIME)
    recorded = (item for item in kept["responses"] if item.get("type", {}).get("S") == "response")
    events += chain.from_iterable(repeated_events(read_response(unmarshalled(item))) for item in recorded)
    of_type: dict[str, list[Event]] = {}
    for event in events:
        of_type.setdefault(event.detail_type, []).append(event)
    # Each in its own ways, and not two hundred alerts of one day.
    return [[event.id, name, event.to_json()] for name in sorted(of_type) for event in of_type[name][:6]]


def schedules() -> dict[str, str]:
    """Return what each schedule sends to its queue."""
    resources = source()["Resources"]
    found = {name: one["Properties"] for name, one in resources.items() if one["Type"] == "AWS::Scheduler::Schedule"}
    return {name: one["Target"]["Input"] for name, one in found.items()}


def schedules_again(kept: dict[str, str]) -> dict[str, str]:
    """Return those inputs that a sample of an event has, which the tests of the functions read."""
    bodies = {
        json.dumps(json.loads(record["body"]))
        for path in EVENTS.glob("*/*.json")
        for record in json.loads(path.read_text(encoding="utf-8")).get("Records", ())
        if record.get("body", "").startswith('{"') and record["body"].endswith("}")
    }
    return {name: text for name, text in kept.items() if json.dumps(json.loads(text)) in bodies}


def storage() -> dict[str, list[str]]:
    """Return the names under which the widget keeps something in localStorage, and of an entry those of its fields."""
    script = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "web/widget").glob("*.js")))
    (queued,) = re.findall(r"const entry = \{ __proto__: null, ([^}]+) \};", script)
    surveys = re.findall(r"(?:this\.keep\(|remember\(this\.place, |kept : )(\{.+?\})\)?;", script)
    return {
        "prefix": sorted(set(re.findall(r'localStorage\.setItem\("([^"]+)" \+ name', script))),
        "names": sorted(set(re.findall(r'(?:remember|recall)\("(\w+)"', script))),
        "name of a survey": re.findall(r"return (`survey[^;]+);", script),
        "an entry of the queue": sorted({*re.findall(r"[a-z]\w*", queued), *re.findall(r"entry\.(\w+) = ", script)}),
        "a survey": sorted(set(re.findall(r"[{,] (\w+)(?=:|,| \})", "\n".join(surveys)))),
    }


def calls() -> Iterator[ast.Call]:
    """Yield every call in functions and layers."""
    for path in sorted(chain.from_iterable((ROOT / top).rglob("*.py") for top in ("functions", "layers"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def metrics() -> list[str]:
    """Return the names of all metrics that functions count."""
    counts = [call for call in calls() if ast.unparse(call.func).rpartition(".")[2] == "count"]
    return sorted({word.arg for call in counts for word in call.keywords if word.arg and word.arg[0].isupper()})


def log_lines() -> list[str]:
    """Return each line that a function logs: its level, its message (`*`: one of several words), its fields.

    One that counts something has `count` for its level, and the names of the counts among its fields.
    """
    lines = set()
    for call in calls():
        name, _, level = ast.unparse(call.func).rpartition(".")
        if level == "count" and any(word.arg and word.arg[0].isupper() for word in call.keywords):
            fields = " ".join([*_keys(call.args[1:]), *(str(word.arg) for word in call.keywords)])
            lines |= {f"{level} | {message} | {fields}" for message in (_texts(call.args[0]) if call.args else [""])}
        if name == "logger" or level == "log_failure":
            fields = " ".join(word.arg or "**" for word in call.keywords)
            lines |= {f"{level} | {message} | {fields}" for message in _texts(call.args[0])}
    return sorted(lines)


def _keys(nodes: Sequence[ast.expr]) -> list[str]:
    """Return the keys of a dictionary that is written where it is used; `**` for another."""
    if nodes and isinstance(nodes[0], ast.Dict):
        return [ast.unparse(key).strip("'") for key in nodes[0].keys if key]
    return ["**"] if nodes else []


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return [str(node.value)] if isinstance(node, ast.Constant) else ["*"]


def queried(kept: Sequence[str]) -> list[str]:
    """Return the lines, if there is one of every message that a runbook or another page looks for."""
    pages = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").rglob("*.md")))
    wanted = set(re.findall(r'\$\.message = "([^"]+)"', pages))
    there = {line.split(" | ")[1] for line in kept}
    assert wanted, "no runbook queries the logs"
    return log_lines() if wanted <= there else [f"nothing logs {one!r}" for one in sorted(wanted - there)]


def alarmed(kept: Sequence[str]) -> list[str]:
    """Return the metrics, if they are all those of the template."""
    alarms = [one["Properties"] for one in source()["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    ours = [alarm["MetricName"] for alarm in alarms if not str(alarm.get("Namespace", "AWS/")).startswith("AWS/")]
    wanted = set(ours) - {"FailedRuns", "ReturnedMessages"}
    assert wanted, "no alarm is on a metric of ours"
    return metrics() if wanted <= set(kept) else sorted(wanted - set(kept))


# By name: what the code makes, and what it makes of that once more after it read it (None: others read it).
VALUES: dict[str, tuple[Callable[[], Any], Callable[[Any], Any] | None]] = {
    "link_tokens": (signed, signed_again),
    "identities": (identities, identities_again),
    "hashes": (hashes, None),
    "cursors": (cursors, cursors_again),
    "mail_tags": (lambda: tags_of(ORIGIN), tags_again),
    "events": (events, None),
    "schedules": (schedules, schedules_again),
    "lasting_resources": (lambda: lasting(source()["Resources"]), None),
    "widget_storage": (storage, None),
    "widget_config": (lambda: widget_view(make_survey(), "en"), None),
    "widget_config_of_a_set_up_survey": (lambda: widget_view(replace(SURVEY, state="open"), "de"), None),
    "metrics": (metrics, alarmed),
    "log_lines": (log_lines, queried),
}
