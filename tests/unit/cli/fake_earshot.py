"""The API in a thread of the test: real HTTP, and just enough of docs/api.md to store rows and count them."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.unit.cli.fake_cases import FakeCases

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "ek_test"

Reply = tuple[int, dict[str, Any]]


def problem(status: int, title: str, errors: list[dict[str, str]] | None = None) -> Reply:
    return status, {"title": title, "status": status, "detail": title, "errors": errors or []}


class FakeEarshot:
    """What the server holds, and levers to make it misbehave."""

    def __init__(self) -> None:
        self.surveys: dict[str, dict[str, Any]] = {}
        self.rows: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, dict[str, Any]] = {}
        self.imports: dict[tuple[str, str], dict[str, Any]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.suppressed: dict[str, str] = {}
        self.invitations: dict[str, list[dict[str, Any]]] = {}
        self.longest_comment = 100
        self.left: list[int] = []  # what each erasure says is left
        self.score: dict[str, Any] = {}
        self.funnel: dict[str, Any] = {}
        self.campaigns: list[dict[str, Any]] = []
        self.trend: dict[str, Any] = {}
        self.breakdown: dict[str, Any] = {}
        self.quality: dict[str, Any] = {}
        self.values: dict[str, Any] = {}
        self.calls: list[tuple[str, str, dict[str, str], Any]] = []
        self.replies: list[Reply] = []  # given once each before anything else is
        self.miscounted: dict[tuple[str, str, int], int] = {}
        self.before_counts: Callable[[], None] = lambda: None
        self.page = 500
        self.cases = FakeCases()
        self.without_cases = False  # as with a key that may not read them
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add_survey(self, survey: str = "demo", **settings: Any) -> None:
        plain = {
            "id": survey,
            "name": survey,
            "timezone": "UTC",
            "segments": [],
            "state": "open",
            "values": {},
        }
        self.surveys[survey] = plain | settings

    def posted(self) -> list[list[dict[str, Any]]]:
        return [body["responses"] for method, _, _, body in self.calls if method == "POST"]

    def reply(  # noqa: C901, PLR0911, PLR0912 - one for each path
        self, method: str, path: str, query: dict[str, str], body: Any, key: str | None
    ) -> Reply:
        self.calls.append((method, path, query, body))
        if self.replies:
            return self.replies.pop(0)
        if key != f"Bearer {KEY}":
            return problem(401, "No such key")
        match [unquote(part) for part in path.split("/")[2:]]:
            case ["keys", *rest]:
                return self._keys(method, rest, body)
            case ["suppressions"]:
                return self._suppress(body["suppressions"])
            case ["people", *rest] if rest == ["search"] or (method, rest) == ("GET", []):
                return self._list_people(body or query)
            case ["people"]:
                return self._keep(body["people"])
            case ["people", person, "invitations"]:
                return self._decisions(person)
            case ["people", person, *rest] if method == "DELETE" and query.get("id") != person:
                return problem(400, "Invalid request", [{"field": "id", "reason": "it is not the id in the path"}])
            case ["people", person, *rest]:
                return self._person(method, person, rest, query)
            case ["cases", *_] if self.without_cases:
                return problem(403, "The key has no such scope")
            case ["cases", *rest]:
                return 200, self.cases.reply(rest, query)
            case ["trend"]:
                return 200, self.trend
            case ["nps"]:
                return 200, self.score
            case ["surveys"]:
                return 200, {"surveys": list(self.surveys.values())}
            case ["surveys", survey, *rest]:
                return self._survey(method, survey, rest, query, body)
        return problem(404, "No such path")

    def _keys(self, method: str, rest: list[str], body: Any) -> Reply:
        if method == "POST":
            made = {"id": f"k{len(self.keys) + 1}", "created_at": "2026-11-21T20:00:00Z", "scopes": ["keys"], **body}
            self.keys[made["id"]] = made | {"revoked_at": None}
            return 201, made | {"key": "ek_made"}
        if method == "DELETE":
            return (204, {}) if self.keys.pop(rest[0], None) else problem(404, f"There is no key {rest[0]}")
        return 200, {"keys": list(self.keys.values())}

    def _suppress(self, rows: list[dict[str, Any]]) -> Reply:
        faults = [
            {"field": f"suppressions[{at}].email", "reason": "it is not a valid email address"}
            for at, row in enumerate(rows)
            if not row["email"].rpartition("@")[0]
        ]
        if faults:
            return 400, {"detail": "faults", "errors": faults}
        if [row for row in rows if row.get("lift")]:
            return 200, {"suppressions": [{"outcome": self._lifted(row["email"])} for row in rows]}
        found = [{"outcome": "known" if row["email"] in self.suppressed else "suppressed"} for row in rows]
        self.suppressed |= {row["email"]: row["reason"] for row in rows}
        return 200, {"suppressions": found}

    def _lifted(self, email: str) -> str:
        if self.suppressed.get(email) == "erased":
            return "erased"
        self.suppressed.pop(email, None)
        return "lifted"

    def _keep(self, people: list[dict[str, Any]]) -> Reply:
        errors = [
            {"field": f"people[{at}].name", "reason": "it has 201 characters; at most 200 are allowed"}
            for at, person in enumerate(people)
            if person.get("name") == "too long"
        ]
        if errors:
            return problem(400, "Invalid request", errors)
        found = []
        for person in people:
            name = person.get("id", person["email"])
            known = self.people.get(name)
            outcome = "created" if known is None else "unchanged" if known | person == known else "updated"
            if known is None or not known.get("erased"):
                self.people[name] = (known or {"id": name, "properties": {}}) | person
            found.append({"id": name, "outcome": "erased" if known and known.get("erased") else outcome})
        return 200, {"people": found}

    def _list_people(self, asked: dict[str, Any]) -> Reply:
        plain = dict.fromkeys(("email", "name", "account", "locale", "timezone"))
        found = [
            plain | known
            for name, known in sorted(self.people.items())
            if name.startswith(asked.get("id_prefix", ""))
            and known.get("email", "") == asked.get("email", known.get("email", ""))
            and known.get("name", "").lower().startswith(asked.get("name_prefix", "").lower())
        ]
        start, limit = int(asked.get("cursor", 0)), int(asked.get("limit", 20))
        more = str(start + limit) if len(found) > start + limit else None
        means = {"means": f"p-{asked['email'].partition('@')[0]}"} if "email" in asked else {}
        return 200, {"people": found[start : start + limit], "cursor": more, **means}

    def _decisions(self, person: str) -> Reply:
        if person not in self.people and person not in self.invitations:
            return problem(404, "there is no such person")
        return 200, {"person": person, "invitations": self.invitations.get(person, [])}

    def _person(self, method: str, person: str, rest: list[str], query: dict[str, str]) -> Reply:
        if method == "DELETE" and not rest:
            known = person in self.people
            if person.startswith("unknown") and query.get("unknown") != "true" and not known:
                return problem(404, "nothing is stored about this person")
            self.people[person] = {"erased": True}
            left = self.left.pop(0) if self.left else 0
            done = {"id": person, "known": known or not person.startswith("unknown"), "responses": 2, "remaining": left}
            return 202 if left else 200, {**done, "subtract": query["subtract"] == "true", "elsewhere": []}
        if person not in self.people:
            return problem(404, "There is no such person")
        if rest == ["suppression"]:
            self.people[person]["suppression"] = None
            return 204, {}
        if not rest:
            return 200, self.people[person]
        start = int(query.get("cursor", 0))
        page = {
            "id": person,
            "person": self.people[person],
            "responses": [{"id": start}],
            "cursor": "1" if start == 0 else None,
        }
        return 200, page

    def _survey(  # noqa: C901, PLR0911 - one for each path
        self, method: str, survey: str, rest: list[str], query: dict[str, str], body: Any
    ) -> Reply:
        if method == "PUT" and not rest:
            self.add_survey(survey, **body)
        if not (known := self.surveys.get(survey)):
            return problem(404, f"There is no survey {survey}")
        if not rest:
            known |= body or {}
            return 200, known
        if rest == ["case-measures"]:
            return 200, self.cases.reply(["measures"], query)
        if rest == ["values"]:
            return 200, self.values
        if rest[0] == "imports":
            return self._imports(method, survey, rest[1:], body)
        if method == "DELETE" and rest == ["responses"]:
            return self._erase(query)
        if len(rest) == 2:
            if rest[1] in self.rows and method != "GET":
                return self._correct(method, rest[1], body)
            return (200, self.rows[rest[1]]) if rest[1] in self.rows else problem(404, "There is no such response")
        return self._record(known, body["responses"], query) if method == "POST" else self._read(rest[0], query)

    def _import(self, survey: str, import_id: str) -> dict[str, Any]:
        plain: dict[str, Any] = {
            "id": import_id,
            "survey": survey,
            "state": "recording",
            "started_at": "2026-11-29T10:00:00.000Z",
        }
        plain |= {"file": None, "by": "k1", "accepted": None, "refused": None, "new": 0, "known": 0}
        return self.imports.setdefault(
            (survey, import_id), plain | {"updated": 0, "withdrawn": 0, "undone_at": None, "remaining": 0}
        )

    def _imports(self, method: str, survey: str, rest: list[str], body: Any) -> Reply:
        if not rest:
            return 200, {"imports": [one for (of, _), one in self.imports.items() if of == survey]}
        if method == "PUT":
            made = self._import(survey, rest[0])
            made |= body
            made["state"] = "recording" if made["accepted"] is None else "recorded"
        if not (found := self.imports.get((survey, rest[0]))):
            return problem(404, f"There is no import {rest[0]}")
        if method == "POST":
            left = self.left.pop(0) if self.left else 0
            found |= {"state": "undoing" if left else "undone", "remaining": left, "withdrawn": found["new"] - left}
            return 202 if left else 200, found
        return 200, found

    def _erase(self, query: dict[str, str]) -> Reply:
        first, last = query.get("from", ""), query.get("to", "~")
        fitting = [name for name, row in self.rows.items() if first <= row["day"] < last]
        if query.get("check") == "true":
            return 200, {"count": len(fitting), "erased": 0, "remaining": len(fitting)}
        count, left = int(query["confirm"]), self.left.pop(0) if self.left else 0
        for name in fitting[left:]:
            del self.rows[name]
        return 202 if left else 200, {"count": count, "erased": count - left, "remaining": left}

    def _correct(self, method: str, response: str, body: Any) -> Reply:
        if method == "DELETE":
            del self.rows[response]
            return 204, {}
        self.rows[response] |= body
        return 200, self.rows[response]

    def _read(self, what: str, query: dict[str, str]) -> Reply:
        if what == "counts":
            self.before_counts()
            return self._counts(query)
        if what == "responses":
            return self._list(query)
        if what == "campaigns":
            return 200, {"campaigns": self.campaigns}
        reported = {"funnel": self.funnel, "trend": self.trend, "quality": self.quality, "breakdown": self.breakdown}
        return 200, reported.get(what, self.score)

    def _record(self, survey: dict[str, Any], responses: list[dict[str, Any]], query: dict[str, str]) -> Reply:
        errors = [
            {"field": f"responses[{at}].comment", "reason": "has more than 100 characters"}
            for at, response in enumerate(responses)
            if len(response.get("comment", "")) > self.longest_comment
        ]
        if errors:
            return problem(400, "Invalid request", errors)
        reply = {"ids": [response["id"] for response in responses], "accepted": len(responses)}
        if query.get("check") == "true":
            return 200, reply
        batch = self.calls[-1][3]
        if import_id := batch.get("import"):
            found = self._import(survey["id"], import_id)
            known = sum(response["id"] in self.rows for response in responses)
            found["updated"] += known if batch.get("update") else 0
            found["known"] += known
            found["new"] += len(responses) - known
        for response in responses:
            properties = response.get("properties", {})
            tracked = {name: properties[name] for name in survey["segments"] if name in properties}
            for name, value in tracked.items():
                known = survey["values"].setdefault(name, [])
                known += [] if value in known else [value]
            series = ["all", *(f"{name}={value}" for name, value in tracked.items())]
            fixed = {"state": "final", "day": response["responded_at"][:10], "series": series}
            self.rows.setdefault(response["id"], response | fixed)
        return 202, reply

    def _list(self, query: dict[str, str]) -> Reply:
        first, last = query.get("from", ""), query.get("to", "~")
        rows = sorted((row for row in self.rows.values() if first <= row["day"] < last), key=lambda row: row["id"])
        start = int(query.get("cursor", 0))
        end = start + min(self.page, int(query["limit"]))
        return 200, {"responses": rows[start:end], "cursor": str(end) if end < len(rows) else None}

    def _counts(self, query: dict[str, str]) -> Reply:
        series = query.get("segment", "all")
        first, last = query.get("from", ""), query.get("to", "~")
        days: dict[str, list[int]] = {}
        for row in self.rows.values():
            if series in row["series"] and row["state"] != "erased" and first <= row["day"] < last:
                days.setdefault(row["day"], [0] * 11)[row["score"]] += 1
        for (wrong, day, score), by in self.miscounted.items():
            if wrong == series and first <= day < last:
                days.setdefault(day, [0] * 11)[score] += by
        return 200, {"days": [{"day": day, "histogram": histogram} for day, histogram in days.items()]}


def _handler(earshot: FakeEarshot) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave as one packet

        def handle_call(self) -> None:
            target = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(target.query).items()}
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            body = json.loads(sent) if sent else None
            status, reply = earshot.reply(self.command, target.path, query, body, self.headers["authorization"])
            content = b"" if status == 204 else json.dumps(reply).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_call  # noqa: N815 named by HTTP

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it so
            pass

    return Handler
