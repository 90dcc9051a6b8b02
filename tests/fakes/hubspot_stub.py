"""A strict stand-in for HubSpot's API: it takes what is declared and nothing else, and plays its faults.

The schemas are our own, written from HubSpot's documentation of the version 2026-09. The index of the search lags
behind: it knows what was there when `index` was called last.
"""

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "pat-good"
PATH = re.compile(
    r"/crm/(?P<area>objects|properties)/2026-09/(?P<objects>contacts|tickets|notes)"
    r"(?:/(?P<rest>.+))?"
)
ASSOCIATION = re.compile(r"(?P<id>\d+)/associations/default/(?P<others>contacts)/(?P<other>\d+)")
DEFINITION = {"name", "label", "groupName", "type", "fieldType"}
MAY_DEFINE = {"hasUniqueValue", "options", "description", "dataSensitivity", "displayOrder", "hidden", "formField"}
OPTION, MAY_OPTION = {"label", "value", "hidden"}, {"description", "displayOrder"}
FIELD_TYPES = {
    "string": {"text", "textarea"},
    "number": {"number"},
    "enumeration": {"select"},
    "datetime": {"date"},
}
GROUPS = {"contacts": "contactinformation", "tickets": "ticketinformation", "notes": "engagement"}
OWN = {
    "contacts": {"email": "string", "firstname": "string"},
    "tickets": {"subject": "string", "content": "string", "hs_pipeline": "string", "hs_pipeline_stage": "string"},
    "notes": {"hs_timestamp": "datetime", "hs_note_body": "string"},
}
REQUIRED = {"contacts": set(), "tickets": {"subject", "hs_pipeline", "hs_pipeline_stage"}, "notes": {"hs_timestamp"}}
SCOPES = {"contacts": "crm.objects.contacts.write", "notes": "crm.objects.contacts.write", "tickets": "tickets"}

BATCH = {"status": "COMPLETE", "startedAt": "2026-11-30T00:00:00Z", "completedAt": "2026-11-30T00:00:00Z"}

Reply = tuple[int, dict[str, str], Any]


class RefusedError(Exception):
    """A request that is refused."""

    def __init__(self, status: int, category: str, message: str, **more: Any) -> None:
        super().__init__(message)
        error = {"status": "error", "category": category, "message": message, "correlationId": "c-1", **more}
        self.status, self.error = status, error


class UndeclaredError(AssertionError):
    """A request that the documentation has no place for."""


@dataclass
class Row:
    """A record as kept."""

    properties: dict[str, str]
    secondary: tuple[str, ...] = ()


@dataclass
class HubSpotStub:
    """An account. `faults` are played one a call: a name of `_fault`, or None for none."""

    rows: dict[str, dict[str, Row]] = field(default_factory=lambda: {"contacts": {}, "tickets": {}, "notes": {}})
    associations: list[tuple[str, str, str, str]] = field(default_factory=list)
    definitions: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {
            objects: {name: {"name": name, "type": kind} for name, kind in own.items()} for objects, own in OWN.items()
        }
    )
    faults: list[str | None] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    # Of each call, None where the reply was lost.
    statuses: list[int | None] = field(default_factory=list)
    undeclared: list[str] = field(default_factory=list)
    required: dict[str, set[str]] = field(
        default_factory=lambda: {name: set(found) for name, found in REQUIRED.items()}
    )
    url: str = ""
    searched: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    missing_scopes: set[str] = field(default_factory=set)
    unique_notes: str = "kept"
    _one_by_one: threading.Lock = field(default_factory=threading.Lock)
    _ids: Iterator[int] = field(default_factory=lambda: count(1001))

    def __post_init__(self) -> None:
        self.definitions["contacts"]["email"]["hasUniqueValue"] = True

    def add(self, objects: str, *secondary: str, **properties: str) -> str:
        """Keep a record as somebody else made it, and return its id."""
        made = str(next(self._ids))
        self.rows[objects][made] = Row(dict(properties), secondary)
        return made

    def reply(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply | None:
        """Return status, headers and body; None where the reply is lost."""
        self.calls.append(f"{method} {urlsplit(url).path}")
        found = self._played(method, url, headers, body)
        self.statuses.append(found and found[0])
        return found

    def _played(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply | None:
        parts = urlsplit(url)
        fault = self.faults.pop(0) if self.faults else None
        if fault == "unapplied":
            return None
        if fault == "raced" and "/batch/upsert" in parts.path:
            self._done(method, parts.path, parts.query, headers, body)
            found = self._done_by_another(parts.path, body)
            return 409, {}, _error("CONFLICT", f"Record already exists. Existing ID: {found}")
        if fault is not None and fault not in ("lost", "applied 502", "unreadable", "raced"):
            return _fault(fault, is_upsert="/batch/upsert" in parts.path)
        done = self._done(method, parts.path, parts.query, headers, body)
        if fault == "lost":
            return None
        if fault == "applied 502":
            return 502, {"content-type": "text/html"}, "<html>bad gateway</html>"
        return (done[0], {}, "<html>") if fault == "unreadable" else done

    def _done_by_another(self, path: str, body: bytes | None) -> str:
        (given,) = json.loads(body or b"{}")["inputs"]
        found = self._find(path.split("/")[4], given["id"], given["idProperty"])
        assert found is not None
        return found

    def _done(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        try:
            self._check_token(headers)
            return self._reply(method, path, query, json.loads(body) if body else None)
        except UndeclaredError as exc:
            self.undeclared.append(f"{method} {path}: {exc}")
            return 400, {}, _error("VALIDATION_ERROR", "Invalid input JSON")
        except RefusedError as exc:
            return exc.status, {}, exc.error

    def _check_token(self, headers: Mapping[str, str]) -> None:
        if headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            raise RefusedError(401, "INVALID_AUTHENTICATION", "The access token is expired or invalid.")

    def _reply(self, method: str, path: str, query: str, body: Any) -> Reply:
        found = PATH.fullmatch(path)
        if found is None:
            raise UndeclaredError("there is no such path")
        objects, rest = found["objects"], found["rest"]
        given = {name: values[0] for name, values in parse_qs(query, strict_parsing=bool(query)).items()}
        if found["area"] == "properties":
            return self._property(method, objects, rest, given, body)
        if method != "GET" and rest not in ("batch/read", "search") and SCOPES[objects] in self.missing_scopes:
            context = {"requiredGranularScopes": [SCOPES[objects]]}
            raise RefusedError(
                403, "MISSING_SCOPES", "Scopes are missing.", errors=[{"message": "x", "context": context}]
            )
        many = {"batch/read": self._batch_read, "search": self._search, "batch/upsert": self._batch_upsert}
        if method == "POST" and rest in many:
            _keys(given, set())
            return many[rest](objects, body)
        if method == "PUT" and (tie := ASSOCIATION.fullmatch(rest or "")):
            return self._associate(objects, tie, body)
        if not rest or "/" in rest:
            raise UndeclaredError("there is no such path")
        return self._one(method, objects, unquote(rest), given, body)

    def _property(self, method: str, objects: str, name: str | None, given: Mapping[str, str], body: Any) -> Reply:
        _keys(given, set())
        definitions = self.definitions[objects]
        if method == "GET" and name:
            if name not in definitions:
                raise RefusedError(404, "OBJECT_NOT_FOUND", f"Property {name} does not exist")
            return 200, {}, {"hasUniqueValue": False, **definitions[name]}
        if method != "POST" or name:
            raise UndeclaredError("there is no such path")
        return self._create_property(objects, definitions, body)

    def _create_property(self, objects: str, definitions: dict[str, dict[str, Any]], body: Any) -> Reply:
        scope = "tickets" if objects == "tickets" else f"crm.schemas.{objects}.write"
        if scope in self.missing_scopes:
            context = {"missingScopes": [scope]}
            raise RefusedError(403, "MISSING_SCOPES", "Scopes are missing.", context=context)
        if body["name"] in definitions:
            raise RefusedError(409, "CONFLICT", f"Property {body['name']} already exists")
        _check_definition(objects, body)
        is_for_notes = objects == "notes" and body.get("hasUniqueValue")
        if is_for_notes and self.unique_notes == "refused":
            raise RefusedError(400, "VALIDATION_ERROR", "Unique values are not supported for this object")
        definitions[body["name"]] = dict(body) | (
            {"hasUniqueValue": False} if is_for_notes and self.unique_notes == "ignored" else {}
        )
        return 201, {}, definitions[body["name"]]

    def _batch_read(self, objects: str, body: Any) -> Reply:
        _keys(body, {"inputs", "properties", "propertiesWithHistory"}, {"idProperty"})
        results, missing = [], []
        for each in body["inputs"]:
            _keys(each, {"id"})
            found = self._find(objects, each["id"], body.get("idProperty"))
            if found is None:
                missing.append(each["id"])
            else:
                results.append(self._shown(objects, found, body["properties"]))
        if not missing:
            return 200, {}, {**BATCH, "results": results}
        error = _error("OBJECT_NOT_FOUND", "Could not get some objects", context={"ids": missing})
        return 207, {}, {**BATCH, "results": results, "numErrors": 1, "errors": [error]}

    def index(self) -> None:
        """Make the search find what is in the account by now."""
        self.searched = {
            objects: {record: dict(row.properties) for record, row in rows.items()}
            for objects, rows in self.rows.items()
        }

    def _search(self, objects: str, body: Any) -> Reply:
        _keys(body, {"filterGroups", "properties", "limit"})
        (group,) = body["filterGroups"]
        _keys(group, {"filters"})
        (wanted,) = group["filters"]
        _keys(wanted, {"propertyName", "operator", "value"})
        if wanted["operator"] != "EQ" or not 0 < body["limit"] <= 200:
            raise UndeclaredError(f"no such search: {body}")
        if wanted["propertyName"] not in self.definitions[objects]:
            raise RefusedError(400, "VALIDATION_ERROR", f"there is no property {wanted['propertyName']}")
        found = [
            record
            for record, properties in self.searched.get(objects, {}).items()
            if properties.get(wanted["propertyName"]) == wanted["value"] and record in self.rows[objects]
        ]
        results = [self._shown(objects, record, body["properties"]) for record in found[: body["limit"]]]
        return 200, {}, {"total": len(found), "results": results}

    def _batch_upsert(self, objects: str, body: Any) -> Reply:
        _keys(body, {"inputs"})
        ids = [each["id"] for each in body["inputs"]]
        if len(set(ids)) != len(ids):
            raise RefusedError(400, "VALIDATION_ERROR", "Duplicate IDs found in batch input")
        results = []
        for each in body["inputs"]:
            _keys(each, {"id", "properties", "idProperty"}, {"objectWriteTraceId"})
            if each["properties"].get(each["idProperty"]) != each["id"]:
                raise UndeclaredError("the unique value must be among the properties")
            found = self._find(objects, each["id"], each["idProperty"])
            is_new = found is None
            if found is None:
                self._refuse_a_second(objects, each["id"])
            record = self._write(objects, found, each["properties"])
            results.append(self._shown(objects, record, each["properties"]) | {"new": is_new})
        return 200, {}, {**BATCH, "results": results}

    def _refuse_a_second(self, objects: str, value: str) -> None:
        """Refuse a new contact whose address is the second one of another."""
        for record, row in self.rows[objects].items():
            if value in row.secondary:
                raise RefusedError(409, "CONFLICT", f"Contact already exists. Existing ID: {record}")

    def _associate(self, objects: str, tie: "re.Match[str]", body: Any) -> Reply:
        if body is not None:
            raise UndeclaredError("it takes no body")
        if tie["id"] not in self.rows[objects] or tie["other"] not in self.rows[tie["others"]]:
            raise RefusedError(404, "OBJECT_NOT_FOUND", "no such record")
        found = (objects, tie["id"], tie["others"], tie["other"])
        if found not in self.associations:
            self.associations.append(found)
        return 200, {}, {**BATCH, "results": [{"from": {"id": tie["id"]}, "to": {"id": tie["other"]}}]}

    def _one(self, method: str, objects: str, key: str, given: Mapping[str, str], body: Any) -> Reply:
        if "@" in key:
            raise UndeclaredError("an address in a URL")
        found = self._find(objects, key, given.get("idProperty"))
        if found is None:
            raise RefusedError(404, "OBJECT_NOT_FOUND", "resource not found")
        if method == "DELETE":
            _keys(given, set())
            del self.rows[objects][found]
            return 204, {}, ""
        if method == "GET":
            _keys(given, {"properties"}, {"idProperty"})
            return 200, {}, self._shown(objects, found, given["properties"].split(","))
        if method != "PATCH":
            raise UndeclaredError("there is no such path")
        _keys(given, set())
        _keys(body, {"properties"})
        return 200, {}, self._shown(objects, self._write(objects, found, body["properties"]), body["properties"])

    def _find(self, objects: str, key: str, by: str | None) -> str | None:
        if by is None:
            return key if key in self.rows[objects] else None
        definition = self.definitions[objects].get(by)
        if definition is None or not definition.get("hasUniqueValue"):
            raise RefusedError(
                400, "VALIDATION_ERROR", f"{by} is not a unique property", context={"propertyName": [by]}
            )
        found = [record for record, row in self.rows[objects].items() if row.properties.get(by) == key]
        assert len(found) <= 1, "a unique value came twice"
        return found[0] if found else None

    def _write(self, objects: str, found: str | None, properties: Any) -> str:
        self._check(objects, properties)
        old = {} if found is None else self.rows[objects][found].properties
        new = {**old, **properties}
        lacking = sorted(name for name in self.required[objects] if not new.get(name))
        if lacking:
            quoted = json.dumps([{"isValid": False, "error": "REQUIRED_FIELD", "name": name} for name in lacking])
            raise RefusedError(400, "VALIDATION_ERROR", f"Property values were not valid: {quoted}")
        if found is None:
            return self.add(objects, **{name: value for name, value in new.items() if value != ""})
        self.rows[objects][found].properties = {name: value for name, value in new.items() if value != ""}
        return found

    def _check(self, objects: str, properties: Any) -> None:
        for name, value in properties.items():
            if not isinstance(value, str):
                raise UndeclaredError(f"{name} is no text: {value!r}")
            definition = self.definitions[objects].get(name)
            if definition is None:
                context = {"propertyName": [name], "value": [value]}
                raise RefusedError(400, "VALIDATION_ERROR", f'Property "{name}" does not exist', context=context)
            if value and not _fits(definition, value):
                context = {"propertyName": [name], "propertyValue": [value]}
                details = [{"message": f"{value} was not valid", "context": context, "in": name}]
                raise RefusedError(400, "VALIDATION_ERROR", f"{value} was not valid", errors=details)

    def _shown(self, objects: str, record: str, names: Any) -> dict[str, Any]:
        kept = self.rows[objects][record].properties
        times = {"createdAt": "2026-11-30T00:00:00Z", "updatedAt": "2026-11-30T00:00:00Z", "archived": False}
        return {"id": record, "properties": {name: kept.get(name) for name in names}, **times}

    @contextmanager
    def serving(self) -> Iterator["HubSpotStub"]:
        """Serve over HTTP at `url`."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


def _check_definition(objects: str, body: Any) -> None:
    _keys(body, DEFINITION, MAY_DEFINE)
    if body["groupName"] != GROUPS[objects] or body["fieldType"] not in FIELD_TYPES[body["type"]]:
        raise UndeclaredError(f"no such group or field type: {body}")
    for option in body.get("options", ()):
        _keys(option, OPTION, MAY_OPTION)


def _fits(definition: Mapping[str, Any], value: str) -> bool:
    kind = definition["type"]
    if kind == "number":
        return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None
    if kind == "enumeration":
        return value in {option["value"] for option in definition["options"]}
    if kind == "datetime" and not value.isdigit():
        return datetime.fromisoformat(value).tzinfo is not None
    return len(value) <= 65_536


def _keys(given: Any, required: set[str], allowed: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    if not isinstance(given, dict) or not required <= set(given) <= required | allowed:
        raise UndeclaredError(f"keys {sorted(given or ())}, declared {sorted(required | allowed)}")


def _error(category: str, message: str, **more: Any) -> dict[str, Any]:
    return {"status": "error", "category": category, "message": message, "correlationId": "c-1", **more}


def _fault(name: str, *, is_upsert: bool) -> Reply:
    """Return a reply that has nothing to do with the request."""
    if name == "207":
        if not is_upsert:
            return 500, {}, _error("INTERNAL_ERROR", "internal error")
        errors = [_error("INTERNAL_ERROR", "internal error")]
        return 207, {}, {**BATCH, "results": [], "numErrors": 1, "errors": errors}
    if name.startswith("429"):
        _, policy, *wait = name.split()
        body = _error("RATE_LIMITS", "You have reached your limit.", policyName=policy, errorType="RATE_LIMIT")
        return 429, {"retry-after": wait[0]} if wait else {}, body
    if name == "401":
        return 401, {}, _error("INVALID_AUTHENTICATION", "The access token is expired.")
    return int(name), {}, _error("ERROR", "a text")


def _handler(stub: HubSpotStub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_call(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))) or None
            headers = {name.lower(): value for name, value in self.headers.items()}
            with stub._one_by_one:
                found = stub.reply(self.command, self.path, headers, body)
            if found is None:
                self.close_connection = True
                return
            status, named, content = found
            data = (content if isinstance(content, str) else json.dumps(content)).encode()
            self.send_response(status)
            for name, value in named.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(b"" if status == 204 else data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one_call  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    return Handler
