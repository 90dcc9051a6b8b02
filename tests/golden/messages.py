"""Each kind of message of the queues: sent by the code as SQS gets it, read by its consumer and sent again."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from earshot.adapters.dynamodb.stream import keys_of
from earshot.adapters.ses_events import read_feedback
from earshot.adapters.sqs import SqsDeliveryQueue, SqsTaskQueue
from earshot.adapters.sqs_submissions import SqsSubmissionQueue, unpack
from earshot.api.sqs_batch import read_submissions
from earshot.api.touchpoints import read_touchpoint
from earshot.domain.alerts import AlertTask, tasks_of
from earshot.domain.business_time import Calendar
from earshot.domain.case_events import case_events
from earshot.domain.cases import SubjectKind
from earshot.domain.deliveries import DeliveryKey
from earshot.domain.destinations import Destination, crm_destination
from earshot.domain.events import Event, repeated_events, response_events
from earshot.domain.inbound_calls import InboundCall
from earshot.domain.message_types import OF_CASES
from earshot.domain.opened_cases import Opening, opened_by_hand
from earshot.domain.response import first_response
from earshot.domain.sending_quota import SendingPause, SendingQuota
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission import Submission
from earshot.domain.submission_queues import LINK_QUEUE, RESPONSE_QUEUE, QueueContract
from earshot.domain.turn import Turn
from earshot.ports.destinations import Due
from earshot.services.alerts import evaluate_alerts
from earshot.services.alerts.deliver import new_delivery
from earshot.services.alerts.deliver_again import AgainTask
from earshot.services.alerts.follow_deliveries import follow, task_of
from earshot.services.alerts.manage_destinations import test_destination as send_test
from earshot.services.alerts.send_case_changes import send_case_changes
from earshot.services.campaigns import plan_campaigns
from earshot.services.cases.follow_calendars import FollowCalendarsDeps, follow_calendar
from earshot.services.cases.hand_over import HandOverTask, plan_hand_over
from earshot.services.events.publish_events import PublishDeps, publish, score_tasks
from earshot.services.invitations import invite_people, plan_reminders
from earshot.services.people import expire_people
from earshot.services.people.reconcile_suppressions import ReconcileSuppressionsDeps, reconcile
from earshot.services.responses import apply_retention
from earshot.services.scores.recompute_scores import fan_out
from earshot.services.sessions.ask_to_sign_in import AskDeps, Limiter, Wish, ask_to_sign_in
from earshot.services.surveys.backfill_segments import Task
from earshot.services.team.invite_member import mail_invitation
from earshot.services.team.manage_calendars import ManageCalendarsDeps, put_calendar
from tests.aws_events import bus_event, load_event, sqs_event, stream_record
from tests.factories import DAY, NOON, make_invitation, make_submission, make_survey, uuid7
from tests.fakes.alerts import InMemoryAlertRules, InMemoryAlerts, InMemoryDestinations, nobody_s_cases, nothing_to_send
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.cases import InMemoryCases
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.sessions import InMemorySessions
from tests.fakes.sign_ins import InMemorySignIns
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryMembers, case_alerts
from tests.fakes.widget import InMemoryRateLimits
from tests.unit.functions.conftest import load

Bodies = list[str]


class Sqs:
    """SQS as a queue calls it; it keeps the bodies it was sent."""

    def __init__(self) -> None:
        self.bodies: Bodies = []

    def send_message_batch(self, *, Entries: Sequence[Mapping[str, str]], **_: Any) -> Mapping[str, Any]:  # noqa: N803
        self.bodies += [entry["MessageBody"] for entry in Entries]
        return {}

    def send_message(self, *, MessageBody: str, **_: Any) -> None:  # noqa: N803 - boto3's name
        self.bodies.append(MessageBody)


def sent(send: Callable[[Any], object], queue: Callable[[Any, str], Any] = SqsTaskQueue) -> Bodies:
    """Return the bodies that are sent to a queue."""
    sqs = Sqs()
    send(queue(sqs, "https://sqs.example.com/queue"))
    return sqs.bodies


def tasks(bodies: Bodies) -> list[Any]:
    return [json.loads(body) for body in bodies]


def submissions() -> list[Submission]:
    """Return submissions that together have every field a message may have."""
    full: dict[str, Any] = {
        "comment": "Zu langsam, “leider”\u2028",
        "properties": {"plan": "pro", "land": "Österreich"},
        "person": "ann",
        "channel": "widget",
        "seconds": 1.5,
        "cleaned": True,
        "contact_requested": True,
        "correlation": "request-1",
    }
    keyed = {"rank": Rank.KEYED, "emit_events": False, "by": "0f1e2d3c4b5a", "responded_at": "2015-08-02"}
    return [
        make_submission(9, rank=Rank.SIGNED, **full),
        make_submission(0, kind=StatementKind.PARTIAL, unverified_email="Ann@Example.com", id=uuid7(seed="b")),
        make_submission(3, id=uuid7(seed="c"), import_id="reviews", updates=True, **full | keyed),
    ]


def clicks() -> list[Submission]:
    """Return what is sent for the pages of an invitation: a change, a withdrawn click, a comment of another score."""
    signed: dict[str, Any] = {"rank": Rank.SIGNED, "person": "ann", "channel": "email"}
    changed = make_submission(4, kind=StatementKind.CHANGED_BY_RESPONDENT, comment="Nein", **signed)
    return [
        replace(changed, statement=replace(changed.statement, comment_score=3)),
        make_submission(None, kind=StatementKind.PARTIAL, id=uuid7(seed="b"), **signed),
    ]


def resent(queue: QueueContract) -> Callable[[Bodies], Bodies]:
    """Return what reads the messages of a queue as the recorder does, and sends what it read again."""

    def read(bodies: Bodies) -> Bodies:
        batch = read_submissions(sqs_event(bodies, "Queue")["Records"], {"Queue": queue}, unpack)
        assert batch.refused == []
        return packed(batch.submissions)

    return read


def packed(found: Iterable[Submission]) -> Bodies:
    return sent(lambda queue: queue.send(found), SqsSubmissionQueue)


def backfills() -> Bodies:
    """Return what is sent for a backfill, for retention, and for people nobody was in contact with."""
    kept = SimpleNamespace(list=lambda: [make_survey(retention_days=30)])

    def send(queue: Any) -> None:
        begun = Turn(3, 40)
        queue.send([begun.next(Task("demo", ("plan", "länd"), 3, uuid7(), second=True).to_dict())])
        apply_retention.begin(NOON, surveys=kept, queue=queue)
        queue.send([begun.next(apply_retention.Task("demo", NOON, uuid7()).to_dict())])
        expire_people.begin(365, NOON, queue=queue)
        queue.send([begun.next(expire_people.Task(NOON, "ann").to_dict())])
        queue.send([expire_people.Task(NOON, person="ann").to_dict()])

    return sent(send)


def resent_backfills(bodies: Bodies) -> Bodies:
    """Read tasks as the function does, and send them again."""
    read = load("backfill_segments").read_task
    seen: list[Mapping[str, Any]] = []
    for task in tasks(bodies):
        if "retention" not in task:
            again = read(task).to_dict()
        elif "people" in task["retention"]:
            again = expire_people.Task(**task["retention"]["people"]).to_dict()
        else:
            again = apply_retention.Task(**task["retention"]).to_dict()
        seen.append(turn_before(task).next(again) if "turn" in task else again)
    return sent(lambda queue: queue.send(seen))


def turn_before(task: Mapping[str, Any], steps: int = 0) -> Turn:
    """Return the turn, of one step or of none, that leaves the rest to the message's."""
    return Turn(int(task.get("turn", 2)) - 1, int(task.get("steps", steps)) - steps, lambda: False)


def plans(shards: Iterable[Mapping[str, Any]] = (), pause: SendingPause | None = None) -> Callable[[Any], None]:
    """Return what plans shards, of which the first page ends at `page-1` and the next at `page-2`, and so on."""

    def send(queue: Any) -> None:
        due = SimpleNamespace(
            due=lambda _shard, _now, _limit, after="": ([("änn", uuid7())], f"page-{int(after[5:] or 0) + 1}")
        )
        silent = SimpleNamespace(send=lambda _: None)
        deps = plan_reminders.PlanRemindersDeps(due, silent, queue, lambda: 0, NOON)
        if not shards:
            plan_reminders.begin(deps, SendingQuota(1.0), pause)
        for task in shards:
            plan_reminders.plan(task, turn_before(task, 1), deps)

    return send


def changed_calendars(messages: Iterable[Mapping[str, Any]] = ()) -> Callable[[Any], None]:
    """Return what changes a calendar, or goes on with such messages, after which a next page of open cases is left."""

    def send(queue: Any) -> None:
        office = Calendar("office", "UTC", {"mon": (("09:00", "17:00"),)})
        keeping = ManageCalendarsDeps(InMemoryCalendars(), InMemoryMembers(), InMemorySurveys(), queue)
        if not messages:
            put_calendar(office, None, keeping)
        silent: Any = SimpleNamespace(send=list)
        cases: Any = SimpleNamespace(listed=lambda *_: ([], "-#1795294800000#case-1"))
        for message in messages:
            follow_calendar(message, turn_before(message, 1), FollowCalendarsDeps(cases, silent, queue))

    return send


def due_mails(queue: Any) -> None:
    """Hand over an invitation, and plan one that is due."""
    invite_people.hand_over(make_invitation(), queue, NOON)
    due = SimpleNamespace(due=lambda *_: ([("änn", uuid7())], None))
    plan_reminders.plan({"shard": 0}, Turn(), plan_reminders.PlanRemindersDeps(due, queue, queue, lambda: 0, NOON))


def mails_again(bodies: Bodies) -> Bodies:
    """Read the tasks as the sender does, which takes these two names."""
    return sent(
        lambda queue: queue.send(
            [{name: str(task[name]) for name in ("person", "invitation")} for task in tasks(bodies)]
        )
    )


def due_campaigns(found: Iterable[tuple[str, str]]) -> Callable[[Any], None]:
    def send(queue: Any) -> None:
        campaigns = SimpleNamespace(due=lambda *_: (list(found), None))
        deps: Any = SimpleNamespace(campaigns=campaigns, tasks=queue, invite=SimpleNamespace(now=NOON))
        plan_campaigns.begin(deps)

    return send


def campaigns_again(bodies: Bodies) -> Bodies:
    """Read the tasks as the planner of campaigns does, and send a turn of each again."""
    asked: list[tuple[str, str]] = []
    known = SimpleNamespace(get=lambda survey, campaign: asked.append((survey, campaign)))
    deps: Any = SimpleNamespace(campaigns=known)
    for task in tasks(bodies):
        plan_campaigns.work(task, Turn(), deps)
    return sent(due_campaigns(asked))


def reconciled(begun: Iterable[Mapping[str, Any]]) -> Callable[[Any], None]:
    """Return what reconciles a page, after which the next begins at a token."""

    def send(queue: Any) -> None:
        listed: Any = SimpleNamespace(page=lambda *_: ([], "token"))
        ended: Any = SimpleNamespace(last=lambda: NOON)
        for task in begun:
            before = {**task.get("reconcile", {}), "token": None}
            turn = turn_before(task, 1)
            reconcile(before, turn, ReconcileSuppressionsDeps(listed, ended, ended, queue, NOON + DAY))

    return send


def scores(surveys: Iterable[str], changed: Iterable[tuple[str, Sequence[str]]]) -> Callable[[Any], object]:
    """Return what asks for the scores of some surveys, as the clock does, and for series that changed."""
    kept: Any = SimpleNamespace(list=lambda: [make_survey(id=survey) for survey in surveys])
    metadata = {"id": "an-id"}
    events = [
        Event("ResponseRevised", {"metadata": metadata, "data": {"survey": survey, "series": list(series)}})
        for survey, series in changed
    ]

    def send(queue: Any) -> None:
        fan_out(surveys=kept, queue=queue)
        queue.send(score_tasks(events))

    return send


def scores_again(bodies: Bodies) -> Bodies:
    """Read the tasks as the function does, and ask for the same again."""
    asks = [load("recompute_scores").read_ask(record) for record in sqs_event(bodies)["Records"]]
    whole = [ask.survey for ask in asks if ask.series is None]
    return sent(scores(whole, [(ask.survey, ask.series) for ask in asks if ask.series is not None]))


def alerts() -> list[dict[str, Any]]:
    """Return what is to be evaluated of a response, before and after it changed, and of a score."""
    found = make_submission(3, id=uuid7(), person="ann", comment="Nein", correlation="r-1")
    response = first_response(found, make_survey().zone)
    changed = replace(response, revision=2, statement=replace(response.statement, score=5))
    metadata = {"id": "an-id", "time": "2026-11-21T12:00:00.000Z", "correlation_id": "demo 2026-11-21"}
    about_the_score = Event("ScoreChanged", {"metadata": metadata, "data": {"survey": "zwei", "score": 12.5}})
    recorded = response_events(None, response, "2026-11-21T12:00:00.000Z")
    revised = response_events(response, changed, "2026-11-21T13:00:00.000Z")
    events = [*recorded, *revised, *repeated_events(changed), about_the_score]
    again = AlertTask("demo", again=[response.id])
    return [task.to_json() for task in (*tasks_of(events), again)]


def alerts_again(bodies: Bodies) -> Bodies:
    """Read the tasks as the function does, and ask for the same again."""
    read = load("evaluate_alerts").read_tasks
    return sent(lambda queue: queue.send(task.to_json() for body in tasks(bodies) for task in read(body)))


def deliveries(queue: Any) -> None:
    """Send what asks for a delivery first: of an alert, to the CRM, a test; and what asks for its next attempt."""
    response = first_response(make_submission(3, id=uuid7(), correlation="r-1"), make_survey().zone)
    ledger = InMemoryLedger()
    ledger.items["demo", response.id] = response
    task = tasks_of(response_events(None, response, "2026-11-21T12:00:00.000Z"))[0]
    alerts, surveys = InMemoryAlerts(), InMemorySurveys(make_survey())
    in_cases = case_alerts(alerts, InMemoryCases(alerts), surveys)
    deps = evaluate_alerts.EvaluateAlertsDeps(
        rules=InMemoryAlertRules(),
        alerts=alerts,
        in_cases=lambda: in_cases,
        responses=ledger,
        owners=surveys,
        has_crm=True,
        now=NOON,
    )
    found = evaluate_alerts.evaluate(task, deps).deliveries
    queue.send([(message, 0) for message in found])
    to_crm: Any = SimpleNamespace(built_in=lambda _: crm_destination(""), queue=queue, new_id=lambda: "1", now=NOON)
    send_test("crm", to_crm)
    queue.send([(task_of(new_delivery(found[0]).key), 900)])
    cases = InMemoryCases(alerts)
    owned = opened_by_hand("a-case", "demo", SubjectKind.PERSON, "ann", NOON, Opening(owner="bea"))
    cases.kept[owned.id] = owned
    plan_hand_over(HandOverTask("bea"), cases, queue)
    desk = Destination("to-1", "webhook", "Desk", {"types": list(OF_CASES.values())})
    opened = case_events(None, owned, "2026-11-21T12:00:00.000Z")
    send_case_changes(opened, destinations=InMemoryDestinations(desk), queue=queue)
    due = Due(deliveries=(), breakers=(), more=None, cases=(owned.id,), digests=("weekly",))
    waiting: Any = SimpleNamespace(due=lambda *_: due)
    follow(NOON, deliveries=waiting, queue=queue)
    queue.send([(AgainTask("crm", NOON, delivered=True, since=NOON, before=f"{NOON:014d}#d-1").to_json(), 0)])
    call = InboundCall("to-1", "msg_1", NOON, "a-case", "resolved", "explained", "price", "Zurückgerufen.", "r-1")
    queue.send([(call.to_json(), 0)])
    sign_ins = InMemorySignIns(InMemorySessions(InMemoryMembers()))
    limiter = Limiter(InMemoryRateLimits(), "salt", NOON)
    ask_to_sign_in(Wish("ann@example.com", "/app", "browser", ["192.0.2.1"], "r-1"), AskDeps(sign_ins, limiter, queue))
    mail_invitation("ann", "r-1", queue)


def deliveries_again(bodies: Bodies) -> Bodies:
    """Read the tasks as the engine does, and ask for the same again."""

    def again(task: Mapping[str, Any]) -> dict[str, Any]:
        if "again" in task:
            return AgainTask.of(task).to_json()
        if alone := task.keys() & {"case_steps", "digest", "sign_in", "team_invitation"}:
            more = {"address", "correlation"} if alone & {"sign_in", "team_invitation"} else set()
            return {name: task[name] for name in task if name in alone | more}
        if "case_hand_over" in task:
            return {"case_hand_over": task["case_hand_over"], "member": task["member"]}
        if "inbound" in task:
            return InboundCall.of(task).to_json()
        if "alert" not in task:
            return task_of(DeliveryKey(task["destination"], task["alerted_at"], task["delivery"]))
        found = new_delivery(task)
        names = ("alert", "rule", "survey", "subject", "type", "alerted_at", "revision", "correlation")
        first = {"destination": found.destination, "delivery": found.id}
        first |= {name: getattr(found, name) for name in names}
        return {name: first.get(name, value) for name, value in task.items()}

    return sent(lambda queue: queue.send([(again(task), 0) for task in tasks(bodies)]), SqsDeliveryQueue)


def parked(record: Mapping[str, Any]) -> Callable[[Any], object]:
    """Return what parks a record of the stream that cannot be read."""

    def unreadable(_: object) -> Any:
        raise ValueError

    bus: Any = SimpleNamespace(put=lambda _: [])
    nowhere: Any = SimpleNamespace(send=list)
    return lambda queue: publish(
        [record],
        PublishDeps(bus, queue, nowhere, nowhere, lambda _: None, nobody_s_cases, nothing_to_send),
        read=unreadable,
        keys_of=keys_of,
    )


def parked_again(bodies: Bodies) -> Bodies:
    """Read parked keys as a redrive does, and park the record with these keys again."""
    (task,) = tasks(bodies)
    new = {name: {"S": task["keys"][name]} for name in ("pk", "sk")}
    record = stream_record(new=new)
    return sent(
        parked(
            record | {"eventID": task["event"], "dynamodb": record["dynamodb"] | {"SequenceNumber": task["sequence"]}}
        )
    )


def from_bus(detail_type: str, **data: Any) -> Any:
    """Return what a rule puts into a queue: the envelope is EventBridge's, the detail is ours."""
    detail = {"metadata": {"id": "an-id", "version": 1, "time": "2026-11-21T12:00:00.000Z", "correlation_id": "r-1"}}
    return bus_event(detail_type, detail | {"data": data})


RESPONSES = {
    "survey": "demo",
    "response": uuid7(),
    "revision": 1,
    "score": 3,
    "series": ["all", "plan=pro"],
    "previous_series": ["all", "plan=x"],
}
DETRACTOR = from_bus("DetractorIdentified", **RESPONSES)
TOUCHPOINT = json.loads(load_event("receive_touchpoints/one")["Records"][0]["body"])
BOUNCE = json.loads(load_event("receive_feedback/permanent_bounce")["Records"][0]["body"])
PARKED = stream_record(new={"pk": {"S": "R#demo#1"}, "sk": {"S": uuid7()}, "comment": {"S": "a secret"}})

HANDED_OVER = (HandOverTask("bea"), HandOverTask("bea", f"bea#{NOON:014d}#a-case"))

FOLLOWING = {"follow_deliveries": True, "after": f"{NOON:014d}#d-1"}

# By the queue: what is sent, and what its consumer sends of it again.
MESSAGES: dict[str, tuple[Callable[[], Bodies], Callable[[Bodies], Bodies]]] = {
    "ResponseQueue": (lambda: packed(submissions()), resent(RESPONSE_QUEUE)),
    "LinkQueue": (lambda: packed(clicks()), resent(LINK_QUEUE)),
    "BackfillQueue": (backfills, resent_backfills),
    "PlanQueue": (
        lambda: [
            *sent(plans()),
            *sent(plans(pause=SendingPause("not verified", NOON))),
            *sent(plans([{"shard": 7, "after": "page-0"}])),
            *sent(lambda queue: queue.send(task.to_json() for task in HANDED_OVER)),
            *sent(changed_calendars()),
            *sent(changed_calendars([{"calendar_changed": "office"}])),
            *sent(lambda queue: queue.send([Turn(1, 1).next(FOLLOWING)])),
        ],
        lambda bodies: [
            *sent(plans()),
            *sent(plans(pause=SendingPause("not verified", NOON))),
            *sent(plans([task | {"after": "page-0"} for task in tasks(bodies)[16:] if "shard" in task])),
            *sent(
                lambda queue: queue.send(
                    HandOverTask.of(task).to_json() for task in tasks(bodies) if "hand_over" in task
                )
            ),
            *sent(changed_calendars()),
            *sent(changed_calendars(tasks(bodies)[-2:-1])),
            *sent(lambda queue: queue.send(turn_before(task).next(FOLLOWING) for task in tasks(bodies)[-1:])),
        ],
    ),
    "EmailQueue": (lambda: sent(due_mails), mails_again),
    "CampaignQueue": (lambda: sent(due_campaigns([("demo", "spring")])), campaigns_again),
    "FeedbackQueue": (
        lambda: sent(reconciled([{}])),
        lambda bodies: sent(reconciled(tasks(bodies))),
    ),
    "ScoreQueue": (lambda: sent(scores(["demo", "zwei"], [("demo", ["all", "land=Österreich"])])), scores_again),
    "ParkedRecords": (lambda: sent(parked(PARKED)), parked_again),
    "AlertQueue": (lambda: sent(lambda queue: queue.send(alerts())), alerts_again),
    "DeliveryQueue": (lambda: sent(deliveries, SqsDeliveryQueue), deliveries_again),
}


def evaluated(event: Mapping[str, Any]) -> list[Any]:
    """Return what is evaluated of an event that was published again."""
    return [task.to_json() for task in load("evaluate_alerts").read_tasks(event)]


def touched(event: Mapping[str, Any]) -> list[Any]:
    """Return which survey asks which person."""
    found = read_touchpoint(event)
    return [found.survey, found.event, found.wish.draft.id, dict(found.wish.draft.fields), found.wish.delay]


def bounced(event: Mapping[str, Any]) -> list[Any]:
    """Return what became of which mail."""
    found = read_feedback(event)
    assert found.origin is not None
    return [found.kind.value, found.message_id, found.time, *found.addresses, found.origin.person, found.event]


# By the queue: a message that comes by the bus, and what the code makes of it.
FROM_THE_BUS: dict[str, tuple[Mapping[str, Any], Callable[[Mapping[str, Any]], list[Any]]]] = {
    "AlertQueue": (DETRACTOR, evaluated),
    "TouchpointQueue": (TOUCHPOINT, touched),
    "FeedbackQueue": (BOUNCE, bounced),
}
