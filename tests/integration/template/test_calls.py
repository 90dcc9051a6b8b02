"""Least privilege: what the functions call, watched while they run, is what their roles allow, and nothing else."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from io import BytesIO
from itertools import count as count_from
from itertools import cycle
from time import time
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import jwt
import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

from earshot import bootstrap
from earshot.adapters.webhook_signature import signed_headers
from earshot.api.sqs_batch import queue_of
from earshot.domain.access import SCOPES, Access, Role
from earshot.domain.accounts import Account
from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert, AlertTask, ResponseFact, ScoreFact
from earshot.domain.api_key import ApiKey, hash_of
from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.business_time import WEEKDAYS, Calendar
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.case_settings import Priority, Targets
from earshot.domain.cases import (
    MOST_ANONYMOUS,
    Case,
    CaseOutcome,
    OpenCaseFilter,
    OwnedBy,
    RootCause,
    SubjectKind,
)
from earshot.domain.deliveries import HOUR, MINUTE, QUARTER, Delivery
from earshot.domain.delivery_outcome import DestinationBroken, Down, Rejected
from earshot.domain.destinations import Destination
from earshot.domain.digests import DigestRole
from earshot.domain.eligibility import DAY
from earshot.domain.inbound_calls import InboundCall
from earshot.domain.invitation import InvitationState
from earshot.domain.keyed_hash import made_id
from earshot.domain.members import removed
from earshot.domain.message_types import INBOUND
from earshot.domain.opened_cases import Opening, opened_by
from earshot.domain.person import Person
from earshot.domain.sessions import Session, form_token, read_value
from earshot.domain.sessions import hash_of as session_hash
from earshot.ports.mail import PausedError, ThrottledError
from earshot.ports.people import PersonChange
from earshot.services.alerts.follow_deliveries import task_of
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from earshot.services.invitations.send_invitation import LATE
from earshot_cli.local.ministack_requests import conditions
from tests.aws_events import RECEIVED, LambdaContext, http_event, load_event, samples, sqs_event, stored, stream_event
from tests.factories import NOON, make_invitation, make_member, uuid7
from tests.fakes.alerts import ObedientSender
from tests.integration.template import handlers
from tests.integration.template.stack import pascal, stack
from tests.integration.template.test_permissions import LOG, grants, grants_of, statements_of

KEY = "earshot_0f1e2d3c4b5a_00112233445566778899aabbccddeeff0011223344556677"
QUEUES = {
    "EARSHOT_RESPONSE_QUEUE": "ResponseQueue",
    "EARSHOT_LINK_QUEUE": "LinkQueue",
    "EARSHOT_BACKFILL_QUEUE": "BackfillQueue",
    "EARSHOT_SCORE_QUEUE": "ScoreQueue",
    "EARSHOT_ALERT_QUEUE": "AlertQueue",
    "EARSHOT_DELIVERY_QUEUE": "DeliveryQueue",
    "EARSHOT_PARKING_QUEUE": "ParkedRecords",
    "EARSHOT_EMAIL_QUEUE": "EmailQueue",
    "EARSHOT_PLAN_QUEUE": "PlanQueue",
    "EARSHOT_CAMPAIGN_QUEUE": "CampaignQueue",
    "EARSHOT_FEEDBACK_QUEUE": "FeedbackQueue",
}
# Where a function parks messages of its own queue, and its variable for it.
PARKS = "EARSHOT_DEAD_LETTERS"
# moto knows no GetAccount.
QUOTA = {"SendQuota": {"MaxSendRate": 1000.0, "Max24HourSend": -1.0, "SentLast24Hours": 0.0}, "SendingEnabled": True}
ONE = "/v1/surveys/{survey}/responses/{response}"
# Where alerts are sent over HTTPS.
RECEIVER = ObedientSender()

# Lambda does these with a function's role, for the queue or the stream that it is mapped to.
POLLS_A_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
READS_A_STREAM = tuple(
    f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
)
# What a transaction writes stands in one statement: whether DynamoDB shows IAM all leading keys of a transaction at
# once is nowhere documented. So all families of such a statement are allowed the same actions.
TRANSACTION = {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"}
TRANSACTION_FAMILIES = {"R#*", "C#*", "P#*", "IM#*", "M#*", "SURVEYS", "SURVEY#*", "VALUES#*"}
# An alert with the case that it opens or joins.
TRANSACTION_FAMILIES |= {"AL#*", "CASE#*", "CASES#*", "CF#*", "A#*", "CA#*"}

Invoke = Callable[[str, Any], Any]


# A call, the attributes of the table that it names, and what it selects.
Read = tuple[str, frozenset[str], str | None]


@pytest.fixture(scope="module")
def asked() -> Iterator[dict[str, set[Read]]]:
    """Run every sample, and what else it takes to reach every line, on moto; return what each function asked for."""
    seen: dict[str, set[Read]] = {name: set() for name in handlers.FUNCTIONS}
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        _clear_clients()
        _prepare(patch)
        _run(_invoker(seen))
        yield seen
        _clear_clients()


@pytest.fixture(scope="module")
def calls(asked: dict[str, set[Read]]) -> dict[str, set[str]]:
    """Return what each function called."""
    return {function: {call for call, _, _ in reads_} for function, reads_ in asked.items()}


@pytest.fixture(scope="module")
def needs(calls: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return what each role is needed for: what the function calls, and what Lambda does in its name."""
    return {function: called | _by_another_name(called) | _lambdas_own(function) for function, called in calls.items()}


def test_every_function_of_the_template_is_watched(calls: dict[str, set[str]]) -> None:
    assert set(calls) == set(stack().functions)


def test_a_function_needs_nothing_it_may_not(needs: dict[str, set[str]]) -> None:
    missing = {name: sorted(_missing(role_of(name), needed)) for name, needed in needs.items()}

    assert {name: lines for name, lines in missing.items() if lines} == {}


def test_a_function_may_do_nothing_it_does_not_need(needs: dict[str, set[str]]) -> None:
    surplus = {name: sorted(_surplus(role_of(name), needed)) for name, needed in needs.items()}

    assert {name: lines for name, lines in surplus.items() if lines} == {}


def _by_another_name(called: set[str]) -> set[str]:
    """Return the permission that SES checks a mail under whose MIME is ours."""
    return {line.replace("ses:SendEmail", "ses:SendRawEmail") for line in called if line.startswith("ses:SendEmail ")}


def _lambdas_own(function: str) -> set[str]:
    """Return what Lambda does with a function's role: it writes the log, polls a queue, or reads the stream."""
    deployed, own = stack(), set(LOG)
    for mapping in deployed.mappings.values():
        if deployed.target(mapping["FunctionName"]) != f"{pascal(function)}Function":
            continue
        source = deployed.target(mapping["EventSourceArn"])
        own |= {f"{action} {source}" for action in (POLLS_A_QUEUE if source in deployed.queues else READS_A_STREAM)}
        if "DestinationConfig" in mapping:
            own.add(f"sqs:SendMessage {deployed.target(mapping['DestinationConfig']['OnFailure']['Destination'])}")
    return own


def _missing(role: str, needed: set[str]) -> Iterator[str]:
    """Return what a role does not allow; IAM compares partition keys with patterns: a wide one covers a narrow one."""
    granted = set(grants(stack(), role))
    for line in needed:
        if not any(fnmatchcase(line, each) for each in granted):
            yield line


def _surplus(role: str, needed: set[str]) -> Iterator[str]:
    """Return what a role allows and nobody needs; a statement of a transaction is needed by its rows and columns."""
    deployed = stack()
    for statement in statements_of(deployed.resources[role]["Properties"]):
        granted = set(grants_of(deployed, statement))
        used = granted & needed
        actions, families = {line.split()[0] for line in used}, {line.split()[-1] for line in used}
        shared = (
            set(statement["Action"]) <= TRANSACTION and {line.split()[-1] for line in granted} <= TRANSACTION_FAMILIES
        )
        for line in granted - used:
            if not (shared and line.split()[0] in actions and line.split()[-1] in families):
                yield line


def role_of(function: str) -> str:
    return f"{pascal(function)}Role"


def test_a_function_names_and_selects_no_attribute_it_may_not(asked: dict[str, set[Read]]) -> None:
    refused = {name: [each for each in reads if not _may_read(role_of(name), *each)] for name, reads in asked.items()}

    assert {name: reads for name, reads in refused.items() if reads} == {}


def _may_read(role: str, call: str, attributes: frozenset[str], select: str | None) -> bool:
    """Whether a statement of the role allows a read of the table, the attributes it names and what it selects."""
    action, _, family = (*call.split(), "")[:3]
    if action not in ("dynamodb:GetItem", "dynamodb:Query"):
        return True
    return any(
        action in statement["Action"]
        and any(
            fnmatchcase(family, pattern)
            for pattern in condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", [])
        )
        and attributes <= set(condition.get("ForAllValues:StringEquals", {}).get("dynamodb:Attributes", attributes))
        and condition.get("StringEquals", {}).get("dynamodb:Select", select) == select
        for statement in statements_of(stack().resources[role]["Properties"])
        for condition in [statement.get("Condition", {})]
    )


def _prepare(patch: pytest.MonkeyPatch) -> None:
    """Make the table, the queues and the bus, and the environment that names them."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        patch.setenv(name, "testing")
    patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    patch.setattr(bootstrap, "pause", lambda _: None)
    table = stack().resources["Table"]["Properties"]
    parts = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    shape = {name: table[name] for name in parts if name in table}
    bootstrap.client("dynamodb").create_table(TableName="Table", **shape)
    bootstrap.client("events").create_event_bus(Name="Bus")
    settings = {
        "EARSHOT_STAGE": "prod",
        "EARSHOT_TABLE": "Table",
        "EARSHOT_BUS": "Bus",
        "EARSHOT_CRM_SECRET": "CrmSecret",
        "EARSHOT_HAS_CRM": "true",
        "EARSHOT_API_URL": "https://abc.execute-api.eu-central-1.amazonaws.com",
        "EARSHOT_STACK": "earshot",
    }
    for variable, queue in QUEUES.items():
        settings[variable] = bootstrap.client("sqs").create_queue(QueueName=queue)["QueueUrl"]
    for function in stack().functions:
        if parked := _dead_letters_of(function):
            bootstrap.client("sqs").create_queue(QueueName=parked)
    made = [bootstrap.client("sqs").create_queue(QueueName=queue)["QueueUrl"] for queue in stack().dead_letter_queues]
    settings["EARSHOT_ALL_DEAD_LETTERS"] = ",".join(made)
    for name in ("HashSecret", "LinkSecret", "IdentitySecret"):
        bootstrap.client("secretsmanager").create_secret(Name=name, SecretString=f"{name} for tests")
    bootstrap.client("secretsmanager").create_secret(Name="CrmSecret", SecretString="https://crm.example.com/hook")
    mails = bootstrap.destination_sender
    patch.setattr(bootstrap, "destination_sender", lambda kind: RECEIVER if kind == "webhook" else mails(kind))
    settings |= {
        "EARSHOT_LINK_SECRET": "LinkSecret",
        "EARSHOT_HASH_SECRET": "HashSecret",
        "EARSHOT_IDENTITY_SECRET": "IdentitySecret",
        "EARSHOT_ASK_BY_ADDRESS": "AskByAddressFunction",
        "EARSHOT_MAIL_FROM": "survey@example.com",
    }
    settings |= {"EARSHOT_PUBLIC_URL": "https://earshot.example.com", "EARSHOT_MAX_CONCURRENCY": "2"}
    settings["EARSHOT_PEOPLE_RETENTION_DAYS"] = "30"
    settings["EARSHOT_SALT"] = "stack/earshot/0b1c"
    settings["EARSHOT_CDN_SECRET"] = ""
    settings["EARSHOT_CONFIGURATION_SET"] = "earshot-mails"
    reply = (AWSResponse("https://email", 200, {}, None), QUOTA)
    bootstrap.mail_account()._client.meta.events.register("before-call.sesv2.GetAccount", lambda **_: reply)
    for variable, value in settings.items():
        patch.setenv(variable, value)
    bootstrap.mailer()._client.create_email_identity(EmailIdentity="survey@example.com")
    _keep_a_suppression_list()
    bootstrap.api_keys().put(ApiKey("0f1e2d3c4b5a", "tests", hash_of(KEY), SCOPES, "2026-11-21T21:00:00.000Z"))


def _look_at_the_console(every_sample: Callable[[Iterable[str]], None]) -> None:
    """Sign a member in and show them the pages; their session was last used an hour ago, which is noted."""
    cookie = load_event("serve_console/home")["cookies"][0].partition("=")[2]
    member, token = read_value(cookie)
    now = bootstrap.now()
    assert bootstrap.members().put(make_member(member, role=Role.OWNER), None)
    bootstrap.sessions().start(Session(session_hash(token), member, now - HOUR, now - HOUR))
    every_sample(samples("serve_console"))


def _work_on_cases_in_the_console(invoke: Invoke, cases: Sequence[str]) -> None:
    """Show the cases, open and closed, and send a form of one: done, and then refused, since it is older than that."""
    # A session of each function, so that each notes that it was used.
    reading, writing = "of-who-reads-cases", "of-who-works-on-cases"
    now = bootstrap.now()
    assert bootstrap.members().put(make_member("lou", role=Role.OWNER), None)
    for token in (reading, writing):
        bootstrap.sessions().start(Session(session_hash(token), "lou", now - HOUR, now - HOUR))
    page = load_event("serve_console/score") | {"cookies": [f"__Host-earshot=lou.{reading}"]}
    for path in ("/app/cases", *(f"/app/cases/{case}" for case in cases)):
        assert invoke("serve_console", _at(page, path))["statusCode"] == 200
    assert invoke("serve_console", _at(page, "/app/cases", "state=resolved&survey=demo"))["statusCode"] == 200
    case = next(each for each in map(bootstrap.cases().get, cases) if each is not None and each.person is not None)
    fields = {"token": form_token(writing), "revision": case.revision, "kind": "note", "note": "Rang them."}
    for status in (303, 409):
        sent = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        form = http_event("POST /app/cases/{case}", f"/app/cases/{case.id}", urlencode(fields), headers=sent)
        assert invoke("manage_cases", form | {"cookies": [f"__Host-earshot=lou.{writing}"]})["statusCode"] == status


def _look_at_a_person(invoke: Invoke) -> None:
    """Show a person who was asked, who responded and has a case, and write to them again."""
    reading, writing, now = "of-who-looks", "of-who-writes", bootstrap.now()
    assert bootstrap.members().put(make_member("ida", role=Role.OWNER), None)
    for token in (reading, writing):
        bootstrap.sessions().start(Session(session_hash(token), "ida", now - HOUR, now - HOUR))
    body = {"id": "seen", "email": "seen@example.com", "account": "acme"}
    put = http_event("PUT /v1/people/{person}", "/v1/people/seen", body, key=KEY)
    made = invoke("manage_people", put)
    assert made["statusCode"] == 201, made
    page = load_event("serve_console/person") | {"cookies": [f"__Host-earshot=ida.{reading}"]}
    for one in ("seen", *(case.person for case in _cases_of_people())):
        assert invoke("serve_console", _at(page, "/app/person", f"id={one}"))["statusCode"] in {200, 404}
    limited = make_member("theo", role=Role.FRONTLINE, access=Access(own_accounts=True))
    assert bootstrap.members().put(limited, None)
    bootstrap.sessions().start(Session(session_hash("of-leo"), "theo", now - HOUR, now - HOUR))
    his = page | {"cookies": ["__Host-earshot=theo.of-leo"]}
    for path in ("/app/cases", "/app/s/demo/responses", *(f"/app/cases/{each.id}" for each in _cases_of_people())):
        assert invoke("serve_console", _at(his, path))["statusCode"] in {200, 403}
    assert invoke("serve_console", _at(his, "/app/person", "id=seen"))["statusCode"] == 403
    fields = {"token": form_token(writing), "id": "seen", "action": "resubscribe"}
    sent = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    form = http_event("POST /app/person", "/app/person", urlencode(fields), headers=sent)
    assert invoke("manage_people", form | {"cookies": [f"__Host-earshot=ida.{writing}"]})["statusCode"] == 303
    correcting = "of-who-corrects"
    bootstrap.sessions().start(Session(session_hash(correcting), "theo", now - HOUR, now - HOUR))
    known = next(case for case in _cases_of_people() if case.response is not None and case.person is not None)
    owned = http_event(
        "PUT /v1/people/{person}", f"/v1/people/{known.person}", {"id": known.person, "account": "acme"}, key=KEY
    )
    assert invoke("manage_people", owned)["statusCode"] in {200, 201}
    fields = {"token": form_token(correcting), "action": "exclude", "reason": "A test."}
    path = f"/app/s/{known.survey}/responses/{known.response}"
    form = http_event("POST /app/s/{survey}/responses/{response}", path, urlencode(fields), headers=sent)
    reply = invoke("revise_response", form | {"cookies": [f"__Host-earshot=theo.{correcting}"]})
    assert reply["statusCode"] in {303, 403}
    managing = "of-who-manages-the-team"
    bootstrap.sessions().start(Session(session_hash(managing), "ida", now - HOUR, now - HOUR))
    assert invoke("serve_console", _at(page, "/app/settings"))["statusCode"] == 200
    fields = {"token": form_token(managing), "action": "end_session", "session": session_hash(writing)[:16]}
    form = http_event("POST /app/settings", "/app/settings", urlencode(fields), headers=sent)
    assert invoke("manage_team", form | {"cookies": [f"__Host-earshot=ida.{managing}"]})["statusCode"] == 303


def _cases_of_people() -> list[Case]:
    """Return some cases whose person is known."""
    figures, _ = bootstrap.cases().listed(OpenCaseFilter(None, None, None, None), 50)
    return [each for each in bootstrap.cases().get_many([one.id for one in figures]) if each.person is not None]


def _at(page: Mapping[str, Any], path: str, query: str = "") -> dict[str, Any]:
    """Return the request of a page as one of another."""
    context = page["requestContext"]
    return {
        **page,
        "rawPath": path,
        "rawQueryString": query,
        "requestContext": context | {"http": context["http"] | {"path": path}},
        "pathParameters": {"proxy": path.removeprefix("/app/")},
    }


def _keep_a_suppression_list() -> None:
    """Reply for the account's suppression list, two pages long, since moto keeps none."""
    reported, pages = AWSResponse("https://email", 200, {}, None), cycle([{"NextToken": "next"}, {}])
    time = datetime(2026, 11, 21, tzinfo=UTC)
    listed = {"EmailAddress": "gone@example.com", "Reason": "BOUNCE", "LastUpdateTime": time}
    bootstrap.client("sesv2").meta.events.register(
        "before-call.sesv2.ListSuppressedDestinations",
        lambda **_: (reported, {"SuppressedDestinationSummaries": [listed], **next(pages)}),
    )


def _run(invoke: Invoke) -> None:
    """Live through the life of a survey, sample by sample."""

    def every_sample(names: Iterable[str]) -> None:
        for name in names:
            invoke(name.partition("/")[0], load_event(name))

    for survey in ("demo", "fresh", "trial"):
        body = {"name": survey, "segments": ["airline"]}
        invoke("manage_surveys", http_event("PUT /v1/surveys/{survey}", f"/v1/surveys/{survey}", body, key=KEY))
    streamed = ("publish_events", "count_funnel")
    reading = ("read_results", "read_trends")
    for function in (
        "serve_widget",
        "ask_by_address",
        "submit_response",
        "record_responses",
        *streamed,
        "evaluate_alerts",
        "sync_crm",
        "manage_cases",
        "receive_inbound",
        *reading,
    ):
        every_sample(samples(function))
    bootstrap.destinations().put(Destination("seen", "webhook", "Seen", {"url": "https://hooks.example.com"}), None)
    _look_at_the_console(every_sample)
    seen = bootstrap.destinations().get("seen")
    assert seen is not None
    bootstrap.destinations().delete(seen, bootstrap.now())
    team = ("add_lead", "add_member", "add_member_with_faults", "list_members", "read_member", "save_accounts")
    calendars = ("put_calendar", "put_calendar_with_faults", "list_calendars", "read_calendar", "delete_calendar")
    accounts = ("save_accounts_with_faults", "read_account", "remove_member")
    every_sample(f"manage_team/{name}" for name in (*team, *accounts, *calendars))
    _sign_in(invoke, every_sample)
    _manage_alerts(invoke, every_sample)
    _send_digests(invoke, every_sample)
    _respond_again(invoke)
    _name_the_person_of_an_address(invoke)
    _import_twice(invoke)
    _correct_to_a_value_never_seen(invoke)
    _bring_values(invoke)
    _backfill_unsigned(invoke)
    every_sample(name for name in samples("manage_surveys") if not name.endswith("/close"))
    every_sample([*samples("backfill_segments"), *samples("recompute_scores")])
    _look_at_a_person(invoke)
    _evaluate(invoke)
    _complete(invoke)
    _retain(invoke)
    _anonymize_the_silent(invoke)
    _erase(invoke)
    every_sample(samples("revise_response"))
    _respond_as(invoke, "customer-1")
    _meet_in_a_page(invoke)
    _ask(invoke)
    _write_in_a_page(invoke)
    _campaign(invoke)
    _report_a_mail(invoke)
    found = ("search", "search_by_address", "search_by_id")
    _respond_as(invoke, "customer-3")
    calls = ["create", "create_many", "read", "list", *found, "export", "suppress", "allow"]
    calls += ["erase_and_subtract", "erase", "erasure"]
    every_sample(f"manage_people/{name}" for name in calls)
    every_sample(["manage_surveys/close", *samples("manage_keys")])  # the last one revokes the key


def _sign_in(invoke: Invoke, every_sample: Callable[[Iterable[str]], None]) -> None:
    """Invite a member, sign them in by link, code and invitation, sign them out, and end what is left."""
    invited = invoke("manage_team", load_event("manage_team/invite_member"))
    member = json.loads(invited["body"])["id"]
    invoke("sync_crm", sqs_event([{"team_invitation": member}], "DeliveryQueue"))
    every_sample(samples("sign_in"))
    tokens = (f"token-{number}" for number in count_from(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "new_token", lambda: next(tokens))
        patch.setattr(bootstrap, "new_code", lambda: "012345")
        for way in ("link", "code"):
            asked = invoke("sign_in", _form_of("POST /app/sign-in", "/app/sign-in", "email=kim%40example.com"))
            browser = [cookie.partition(";")[0] for cookie in asked["cookies"]]
            hashed = session_hash(browser[0].partition("=")[2])
            invoke("sync_crm", sqs_event([{"sign_in": hashed, "address": "kim@example.com"}], "DeliveryQueue"))
            if way == "code":
                route, path, body = "POST /app/sign-in/code", "/app/sign-in/code", "code=012345"
            else:
                # The browser's token came before.
                number = int(browser[0].rpartition("-")[2]) + 1
                route, path, body = "POST /app/sign-in/{token}", f"/app/sign-in/token-{number}", ""
            assert invoke("sign_in", _form_of(route, path, body, *browser))["statusCode"] == 303
        made = invoke("sign_in", {"member": member})
        joined = invoke("sign_in", _form_of("POST /app/invitation/{token}", made["path"], ""))
        cookie = joined["cookies"][0].partition(";")[0]
        token = form_token(cookie.rpartition(".")[2])
        _later(
            invoke,
            HOUR,
            lambda: invoke("sign_in", _form_of("POST /app/sign-out", "/app/sign-out", f"token={token}", cookie)),
        )
    for method in ("GET", "DELETE"):
        route, path = f"{method} /v1/team/{{member}}/sessions", f"/v1/team/{member}/sessions"
        assert invoke("manage_team", http_event(route, path, key=KEY))["statusCode"] in (200, 204)
    assert bootstrap.sessions().of_member(member) == []
    every_sample(["manage_team/end_session"])


def _form_of(route: str, path: str, body: str, *cookies: str) -> dict[str, Any]:
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    return http_event(route, path, body, headers=headers, cookies=cookies)


def _send_digests(invoke: Invoke, every_sample: Callable[[Iterable[str]], None]) -> None:
    """Make a digest to a member, an address and a channel, bring it to each, and stop it by its link."""
    channel = Destination("to-0123456789ab", "slack", "Team", {"channel": "C0123456789"})
    bootstrap.destinations().put(channel, None)
    put = load_event("manage_digests/put_digest")
    body = json.dumps(json.loads(put["body"]) | {"to": ["leo", "board@example.com", channel.id]})
    assert invoke("manage_digests", put)["statusCode"] == 201
    assert invoke("manage_digests", {**put, "body": body})["statusCode"] == 200
    made = bootstrap.digests().get("leads-weekly")
    assert made is not None
    assert made.next_at is not None
    due = made.next_at - bootstrap.now()
    _later(invoke, due, lambda: invoke("sync_crm", load_event("sync_crm/digest_due")))
    _later(invoke, due, lambda: _attempt(invoke))
    for role in DigestRole:
        changed = replace(made, role=role, to=(channel.id, "leo"), revision=made.revision + 1)
        assert bootstrap.digests().put(changed, made)
        made = changed
        for recipient in made.to:
            task = {"digest": made.id, "recipient": recipient, "test": role.value}
            invoke("sync_crm", sqs_event([task], "DeliveryQueue"))
        # A month later each open case is overdue.
        _later(invoke, 30 * 24 * HOUR, lambda: _attempt(invoke))
        _later(invoke, 30 * 24 * HOUR, lambda: every_sample(["manage_digests/preview_html"]))
    every_sample(name for name in samples("manage_digests") if not name.endswith("/delete_digest"))
    token = bootstrap.tokens().make("digest", {"d": made.id, "r": "leo", "l": "en"})
    for method, form in (("GET", None), ("POST", None), ("POST", "undo=yes")):
        content = {"content-type": "application/x-www-form-urlencoded"}
        invoke("serve_pages", http_event(f"{method} /u/{{token}}", f"/u/{token}", form, headers=content))
    every_sample(["manage_digests/delete_digest"])


def _manage_alerts(invoke: Invoke, every_sample: Callable[[Iterable[str]], None]) -> None:
    """Make destinations and rules, bring alerts to them whatever they reply, and delete them."""
    made = {"kind": "webhook", "name": "Hook", "settings": {"url": "https://hooks.example.com/earshot"}}
    made |= {"include": ["person", "comment"], "contact": "staff@example.com"}
    hook = str(_managed(invoke, "POST /v1/destinations", made)["id"])
    rules, of_demo = "/v1/surveys/{survey}/alert-rules", {"survey": "demo"}
    assert all(bootstrap.members().put(make_member(name), None) for name in ("ann", "bea"))
    bootstrap.calendars().put(Calendar("office", "UTC", {"mon": (("09:00", "17:00"),)}), None)
    body = {"owner": "staff@example.com", "cases": {"owner": "ann", "role": "frontline", "calendar": "office"}}
    patched = invoke("manage_surveys", http_event("PATCH /v1/surveys/{survey}", "/v1/surveys/demo", body, key=KEY))
    assert patched["statusCode"] == 200
    rule = {"when": "detractor", "destinations": [hook, "owner"], "most_per_hour": 1}
    _managed(invoke, f"POST {rules}/try", rule | {"case": True, "owner": "ann"}, **of_demo)
    names = [str(_managed(invoke, f"POST {rules}", rule, **of_demo)["id"])]
    rule = {"when": "score_changed", "destinations": [hook]}
    names.append(str(_managed(invoke, f"POST {rules}", rule, **of_demo)["id"]))
    every_sample(samples("manage_alerts"))
    _bring_alerts(invoke, hook)
    _open_cases(invoke)
    _take_steps(invoke)
    _send_a_change_of_a_case(invoke)
    for name in names:
        _managed(invoke, f"DELETE {rules}/{{rule}}", rule=name, **of_demo)
    _managed(invoke, "DELETE /v1/destinations/{destination}", destination=hook)


def _managed(invoke: Invoke, route: str, body: Any = None, *, query: str = "", **parts: str) -> Any:
    """Make a call on alerts, which is granted; return the reply."""
    path = route.partition(" ")[2].format(**parts)
    reply = invoke("manage_alerts", http_event(route, path, body, query=query, key=KEY))
    assert 200 <= reply["statusCode"] < 300, reply
    return json.loads(reply["body"]) if reply.get("body") else None


def _bring_alerts(invoke: Invoke, hook: str) -> None:
    """Bring alerts to a destination that replies, refuses the credentials, does not reply, and refuses the contents."""
    one = {"destination": hook}
    _withdraw_alerts(invoke)
    alerted = _alerted(invoke)
    _attempt(invoke)
    # The same comes again: it finds its alert.
    invoke("evaluate_alerts", sqs_event([AlertTask("demo", [alerted]).to_json()], "AlertQueue"))
    again = sqs_event([AlertTask("demo", [alerted]).to_json()], "AlertQueue")
    again["Records"][0]["attributes"]["ApproximateReceiveCount"] = "2"
    invoke("evaluate_alerts", again)
    # A later revision looks for all alerts on the response.
    changed = replace(alerted, revision=2, score=9)
    invoke("evaluate_alerts", sqs_event([AlertTask("demo", [changed]).to_json()], "AlertQueue"))
    for body in (None, {"inbound": True}, {"inbound": True}):
        rotated = _managed(invoke, "POST /v1/destinations/{destination}/rotate-secret", body, **one)
    _call_from_outside(invoke, hook, rotated["inbound_secret"])
    _alerted(invoke)
    RECEIVER.outcomes += [DestinationBroken("auth", "401")] * 2
    _attempt(invoke)
    _managed(invoke, "PATCH /v1/destinations/{destination}", {"state": "enabled"}, **one)
    for _ in range(6):
        _alerted(invoke)
    RECEIVER.outcomes += [Down("away")] * 5
    _attempt(invoke)
    assert _managed(invoke, "GET /v1/destinations/{destination}", **one)["health"]["breaker"] == "open"
    for later in (MINUTE, HOUR):
        _later(invoke, later, lambda: invoke("plan_reminders", sqs_event([{"all_shards": True}])))
        _later(invoke, later, lambda: _attempt(invoke))
    _close_a_breaker_that_nothing_waits_for(invoke, hook)
    _alerted(invoke)
    RECEIVER.outcomes.append(Rejected("refused", 422))
    _attempt(invoke)
    _summarize(invoke)
    fall = ScoreFact(str(uuid4()), "ScoreChanged", {"survey": "demo"}, "2026-11-30T00:00:00.000Z")
    invoke("evaluate_alerts", sqs_event([AlertTask("demo", scores=[fall]).to_json()], "AlertQueue"))
    _attempt(invoke)
    parked = _managed(invoke, "GET /v1/deliveries", query=f"destination={hook}&state=parked")["deliveries"]
    (shown,) = [each for each in parked if each["type"] != INBOUND]
    _managed(invoke, "GET /v1/deliveries/{delivery}", delivery=shown["id"])
    _managed(invoke, "GET /v1/deliveries", query=f"survey=demo&response={shown['response']}")
    assert _managed(invoke, "POST /v1/destinations/{destination}/redrive", **one)["deliveries"] == 1
    _managed(invoke, "POST /v1/destinations/{destination}/replay", {"since": "2026-11-20T00:00:00Z"}, **one)


def _call_from_outside(invoke: Invoke, destination: str, secret: str) -> None:
    """Change a case by a call that a destination signed, twice; the second one is a repeat."""
    route, path = "POST /v1/inbound/{destination}", f"/v1/inbound/{destination}"
    body = json.dumps({"case": str(uuid4()), "state": "contacted"})
    headers = signed_headers([secret], "msg_1", bootstrap.now(), body.encode())
    for _ in range(2):
        assert invoke("receive_inbound", http_event(route, path, body, headers=headers))["statusCode"] == 202


def _open_cases(invoke: Invoke) -> None:
    """Open cases of an account and of a person, collect anonymous responses in one, and read them all."""
    rule = {"when": "detractor", "destinations": ["owner"], "case": True, "case_by": "account"}
    of_demo = {"survey": "demo"}
    made = _managed(invoke, "POST /v1/surveys/{survey}/alert-rules", rule, **of_demo)
    bootstrap.people().put([PersonChange(None, Person("of-acme", account="acme"))])
    opened, _ = (_alerted(invoke, "of-acme") for _ in range(2))
    # Somebody of the account has responded again, which the publisher asks about and their case notes.
    kept = bootstrap.ledger().find("demo", opened.response)
    assert kept is not None
    superseded = replace(kept, superseded_on="2026-12-31")
    invoke("publish_events", stream_event((stored(kept), stored(superseded))))
    invoke("evaluate_alerts", sqs_event([AlertTask("demo", again=[opened.response]).to_json()], "AlertQueue"))
    _alerted(invoke, None)
    most = {"pk": {"S": "CA#demo"}, "sk": {"S": "META"}, "open_cases": {"N": str(MOST_ANONYMOUS)}}
    bootstrap.client("dynamodb").put_item(TableName="Table", Item=most)
    for _ in range(2):
        _alerted(invoke, None)
    changed_cases = _change_cases(invoke, most)
    _work_on_cases_in_the_console(invoke, changed_cases)
    _report_cases_from_outside(invoke, changed_cases)
    _hand_over(invoke)
    _managed(invoke, "DELETE /v1/surveys/{survey}/alert-rules/{rule}", rule=made["id"], **of_demo)


def _hand_over(invoke: Invoke) -> None:
    """Hand the cases of a member who was removed to nobody."""
    ann = bootstrap.members().get("ann")
    assert ann is not None
    assert bootstrap.members().put(removed(ann, bootstrap.now()), ann)
    invoke("plan_reminders", sqs_event([{"hand_over": "ann"}], "PlanQueue"))
    _attempt(invoke)
    assert bootstrap.cases().rows_of("ann", 1) == ([], None)


def _change_cases(invoke: Invoke, most: Mapping[str, Any]) -> list[str]:
    """Read the cases, open others by hand, and bring each through its states, also those whose place is taken.

    Return their ids.
    """
    listed = _of_cases(invoke, "GET /v1/cases")["cases"]
    assert {each["subject"] for each in listed} == {"account", "person", "response", "collective"}
    bootstrap.accounts().put(Account("of-hand"), None)
    bootstrap.people().put([PersonChange(None, Person("by-hand"))])
    for of in ({"person": "by-hand", "owner": "ann"}, {"account": "of-hand"}):
        listed.append(_of_cases(invoke, "POST /v1/cases", {"survey": "demo"} | of))
    _list_responses(invoke, listed)
    contacted = {"kind": "contacted"}
    closed = {"kind": "resolved", "outcome": "test", "root_cause": "other"}
    for each in listed:
        known = _of_cases(invoke, "GET /v1/cases/{case}", case=each["id"])
        if each["subject"] in ("person", "response") and not (known["person"] or known["responses"]):
            continue  # whose it was is erased
        for fact in (contacted, {"kind": "assigned", "owner": "ann", "note": "hers"}, closed, {"kind": "reopened"}):
            known = _of_cases(invoke, "GET /v1/cases/{case}", case=each["id"])
            if "owner" not in fact or fact["owner"] != known["owner"]:
                body = fact | {"revision": known["revision"]}
                _of_cases(invoke, "POST /v1/cases/{case}/facts", body, case=each["id"])
    for query in ("person=by-hand", "account=of-hand", "owner=-", "survey=demo&state=resolved"):
        _of_cases(invoke, "GET /v1/cases", query=query)
    # Meanwhile another collective case opens, so that the first one stays closed.
    first = next(each["id"] for each in listed if each["subject"] == "collective")
    for fact, status in ((closed, 201), ({"kind": "reopened"}, 409)):
        body = fact | {"revision": _of_cases(invoke, "GET /v1/cases/{case}", case=first)["revision"]}
        _of_cases(invoke, "POST /v1/cases/{case}/facts", body, status=status, case=first)
        bootstrap.client("dynamodb").put_item(TableName="Table", Item=most)
        _alerted(invoke, None)
    return [each["id"] for each in listed]


def _list_responses(invoke: Invoke, cases: Sequence[Mapping[str, Any]]) -> None:
    """List the responses of cases and of an account."""
    route, path = "GET /v1/surveys/{survey}/responses", "/v1/surveys/demo/responses"
    for query in (*(f"case={each['id']}" for each in cases), "account=of-hand&order=score"):
        assert invoke("read_results", http_event(route, path, query=query, key=KEY))["statusCode"] == 200


def _of_cases(
    invoke: Invoke, route: str, body: Any = None, *, query: str = "", status: int | None = None, **parts: str
) -> Any:
    """Make a call on cases, which is granted or has the `status` given; return the reply."""
    path = route.partition(" ")[2].format(**parts)
    reply = invoke("manage_cases", http_event(route, path, body, query=query, key=KEY))
    found = reply["statusCode"]
    assert found == status if status else 200 <= found < 300, reply
    return json.loads(reply["body"])


def _send_a_change_of_a_case(invoke: Invoke) -> None:
    """Publish that a case was opened, which a webhook asks for."""
    settings = {"url": "https://hooks.example.com/board", "types": ["case.opened"]}
    made = _managed(invoke, "POST /v1/destinations", {"kind": "webhook", "name": "Board", "settings": settings})
    invoke("publish_events", load_event("publish_events/case_opened"))
    _attempt(invoke)
    _managed(invoke, "DELETE /v1/destinations/{destination}", destination=made["id"])


def _take_steps(invoke: Invoke) -> None:
    """Watch the clocks of a case run out that somebody owns, in hours that are changed meanwhile."""
    for member in (make_member("head"), make_member("own", lead="head")):
        assert bootstrap.members().put(member, None)
    always = Calendar("always", "UTC", dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),)))
    assert bootstrap.calendars().put(always, None)
    assert bootstrap.accounts().put(Account("acme-2", "Acme"), None)
    bootstrap.people().put([PersonChange(None, Person("of-acme-2", account="acme-2"))])
    response = _alerted(invoke, "of-acme-2").response
    opening = Opening(2, Priority.HIGH, "own", OwnedBy.RULE, always, Targets(8, 40))
    # A rule of its own, as the response has a case already.
    alert = Alert("demo", "of-own", response, bootstrap.now())
    case = opened_by(alert, SubjectKind.ACCOUNT, "acme-2", opening)
    assert bootstrap.cases().open(alert, case).is_made

    def ticked() -> None:
        invoke("plan_reminders", sqs_event([{"all_shards": True}]))
        _attempt(invoke)

    for hours in (0, 5, 9, 17, 81):
        _later(invoke, hours * HOUR, ticked)
    assert len((bootstrap.cases().get(case.id) or case).steps) == 9
    alert = replace(alert, rule="of-own-2")
    again = opened_by(alert, SubjectKind.ACCOUNT, "acme-3", opening)
    assert bootstrap.cases().open(alert, again).is_made
    assert bootstrap.calendars().put(replace(always, hours={"mon": (("00:00", "24:00"),)}, revision=2), always)
    _later(invoke, HOUR, lambda: invoke("sync_crm", sqs_event([{"case_steps": again.id}], "DeliveryQueue")))


def _report_cases_from_outside(invoke: Invoke, cases: Sequence[str]) -> None:
    """Close cases and open them again, as systems outside report it; then others of the same subjects are open."""
    table = bootstrap.client("dynamodb")
    bootstrap.calendars().put(Calendar("office", "UTC", {"mon": (("09:00", "17:00"),)}), None)
    key = {"pk": {"S": f"CASE#{cases[0]}"}, "sk": {"S": "META"}}
    in_hours = {":name": {"S": "office"}}
    table.update_item(
        TableName="Table", Key=key, UpdateExpression="SET calendar = :name", ExpressionAttributeValues=in_hours
    )

    def report(name: str, state: str) -> None:
        calls = [InboundCall("to-1", f"{name}-{at}", bootstrap.now(), case, state) for at, case in enumerate(cases)]
        invoke("sync_crm", sqs_event([call.to_json() for call in calls], "DeliveryQueue"))

    report("contacted", "contacted")
    report("closed", "resolved")
    report("opened", "open")
    report("again", "resolved")
    for person in ("of-acme", "customer-1", None, None, None):
        _alerted(invoke, person)
    report("late", "open")
    unknown = InboundCall("to-1", "unknown", bootstrap.now(), str(uuid4()), "open")
    invoke("sync_crm", sqs_event([unknown.to_json()], "DeliveryQueue"))


def _alerted(invoke: Invoke, person: str | None = "customer-1") -> ResponseFact:
    """Make a person respond as a detractor, and evaluate the rules."""
    now = bootstrap.now()
    response = uuid7(now, str(uuid4()))
    sent = {"survey": "demo", "id": response, "kind": "final", "score": 2, "received": now, "rank": "keyed"}
    by = {"person": person} if person is not None else {}
    invoke("record_responses", sqs_event([{"version": 1, "submissions": [sent | by]}]))
    fact = ResponseFact(response, 1, str(uuid4()), "ResponseRecorded", 2)
    invoke("evaluate_alerts", sqs_event([AlertTask("demo", [fact]).to_json()], "AlertQueue"))
    return fact


def _withdraw_alerts(invoke: Invoke) -> None:
    """Erase a response that reached a destination, then a person who has another such response; keep one no longer."""
    alerted = _alerted(invoke)
    _alerted(invoke, "customer-2")
    _attempt(invoke)
    invoke("revise_response", http_event(f"DELETE {ONE}", f"/v1/surveys/demo/responses/{alerted.response}", key=KEY))
    erase, query = "DELETE /v1/people/{person}", "id=customer-2"
    body = invoke("manage_people", http_event(erase, "/v1/people/customer-2", query=query, key=KEY))["body"]
    assert json.loads(body)["elsewhere"]
    read = http_event("GET /v1/people/{person}/erasure", "/v1/people/customer-2/erasure", key=KEY)
    assert json.loads(invoke("manage_people", read)["body"])["elsewhere"]
    _alerted(invoke)
    _attempt(invoke)
    tomorrow = bootstrap.now() + DAY
    invoke("backfill_segments", sqs_event([{"retention": {"survey": "demo", "before": tomorrow}}]))


def _attempt(invoke: Invoke) -> None:
    """Make an attempt of each delivery that is asked for and whose time it is."""
    sqs, url = bootstrap.client("sqs"), os.environ["EARSHOT_DELIVERY_QUEUE"]
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            invoke("sync_crm", sqs_event([message["Body"]], "DeliveryQueue"))


def _later(invoke: Invoke, milliseconds: int, step: Callable[[], object]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        now = bootstrap.now() + milliseconds
        patch.setattr(bootstrap, "now", lambda: now)
        step()


def _close_a_breaker_that_nothing_waits_for(invoke: Invoke, hook: str) -> None:
    breaker = bootstrap.deliveries().breaker(hook)
    for _ in range(5):
        breaker = breaker.after_failure(bootstrap.now())
        assert bootstrap.deliveries().put_breaker(breaker)
    _later(invoke, MINUTE, lambda: invoke("plan_reminders", sqs_event([{"all_shards": True}])))
    assert bootstrap.deliveries().breaker(hook).until is None


def _summarize(invoke: Invoke) -> None:
    """Deliver the summary of the alerts above the limit of an hour, whose time is a quarter of an hour later."""

    def is_summary(each: Delivery) -> bool:
        return each.type == "alerts.summarized"

    found, _ = bootstrap.deliveries().of_destination("owner", 100)
    summary = next(filter(is_summary, found))
    _later(invoke, QUARTER, lambda: invoke("sync_crm", sqs_event([task_of(summary.key)], "DeliveryQueue")))


def _meet_in_a_page(invoke: Invoke) -> None:
    """Ask as a page that knows a person whether it may put the question, and post their response."""
    guest = _person("guest")
    known = replace(guest, id=made_id(str(guest.email), bootstrap.hash_key()))
    bootstrap.people().put([PersonChange(None, guest), PersonChange(None, known)])
    secret = bootstrap.identity_tokens().secret("fresh")
    tokens = [jwt.encode({"sub": who, "exp": time() + 3600}, secret) for who in ("guest@example.com", "guest")]
    for token in tokens:
        for body in ({"token": token}, {"token": token, "event": "shown"}):
            invoke("serve_widget", http_event("POST /v1/surveys/{survey}/widget", "/v1/surveys/fresh/widget", body))
    path = "/v1/surveys/fresh/responses"
    over = [jwt.encode({"sub": who, "exp": time() - 100}, secret) for who in ("guest@example.com", "guest")]
    for sent in (token, *over):
        invoke("submit_response", http_event("POST /v1/surveys/{survey}/responses", path, {"score": 9, "token": sent}))


def _person(name: str) -> Person:
    email = f"{name}@example.com"
    return Person(name, email, properties={"plan": "pro"}, mailbox=bootstrap.suppressions().hash_of(email))


def _ask(invoke: Invoke) -> None:
    """Ask people at any hour, at the same moment as someone else too, send, respond, unsubscribe and plan."""
    body = {"rules": {"sending_hours": [0, 24], "daily_budget": 100}}
    invoke("manage_surveys", http_event("PATCH /v1/surveys/{survey}", "/v1/surveys/demo", body, key=KEY))
    for name in ("request_invitations", "receive_touchpoints", "plan_reminders", "send_emails", "serve_pages"):
        for sample in samples(name):
            invoke(name, load_event(sample))
    # The person of the sample touchpoint was asked by the sample invitations.
    other = load_event("receive_touchpoints/one")["Records"][0]["body"]
    other = other.replace("ann@", "other@").replace("customer-1", "other").replace("3600", "0")
    other = other.replace('"locale"', '"account": "Other Inc.", "locale"')
    person = {"person": {"id": "guest", "email": "guest@example.com", "account": "Guest Inc."}}
    with pytest.MonkeyPatch.context() as patch:
        invitations, tries = bootstrap.invitations(), iter([False])
        opened = invitations.open
        patch.setattr(invitations, "open", lambda *asked: next(tries, True) and opened(*asked))
        invoke("receive_touchpoints", sqs_event([other]))
        tries = iter([False])
        route = "POST /v1/surveys/{survey}/invitations"
        invoke(
            "request_invitations",
            http_event(route, "/v1/surveys/demo/invitations", {"invitations": [person]}, key=KEY),
        )
    for shard in range(8):
        invoke("plan_reminders", sqs_event([{"shard": shard}]))
    (asked,) = bootstrap.invitations().of_person("guest")
    with pytest.MonkeyPatch.context() as patch:
        # So late the mailbox counts as asked now.
        patch.setattr(bootstrap, "now", lambda: asked.due_at + LATE + 1)
        with pytest.MonkeyPatch.context() as throttled:
            throttled.setattr(bootstrap.mailer(), "send", _throttled)
            invoke("send_emails", sqs_event([{"person": "guest", "invitation": asked.id}]))
        with pytest.MonkeyPatch.context() as paused:
            paused.setattr(bootstrap.mailer(), "send", _paused)
            invoke("send_emails", sqs_event([{"person": "guest", "invitation": asked.id}]))
            bootstrap.send_rate_limiter.cache_clear()
        invoke("send_emails", sqs_event([{"person": "guest", "invitation": asked.id}]))
    (sent,) = bootstrap.invitations().of_person("guest")
    assert sent.sent_at is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "now", lambda: sent.due_at)
        invoke("send_emails", sqs_event([{"person": "guest", "invitation": asked.id}]))
    (reminded,) = bootstrap.invitations().of_person("guest")
    assert [mail.wave for mail in reminded.mails] == [1, 2]
    # A submission that is not recorded yet is looked for.
    bootstrap.invitations().add_attempt("guest", asked.id, str(uuid4()), SubmitAttempt(9, reminded.due_at))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "now", lambda: reminded.due_at)
        invoke("send_emails", sqs_event([{"person": "guest", "invitation": asked.id}]))
    forms = (
        ("respond", "s", "final=false&score=9"),
        ("respond", "s", "score=9"),
        ("unsubscribe", "u", "List-Unsubscribe=One-Click"),
        ("unsubscribe", "u", "undo=yes"),
        ("unsubscribe", "u", "List-Unsubscribe=One-Click"),
    )
    for purpose, path, fields in forms:
        token = bootstrap.tokens().make(purpose, {"p": "guest", "i": asked.id})
        form = {"content-type": "application/x-www-form-urlencoded"}
        for method in ("GET", "POST", "GET"):
            invoke(
                "serve_pages",
                http_event(f"{method} /{path}/{{token}}", f"/{path}/{token}", fields, headers=form),
            )
    route = "POST /v1/people/{person}/invitations/{invitation}/release"
    path = f"/v1/people/guest/invitations/{asked.id}/release"
    invoke("request_invitations", http_event(route, path, key=KEY))


def _write_in_a_page(invoke: Invoke) -> None:
    """Write comments on people's pages; each function that reads or erases them does so once."""
    attempts = ["score=2&comment=slow", "score=3", *(f"score={number % 2}&comment={number}" for number in range(29))]
    for name, now in (("of-one", NOON), ("of-all", NOON), ("of-old", NOON - 3000 * DAY)):
        bootstrap.people().put([PersonChange(None, _person(name))])
        invitation = make_invitation(
            id=str(uuid4()), survey="demo", person=name, state=InvitationState.SENT, sent_at=now
        )
        assert bootstrap.invitations().decline(invitation)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bootstrap, "now", lambda now=now: now)
            # As if others submitted since the page read how many there are.
            patch.setattr("earshot.services.invitations.respond_to_invitation.MOST_ATTEMPTS", 99)
            link = bootstrap.tokens().make("respond", {"p": name, "i": invitation.id})
            for form in attempts if name == "of-one" else attempts[:1]:
                invoke("serve_pages", _form(link, form))
        submitted = bootstrap.invitations().get(name, invitation.id)
        assert submitted is not None
        route = "POST /v1/people/{person}/invitations/{invitation}/release"
        path = f"/v1/people/{name}/invitations/{invitation.id}/release"
        assert invoke("request_invitations", http_event(route, path, key=KEY))["statusCode"] == 200
        response = {"survey": "demo", "id": submitted.response, "kind": "final", "score": 2, "received": now}
        invoke("record_responses", sqs_event([{"version": 1, "submissions": [response | {"person": name}]}]))
        if name == "of-one":
            path = f"/v1/surveys/demo/responses/{submitted.response}"
            invoke("revise_response", http_event(f"DELETE {ONE}", path, key=KEY))
        elif name == "of-old":
            invoke("backfill_segments", sqs_event([{"retention": {"survey": "demo", "before": now + DAY}}]))
        for method, route in (("GET", "/v1/people/{person}/export"), ("DELETE", "/v1/people/{person}")):
            query = f"id={name}" if method == "DELETE" else ""
            event = http_event(f"{method} {route}", route.replace("{person}", name), query=query, key=KEY)
            assert invoke("manage_people", event)["statusCode"] == 200


def _form(link: str, fields: str) -> dict[str, Any]:
    form = {"content-type": "application/x-www-form-urlencoded"}
    return http_event("POST /s/{token}", f"/s/{link}", fields, headers=form)


def _throttled(*_: Any) -> str:
    raise ThrottledError("too fast")


def _paused(*_: Any) -> str:
    raise PausedError("SES has not verified MailFrom or its domain")


def _campaign(invoke: Invoke) -> None:
    """Start campaigns, let them meet somebody who may be asked, at the same moment as someone else too, and stop."""
    for name in ("met", "busy", "refused"):
        bootstrap.people().put([PersonChange(None, _person(name))])
    starts = [name for name in samples("manage_campaigns") if "/start" in name]
    for sample in (*starts, "manage_campaigns/read", "manage_campaigns/list", *samples("plan_campaigns")):
        invoke(sample.partition("/")[0], load_event(sample))
    bootstrap.suppressions().add("refused@example.com", "unsubscribed", RECEIVED)
    with pytest.MonkeyPatch.context() as patch:
        invitations, tries = bootstrap.invitations(), iter([False])
        opened = invitations.open
        patch.setattr(invitations, "open", lambda *asked: next(tries, True) and opened(*asked))
        for _ in range(9):
            invoke("plan_campaigns", load_event("plan_campaigns/one_campaign"))
    assert {name for name in ("met", "busy") if bootstrap.invitations().of_person(name)} == {"met", "busy"}
    invoke("manage_campaigns", load_event("manage_campaigns/stop"))


def _report_a_mail(invoke: Invoke) -> None:
    """Send SES's events of mails, and of nobody, and read its list without time for all of it."""
    for sample in samples("receive_feedback"):
        invoke("receive_feedback", load_event(sample))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LambdaContext, "get_remaining_time_in_millis", lambda _: 0)
        invoke("receive_feedback", load_event("receive_feedback/reconcile"))


def _respond_again(invoke: Invoke) -> None:
    """Send a response with a wrong clock once more, and complete a partial response of a person anonymously."""
    late = load_event("record_responses/wrong_clock")["Records"][0]["body"]
    invoke("record_responses", sqs_event([late.replace(f'"received":{RECEIVED}', f'"received":{RECEIVED - 1}')]))
    response = {"survey": "demo", "id": str(uuid4()), "score": 9, "received": RECEIVED}
    for more in ({"kind": "partial", "person": "customer-1"}, {"kind": "final"}):
        invoke("record_responses", sqs_event([{"version": 1, "submissions": [response | more]}]))
    # No page has a key: this is refused.
    keyed = response | {"kind": "final", "rank": "keyed"}
    invoke("record_responses", sqs_event([{"version": 1, "submissions": [keyed]}], "LinkQueue"))


def _name_the_person_of_an_address(invoke: Invoke) -> None:
    """Record a response with an unverified address, and one with the key that names its person."""
    response = {"survey": "demo", "id": str(uuid4()), "kind": "final", "score": 9, "received": RECEIVED}
    for more in ({"unverified_email": "somebody@example.com"}, {"person": "customer-2", "rank": "keyed"}):
        invoke("record_responses", sqs_event([{"version": 1, "submissions": [response | more]}]))


def _import_twice(invoke: Invoke) -> None:
    """Import a row, and let another import send it again, in a message that comes twice."""
    base, row = "/v1/surveys/demo", {"id": str(uuid4()), "score": 9}
    sent = row | {"survey": "demo", "kind": "final", "received": RECEIVED, "rank": "keyed"}
    for name, times in (("first", 1), ("again", 2)):
        route = "PUT /v1/surveys/{survey}/imports/{import}"
        invoke("revise_response", http_event(route, f"{base}/imports/{name}", {"file": "history.csv"}, key=KEY))
        route, batch = "POST /v1/surveys/{survey}/responses", {"import": name, "responses": [row]}
        assert invoke("submit_response", http_event(route, f"{base}/responses", batch, key=KEY))["statusCode"] == 202
        for _ in range(times):
            invoke("record_responses", sqs_event([{"version": 1, "submissions": [sent | {"import": name}]}]))
    found = {one.id: (one.new, one.known) for one in bootstrap.imports().of_survey("demo")}
    assert (found["first"], found["again"]) == ((1, 0), (0, 1))


def _correct_to_a_value_never_seen(invoke: Invoke) -> None:
    """Correct a property of a response to a value that no response had."""
    response = {"survey": "demo", "id": str(uuid4()), "kind": "final", "score": 9, "received": RECEIVED}
    invoke("record_responses", sqs_event([{"version": 1, "submissions": [response]}]))
    path, change = f"/v1/surveys/demo/responses/{response['id']}", {"properties": {"airline": "never seen before"}}
    assert invoke("revise_response", http_event(f"PATCH {ONE}", path, change, key=KEY))["statusCode"] == 200


def _bring_values(invoke: Invoke) -> None:
    """Propose values, accept one, and let keys bring others that were candidates; delete a survey that has a list."""
    response = {"survey": "demo", "kind": "final", "score": 9, "received": RECEIVED}
    for more in ({}, {"rank": "keyed"}):
        sent = response | {"id": str(uuid4()), "properties": {"airline": "proposed"}} | more
        invoke("record_responses", sqs_event([{"version": 1, "submissions": [sent]}]))
    for name in ("also proposed", "proposed and accepted"):
        sent = response | {"id": str(uuid4()), "properties": {"airline": name}}
        invoke("record_responses", sqs_event([{"version": 1, "submissions": [sent]}]))
    _complete(invoke)
    path, change = f"/v1/surveys/demo/responses/{sent['id']}", {"properties": {"airline": "also proposed"}}
    assert invoke("revise_response", http_event(f"PATCH {ONE}", path, change, key=KEY))["statusCode"] == 200
    values = "/v1/surveys/{survey}/values"
    decided = {"segment": "airline", "accept": ["proposed and accepted"]}
    for method, body, query in (("PATCH", decided, ""), ("GET", None, "segment=airline")):
        event = http_event(f"{method} {values}", "/v1/surveys/demo/values", body, query=query, key=KEY)
        assert invoke("manage_surveys", event)["statusCode"] == 200
    listing, route = {"name": "Listing", "segments": [{"name": "plan", "values": ["pro"]}]}, "/v1/surveys/{survey}"
    for method in ("PUT", "DELETE"):
        event = http_event(f"{method} {route}", "/v1/surveys/listing", listing if method == "PUT" else None, key=KEY)
        assert invoke("manage_surveys", event)["statusCode"] in (201, 204)


def _backfill_unsigned(invoke: Invoke) -> None:
    """Track a segment whose values no one vouched for."""
    fields = {"survey": "demo", "id": str(uuid4()), "kind": "final", "score": 9, "received": RECEIVED}
    fields["properties"] = {"cabin": "never seen"}
    invoke("record_responses", sqs_event([{"version": 1, "submissions": [fields]}]))
    event = http_event("PATCH /v1/surveys/{survey}", "/v1/surveys/demo", {"segments": ["airline", "cabin"]}, key=KEY)
    assert invoke("manage_surveys", event)["statusCode"] == 200
    invoke("backfill_segments", sqs_event([{"survey": "demo", "segments": ["cabin"], "revision": 0}]))


def _evaluate(invoke: Invoke) -> None:
    """End a day whose score fell."""
    for age, score in ((5, 3), (40, 9)):
        day = (datetime.now(UTC).date() - timedelta(age)).isoformat()
        item = {"pk": {"S": "C#fresh#all"}, "sk": {"S": day}, f"h{score}": {"N": "40"}}
        bootstrap.client("dynamodb").put_item(TableName="Table", Item=item)
    invoke("recompute_scores", sqs_event([{"survey": "fresh"}]))
    assert bootstrap.daily_evaluations().latest("fresh") is not None


def _complete(invoke: Invoke) -> None:
    """Look a second time at a survey that has not changed since the backfill was asked for."""
    survey = bootstrap.surveys().get("demo")
    assert survey is not None
    task = {"survey": "demo", "segments": ["airline"], "revision": survey.revision, "second": True}
    invoke("backfill_segments", sqs_event([task]))


def _retain(invoke: Invoke) -> None:
    """Anonymise the old responses of a person, and of somebody with an unverified address."""
    fields = {"survey": "demo", "kind": "final", "rank": "keyed", "score": 9, "received": RECEIVED}
    fields["responded_at"] = "2019-01-01T00:00:00Z"
    responses = [{**fields, "id": str(uuid4()), "person": "of-long-ago", "comment": "It was fine"}]
    responses.append({**fields, "id": str(uuid4()), "unverified_email": "long-ago@example.com"})
    invoke("record_responses", sqs_event([{"version": 1, "submissions": responses}]))
    change = http_event("PATCH /v1/surveys/{survey}", "/v1/surveys/demo", {"retention_days": 30}, key=KEY)
    assert invoke("manage_surveys", change)["statusCode"] == 200
    opening = OpenCasesDeps(bootstrap.alerts(), bootstrap.cases(), bootstrap.pause)
    theirs = bootstrap.ledger().find("demo", str(responses[0]["id"]))
    assert theirs is not None
    raise_in_case(Alert("demo", "own", theirs.id, 1), CaseBy.PERSON, "of-long-ago", opening)
    before = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
    for task in ({}, {"survey": "demo", "before": before}):
        assert invoke("backfill_segments", sqs_event([{"retention": task}])) == {"batchItemFailures": []}
    kept = [bootstrap.ledger().find("demo", str(response["id"])) for response in responses]
    assert [(each.kind.name, each.person, each.statement.comment) for each in kept if each] == [
        ("ANONYMISED", None, None)
    ] * 2
    assert bootstrap.cases().cases_of_person("of-long-ago", None) == []


def _anonymize_the_silent(invoke: Invoke) -> None:
    """Anonymise a person without contact, their mailbox and their responses, by the daily look at all people."""
    for name in ("silent", "bare"):
        email = f"{name}@example.com" if name == "silent" else None
        mailbox = bootstrap.suppressions().hash_of(email) if email else None
        bootstrap.people().put([PersonChange(None, Person(name, email, mailbox=mailbox, written_at=1))])
    fields = {"survey": "demo", "kind": "final", "rank": "keyed", "score": 9, "received": RECEIVED}
    fields |= {"person": "silent", "responded_at": "2019-01-01T00:00:00Z", "comment": "It was fine"}
    ids = [str(uuid4()) for _ in range(2)]
    invoke("record_responses", sqs_event([{"version": 1, "submissions": [{**fields, "id": each} for each in ids]}]))
    opening = OpenCasesDeps(bootstrap.alerts(), bootstrap.cases(), bootstrap.pause)
    for kept in (bootstrap.ledger().find("demo", each) for each in ids):
        assert kept is not None
        raise_in_case(Alert("demo", "own", kept.id, 1), CaseBy.PERSON, "silent", opening)
    for case in bootstrap.cases().get_many(bootstrap.cases().cases_of_person("silent", None)):
        closing = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.TEST, root_cause=RootCause.OTHER)
        assert bootstrap.cases().change(case, *changed(case, closing, 2, "key:k"))
    key = {"pk": {"S": f"M#{bootstrap.suppressions().hash_of('silent@example.com')}"}, "sk": {"S": "META"}}
    bootstrap.client("dynamodb").put_item(
        TableName="Table", Item={**key, "v": {"N": "1"}, "last_invited_at": {"N": "1"}}
    )
    before = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
    for place in ({"after": ""}, {"person": "silent"}):
        reply = invoke("backfill_segments", sqs_event([{"retention": {"people": {"before": before, **place}}}]))
        assert reply == {"batchItemFailures": []}
    assert bootstrap.people().get_many(["silent", "bare"]) == {}


def _respond_as(invoke: Invoke, person: str | None, **more: str) -> str:
    """Respond as a person, so that there is something to erase; return the id of the response."""
    response = {"survey": "demo", "id": str(uuid4()), "kind": "final", "score": 9, "received": RECEIVED}
    response |= {"person": person, **more} if person else more
    invoke("record_responses", sqs_event([{"version": 1, "submissions": [response]}]))
    return str(response["id"])


def _erase(invoke: Invoke) -> None:
    """Erase responses: of a person, of an unverified address, one that never came, and all of another survey.

    Those are erased in several requests, so the place is kept.
    """
    unverified = _respond_as(invoke, None, unverified_email="erased@example.com")
    person = load_event("bus/ResponseRecorded.of_a_person")["detail"]["data"]["response"]
    for survey, response in (("demo", person), ("demo", unverified), ("fresh", str(uuid4()))):
        path = f"/v1/surveys/{survey}/responses/{response}"
        invoke("revise_response", http_event(f"DELETE {ONE}", path, key=KEY))
    many, path = "DELETE /v1/surveys/{survey}/responses", "/v1/surveys/fresh/responses"
    row = {"survey": "fresh", "kind": "final", "score": 9, "received": RECEIVED, "person": "customer-1"}
    rows = [row | {"id": str(uuid4())} for _ in range(2)]
    invoke("record_responses", sqs_event([{"version": 1, "submissions": rows}]))
    counted = json.loads(invoke("revise_response", http_event(many, path, query="check=true", key=KEY))["body"])
    query = f"confirm={counted['count']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("earshot.services.responses.erase_responses.PAGE", 1)
        assert invoke("revise_response", http_event(many, path, query=query, key=KEY))["statusCode"] == 200


def _invoker(seen: dict[str, set[Read]]) -> Invoke:
    running: list[str] = []

    def watch(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        if not running:
            return
        service = model.service_model.service_name
        reported = conditions(json.dumps(params, default=str).encode()) if service == "dynamodb" else {}
        attributes, select = frozenset(reported.get("dynamodb:Attributes", ())), reported.get("dynamodb:Select")
        seen[running[-1]].update((call, attributes, select) for call in _called(service, model.name, params))

    for service in ("dynamodb", "sqs", "events", "secretsmanager", "lambda"):
        bootstrap.client(service).meta.events.register(f"before-parameter-build.{service}", watch)
    for ses in (bootstrap.mailer()._client, bootstrap.mail_account()._client, bootstrap.client("sesv2")):
        ses.meta.events.register("before-parameter-build.sesv2", watch)

    def invoke(function: str, event: Any) -> Any:
        _hold_in_flight(event)
        return run(function, event)

    def run(function: str, event: Any) -> Any:
        for kept in (bootstrap.secret, bootstrap.suppressions, bootstrap.api_keys):
            kept.cache_clear()  # a function starts without the keys that another has read, or whose use it noted
        _name_its_dead_letters(function)
        variables = stack().functions[function]["Environment"]["Variables"]
        configured = variables.get("EARSHOT_CONFIGURATION_SET") or ""
        bootstrap.mailer()._events = {"ConfigurationSetName": "earshot-mails"} if configured else {}
        running.append(function)
        try:
            return handlers.load(function).lambda_handler(event, LambdaContext())
        finally:
            running.pop()

    _let_functions_invoke(run)
    return invoke


def _dead_letters_of(function: str) -> str | None:
    """Name the queue in which a function parks what does not end, if it does."""
    reference = stack().functions[function]["Environment"]["Variables"].get(PARKS)
    return stack().target(reference) if reference else None


def _name_its_dead_letters(function: str) -> None:
    if queue := _dead_letters_of(function):
        bootstrap.task_queue.cache_clear()
        os.environ[PARKS] = bootstrap.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]


def _let_functions_invoke(run: Invoke) -> None:
    """Run the one function that others invoke where Lambda would."""

    def reply_to(params: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        body = json.dumps(run("ask_by_address", json.loads(params["body"])))
        return AWSResponse("https://lambda", 200, {}, None), {"Payload": BytesIO(body.encode())}

    bootstrap.client("lambda").meta.events.register("before-call.lambda.Invoke", reply_to)


def _hold_in_flight(event: Any) -> None:
    """Put the messages of a batch in flight, so that their receipts are good."""
    sqs = bootstrap.client("sqs")
    for record in event.get("Records", []):
        if "receiptHandle" in record:
            name = queue_of(record) if queue_of(record) == "LinkQueue" else "ResponseQueue"
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="in flight")
            received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)["Messages"][0]
            record["receiptHandle"] = received["ReceiptHandle"]


def _called(service: str, operation: str, params: Mapping[str, Any]) -> Iterator[str]:
    if service in ("sqs", "lambda"):
        target = params["QueueUrl"].rpartition("/")[2] if service == "sqs" else params["FunctionName"]
        # One permission covers a message and a batch of them.
        named = "InvokeFunction" if service == "lambda" else operation.removesuffix("Batch")
        yield f"{service}:{named} {target}"
    elif service == "events":
        yield from {f"events:{operation} {entry['EventBusName']}" for entry in params["Entries"]}
    elif service in ("sesv2", "secretsmanager"):
        of_all = operation in ("GetAccount", "ListSuppressedDestinations")
        whose = ["Account" if of_all else params.get("SecretId", params.get("Name", "Identity"))]
        ends = {"outbound": "Credentials", "inbound": "InboundSecrets"}
        whose = [ends[each.rpartition("/")[2]] if "/destination/" in each else each for each in whose]
        # Under which of the two identities a mail goes depends on what the owner had verified.
        whose += ["Sender"] * (operation == "SendEmail") + ["EventsSet"] * ("ConfigurationSetName" in params)
        yield from (f"{service.removesuffix('v2')}:{operation} {each}" for each in whose)
    elif operation == "BatchGetItem":
        for table, asked in params["RequestItems"].items():
            yield from {f"dynamodb:{operation} {table} {_family({'Key': key})}" for key in asked["Keys"]}
    elif operation == "TransactWriteItems":
        for action in params["TransactItems"]:
            ((kind, write),) = action.items()
            yield f"dynamodb:{kind}Item {write['TableName']} {_family(write)}"
    else:
        yield f"dynamodb:{operation} {params['TableName']} {_family(params)}"


def _family(params: Mapping[str, Any]) -> str:
    values = params.get("ExpressionAttributeValues", {})
    item = params.get("Key") or params.get("Item") or {"pk": values.get(":pk") or values.get(":shard")}
    prefix, sign, rest = str(item["pk"]["S"]).partition("#")
    # What waits for a destination stands in the index next to what is due.
    inner = "D#" if (prefix, rest[:2]) == ("DUE", "D#") else ""
    return f"{prefix}#{inner}*" if sign else prefix


def _clear_clients() -> None:
    for made in vars(bootstrap).values():
        if hasattr(made, "cache_clear"):
            made.cache_clear()
