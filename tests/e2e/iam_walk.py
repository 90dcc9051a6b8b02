"""A walk through everything Earshot does; who adds a permission to the template adds the step that needs it here."""

import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import jwt

from earshot.adapters.dynamodb.calendars import DynamoDBCalendars
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.webhook_signature import signed_headers
from earshot.domain.alerts import Alert
from earshot.domain.business_time import WEEKDAYS, Calendar
from earshot.domain.case_settings import Priority, Targets
from earshot.domain.cases import MOST_ANONYMOUS, OwnedBy, SubjectKind
from earshot.domain.inbound_calls import InboundCall
from earshot.domain.opened_cases import Opening, opened_by
from earshot.services.alerts.deliver_again import AgainTask
from tests.e2e import scenario
from tests.e2e.conftest import Stack, listening_crm
from tests.e2e.iam_walk_console import the_console_is_read_and_a_case_changed
from tests.e2e.iam_walk_digests import digests_go_out
from tests.e2e.iam_walk_invitations import (
    SENDER,
    a_comment_is_kept_for_some_days,
    a_first_mail_is_called_off,
    a_mail_waits_its_turn,
    campaigns_ask,
    mails_come_back,
    mails_go_out_with_a_configuration_set,
    people_are_asked_and_respond,
    people_are_kept_exported_and_erased,
    reminders_go_out,
    ses_refuses_every_mail,
    the_sender_is_verified_itself,
    the_stream_delivers_again,
    the_suppression_list_has_two_pages,
    touchpoints_come_twice,
)
from tests.e2e.iam_walk_sign_in import members_sign_in
from tests.e2e.iam_walk_triggers import ringing, send_task, table_item
from tests.e2e.invitation_client import an_address, ask, mail_to, send_form
from tests.e2e.survey_client import DAY, Survey, depth, new_id, now, physical, settle, until
from tests.e2e.test_alerts import evaluated_day, history, let_the_clock_ask

SCHEDULES = ("HourlySchedule", "ReconcileSchedule", "RetentionSchedule", "PlanSchedule", "CampaignSchedule")


def walk(stack: Stack) -> None:
    """Do everything once."""
    with ringing(stack, *SCHEDULES):
        mails_go_out_with_a_configuration_set(stack)
        keys_are_made_and_revoked(stack)
        a_survey_is_deleted_again(stack)
        a_team_is_kept_with_its_accounts(stack)
        members_sign_in(stack)
        the_console_is_read_and_a_case_changed(stack)
        steps_of_cases_are_taken(stack)
        responses_come_in_as_a_story(stack)
        responses_are_read_corrected_and_erased(stack)
        an_import_comes_twice_and_is_undone(stack)
        a_segment_is_tracked_later(stack)
        values_are_brought_and_decided_about(stack)
        a_segment_nobody_vouched_for_is_tracked_later(stack)
        old_responses_are_anonymised(stack)
        silent_people_are_anonymised(stack)
        unpublishable_records_are_parked(stack)
        work_that_does_not_end_is_parked(stack)
        a_page_asks_somebody_it_knows(stack)
        people_are_asked_and_respond(stack)
        people_are_kept_exported_and_erased(stack)
        a_comment_is_kept_for_some_days(stack)
        touchpoints_come_twice(stack)
        campaigns_ask(stack)
        mails_come_back(stack)
        a_mail_waits_its_turn(stack)
        a_first_mail_is_called_off(stack)
        the_sender_is_verified_itself(stack)
        ses_refuses_every_mail(stack)
        the_suppression_list_has_two_pages(stack)
        reminders_go_out(stack)
        the_stream_delivers_again(stack)
        alerts_go_out(stack)
        a_destination_is_gone(stack)
        digests_go_out(stack)
        the_sender_of_alerts_is_verified_itself(stack)
        what_was_published_is_evaluated_again(stack)
        scores_follow(stack)
    settle(stack)


def keys_are_made_and_revoked(stack: Stack) -> None:
    made = stack.call("POST", "/v1/keys", {"name": "one more", "scopes": ["scores:read"]})
    assert made.status == 201, made.raw
    assert stack.call("GET", "/v1/keys").status == 200
    assert stack.call("DELETE", f"/v1/keys/{made.body['id']}").status in (200, 204)


def a_survey_is_deleted_again(stack: Stack) -> None:
    assert stack.call("PUT", "/v1/surveys/never-asked", {"name": "Never asked"}).status == 201
    assert stack.call("DELETE", "/v1/surveys/never-asked").status == 204


def a_team_is_kept_with_its_accounts(stack: Stack) -> None:
    for member, more in (("walk-lead", {}), ("walk-member", {"lead": "walk-lead"})):
        made = {"email": "staff@example.com", "role": "frontline", **more}
        assert stack.call("PUT", f"/v1/team/{member}", made).status == 201
    assert stack.call("GET", "/v1/team/walk-member").status == 200
    assert stack.call("GET", "/v1/team").status == 200
    account = {"id": "Walk & Sons", "owner": "walk-member"}
    assert stack.call("POST", "/v1/accounts", {"accounts": [account]}).status == 200
    assert stack.call("GET", "/v1/accounts?id=Walk+%26+Sons").status == 200
    assert stack.call("DELETE", "/v1/team/walk-member").status == 204
    hours = {"timezone": "UTC", "hours": {"mon": [["09:00", "17:00"]]}}
    assert stack.call("PUT", "/v1/calendars/walk", hours).status == 201
    assert stack.call("GET", "/v1/calendars/walk").status == 200
    assert stack.call("GET", "/v1/calendars").status == 200
    assert stack.call("DELETE", "/v1/calendars/walk").status == 204


def responses_come_in_as_a_story(stack: Stack) -> None:
    """Repeats, partials, wrong clocks, edits and erasures, and a message nobody can read."""
    survey = scenario.survey()
    settings = {
        "name": survey.name,
        "timezone": survey.timezone,
        "segments": [{"name": name, "open": True} for name in survey.segments],
    }
    assert stack.call("PUT", f"/v1/surveys/{scenario.SURVEY}", settings).status == 201
    for batch in scenario.batches():
        queued, keyed = scenario.by_queue_and_by_key(batch)
        put_into(stack, "ResponseQueue", queued)
        settle(stack)
        for row in keyed:
            path = f"/v1/surveys/{scenario.SURVEY}/responses/{row['id']}"
            if row["kind"] == "erased":
                assert stack.call("DELETE", path).status == 204
            else:
                change = {name: row[name] for name in ("score", "properties", "comment") if name in row}
                assert stack.call("PATCH", path, change).status == 200
    for queue, dead in (("ResponseQueue", "ResponseDeadLetters"), ("LinkQueue", "LinkDeadLetters")):
        put_into(stack, queue, ["not json"])
        until(lambda queue=dead: depth(stack, queue), lambda number: number == 1)  # type: ignore[misc]


def put_into(stack: Stack, queue: str, bodies: list[str]) -> None:
    """Put messages into a queue."""
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    sent = stack.client("sqs").send_message_batch(QueueUrl=physical(stack, queue), Entries=entries)
    assert not sent.get("Failed")


def responses_are_read_corrected_and_erased(stack: Stack) -> None:
    survey = Survey(stack)
    assert survey.erase(new_id()).status == 204
    sent = survey.send(3)
    survey.post_with_key(id=(known := new_id()), score=9, person="p-1", comment="Quick")
    survey.recorded(sent)
    survey.recorded(known)
    assert survey.correct(known, score=8).status == 200
    assert survey.change(segments=["plan"]).status == 200
    assert survey.correct(known, properties={"plan": "seen for the first time"}).status == 200
    assert survey.correct(sent, excluded=True, reason="a test").status == 200
    assert survey.correct(sent, excluded=False, reason="a test no more").status == 200
    assert stack.call("GET", f"{survey.path}/responses?expand=person").body["people"] == {}
    assert survey.erase(known).status == 204
    second = survey.send(0)
    survey.recorded(second)
    many = f"{survey.path}/responses?max_score=0"
    assert stack.call("DELETE", f"{many}&check=true").body["count"] == 1
    assert stack.call("DELETE", f"{many}&confirm=1").body["remaining"] == 0
    labels_are_replaced_and_erased(survey)
    assert len(list(survey.responses())) == 2
    assert survey.nps(window="all")["responses"] == 2
    assert stack.call("GET", f"{survey.path}/counts").status == 200
    assert stack.call("GET", f"{survey.path}/breakdown?by=plan&basis=latest").body["total"]["responses"] == 2
    assert stack.call("GET", f"{survey.path}/trend?window=30d").status == 200
    assert stack.call("GET", f"{survey.path}/quality").status == 200
    assert stack.call("GET", "/v1/openapi.json", key=False).status == 200
    assert stack.call("HEAD", "/v1/openapi.json", key=False).status == 200
    assert stack.call("GET", "/v1/surveys").status == 200


def labels_are_replaced_and_erased(survey: Survey) -> None:
    """Erase unverified addresses: one as a key's holder responds under the same id, one with its response."""
    replaced, erased = (survey.send(5, email=an_address()) for _ in range(2))
    for sent in (replaced, erased):
        survey.recorded(sent)
    survey.post_with_key(id=replaced, score=6)
    survey.recorded(replaced, score=6)
    assert survey.erase(erased).status == 204


def an_import_comes_twice_and_is_undone(stack: Stack) -> None:
    """Import rows of a person and of nobody, find them known by another import, and withdraw them."""
    survey = Survey(stack, segments=["plan"])
    # Among the new rows is one that takes the place of an unsigned response, and its label with it.
    survey.recorded(unsigned := survey.send(2, email=an_address()))
    rows = [{"id": unsigned, "score": 2}] + [
        {"id": new_id(), "score": score, "person": person, "properties": {"plan": "pro"}}
        for score, person in ((9, "walk-imported"), (3, "walk-imported"), (7, None))
    ]
    begun = {"file": "walk.csv", "accepted": None, "refused": None}
    # The last batch comes twice: its known rows are counted once.
    for name, times, counts in (("walk", 1, (3, 1)), ("walk-again", 2, (0, 4))):
        path = f"{survey.path}/imports/{name}"
        assert stack.call("PUT", path, begun).status in (200, 201)
        for _ in range(times):
            sent = stack.call("POST", f"{survey.path}/responses", {"import": name, "responses": rows})
            assert sent.status == 202
            settle(stack)
        found = stack.call("GET", path).body
        assert (found["new"], found["known"]) == counts, found
    path = f"{survey.path}/imports/walk"
    assert stack.call("GET", f"{survey.path}/imports").status == 200
    assert stack.call("PUT", path, begun | {"accepted": 4, "refused": 0}).status == 200
    until(lambda: stack.call("POST", f"{path}/undo").body, lambda found: found["state"] == "undone")
    assert survey.nps(window="all")["responses"] == 1


def a_page_asks_somebody_it_knows(stack: Stack) -> None:
    """The widget is loaded, somebody known is asked once, and their response comes in under their name."""
    survey, path = Survey(stack), "/v1/surveys/{}/widget"
    assert stack.call("GET", "/widget.js", key=False).status == 200
    assert stack.call("GET", "/widget/style.css", key=False).status == 200
    assert stack.call("GET", path.format(survey.id), key=False).status == 200
    secret = stack.call("GET", f"{survey.path}/identity-secret").body["secret"]
    assert stack.call("PUT", "/v1/people/walk-known", {"id": "walk-known", "email": an_address()}).status == 201
    known = jwt.encode({"sub": "walk-known", "exp": int(time.time()) + 600}, secret)
    assert stack.call("POST", path.format(survey.id), {"token": known}, key=False).body == {"ask": True}
    survey.recorded(survey.send(9, token=known))
    address = an_address()
    assert stack.call("POST", "/v1/people", {"people": [{"email": address}]}).status == 200
    by_address = jwt.encode({"sub": address, "exp": int(time.time()) + 600}, secret)
    assert stack.call("POST", path.format(survey.id), {"token": by_address}, key=False).body == {"ask": True}
    for token in (known, by_address):
        shown = {"token": token, "event": "shown"}
        assert stack.call("POST", path.format(survey.id), shown, key=False).body == {"ask": False}
        assert stack.call("POST", path.format(survey.id), {"token": token}, key=False).body == {"ask": False}
    for person in ("walk-known", address):
        over = jwt.encode({"sub": person, "exp": int(time.time()) - 100}, secret)
        (ignored,) = survey.post(9, token=over).body["ignored"]
        assert ignored["field"] == "token"
    turned = stack.call("POST", f"{survey.path}/identity-secret", {"generation": 1, "former_good_for_hours": 0})
    assert (turned.status, turned.body["generation"]) == (200, 2)
    assert stack.call("POST", path.format(survey.id), {"token": known}, key=False).status == 401


def a_segment_is_tracked_later(stack: Stack) -> None:
    """The second look, which comes after forty seconds, is asked for at once; and a long backfill goes on."""
    survey = Survey(stack)
    survey.batch(*({"score": 9, "properties": {"plan": plan}} for plan in ("free", "pro")))
    survey.counted(2)
    assert survey.change(segments=["plan"]).body["incomplete"] == ["plan"]
    let_the_backfill_complete(survey, "plan")


def values_are_brought_and_decided_about(stack: Stack) -> None:
    """Strangers propose values, a key vouches for one, a correction for another, and the owner decides about others."""
    survey = Survey(stack, segments=["plan", {"name": "region", "values": ["north"]}])
    path = f"{survey.path}/values"
    sent = [survey.send(9, properties={"plan": plan}) for plan in ("gold", "silver", "bronze", "asdf")]
    survey.counted(4)
    listed = stack.call("GET", f"{path}?segment=plan").body
    assert [one["value"] for one in listed["candidates"]] == ["asdf", "bronze", "gold", "silver"]
    survey.post_with_key(score=9, properties={"plan": "gold"})
    survey.counted(5)
    assert survey.read()["incomplete"] == ["plan"]
    let_the_backfill_complete(survey, "plan")
    assert survey.correct(sent[1], properties={"plan": "bronze"}).status == 200
    let_the_backfill_complete(survey, "plan")
    decided = stack.call("PATCH", path, {"segment": "plan", "accept": ["silver"], "ignore": ["asdf"]})
    assert decided.status == 200, decided.raw
    merged = stack.call("PATCH", path, {"segment": "plan", "merge": [{"value": "bronze", "into": "gold"}]})
    assert merged.status == 200, merged.raw
    let_the_backfill_complete(survey, "plan")
    assert survey.nps(segment="plan=gold")["responses"] == 4
    assert survey.change(segments=["plan", "region", "city"]).status == 200
    listing = {"name": "Listing", "segments": [{"name": "plan", "values": ["pro"]}]}
    assert stack.call("PUT", "/v1/surveys/listing-values", listing).status == 201
    assert stack.call("DELETE", "/v1/surveys/listing-values").status == 204


def a_segment_nobody_vouched_for_is_tracked_later(stack: Stack) -> None:
    """Older responses bring values: of one that strangers proposed before a key named it, which then gets a series."""
    survey = Survey(stack, segments=["plan"])
    survey.send(9, properties={"plan": "gold"})
    survey.counted(1)
    assert survey.change(segments=[]).status == 200
    survey.send(9, properties={"plan": "free"})
    survey.post_with_key(score=9, properties={"plan": "gold"})
    survey.counted(3)
    assert survey.change(segments=["plan"]).status == 200
    let_the_backfill_complete(survey, "plan")
    assert survey.read()["values"] == {"plan": ["gold"]}


def let_the_backfill_complete(survey: Survey, segment: str) -> None:
    """Wait until the first look has ended, and ask for the second one at once."""
    settle(survey.stack)
    seen = table_item(survey.stack, f"SURVEY#{survey.id}", "META")
    task = {"survey": survey.id, "segments": [segment], "revision": int(seen["v"]["N"]), "second": True}
    send_task(survey.stack, "BackfillQueue", task)
    until(survey.read, lambda result: result["incomplete"] == [])


def old_responses_are_anonymised(stack: Stack) -> None:
    """Of a person, and of somebody with an unverified address; a score clicked in a mail is noted of no longer."""
    survey = Survey(stack, retention_days=30)
    long_ago = {"responded_at": "2019-01-01T00:00:00Z", "rank": "keyed", "comment": "It was fine"}
    submissions = [
        survey.submission(kind, 4, new_id(), channel="email", **who, **long_ago)
        for kind in ("final", "partial")
        for who in ({"person": "of-long-ago"}, {"unverified_email": "long-ago@example.com"})
    ]
    survey.queue(scenario.body(*submissions))
    survey.counted(len(submissions))
    send_task(stack, "BackfillQueue", {"retention": {}})

    def states() -> set[str]:
        return {each["state"] for each in stack.call("GET", f"{survey.path}/responses").body["responses"]}

    until(states, lambda result: result == {"anonymised"})


def silent_people_are_anonymised(stack: Stack) -> None:
    """Of somebody with a mailbox that was asked and a case, and of somebody without an address.

    They are silent since tomorrow.
    """
    survey, address = Survey(stack, rules={"sending_hours": [0, 24], "reminders": []}), an_address("silent")
    silent = {"id": "walk-silent", "email": address, "name": "Silent"}
    assert stack.call("PUT", "/v1/people/walk-silent", silent).status == 201
    assert stack.call("PUT", "/v1/people/walk-bare", {"id": "walk-bare", "name": "Bare"}).status == 201
    ask(stack, survey.id, {"id": "walk-silent"})
    send_form(stack, mail_to(stack, address).respond, score=8, comment="Fine")
    survey.recorded(survey.send(5, email=address))
    for _ in range(2):
        # The first opens a case, which the second joins.
        survey.post_with_key(score=1, person="walk-silent")
    survey.counted(4)
    settle(stack)
    for each in stack.call("GET", "/v1/cases?person=walk-silent").body["cases"]:
        case, closed = f"/v1/cases/{each['id']}", {"kind": "resolved", "outcome": "test", "root_cause": "other"}
        revision = stack.call("GET", case).body["revision"]
        assert stack.call("POST", f"{case}/facts", closed | {"revision": revision}).status == 201
    # Who is written, or sent to, in a week is silent as seen from a later day.
    send_task(stack, "BackfillQueue", {"retention": {"people": {"before": now() + 8 * DAY, "after": "walk-b"}}})
    for person in ("walk-silent", "walk-bare"):
        until(lambda name=person: stack.call("GET", f"/v1/people/{name}").status, lambda status: status == 404)  # type: ignore[misc]
    assert survey.nps(window="all")["responses"] == 4


def unpublishable_records_are_parked(stack: Stack) -> None:
    broken = {"pk": {"S": "R#walk#0"}, "sk": {"S": "broken"}, "type": {"S": "response"}}
    stack.client("dynamodb").put_item(TableName=physical(stack, "Table"), Item=broken)
    until(lambda: depth(stack, "ParkedRecords"), lambda number: number >= 1)


def work_that_does_not_end_is_parked(stack: Stack) -> None:
    """Messages of a turn that no work can need."""
    tasks: dict[str, dict[str, Any]] = {
        "Backfill": {"survey": "walk", "segments": ["cabin"]},
        "Plan": {"shard": 0},
        "Campaign": {"survey": "walk", "campaign": "spring"},
        "Feedback": {"reconcile": {}},
    }
    for name, task in tasks.items():
        send_task(stack, f"{name}Queue", {**task, "turn": 1000})
    for name in tasks:
        until(lambda name=name: depth(stack, f"{name}DeadLetters"), lambda number: number == 1)  # type: ignore[misc]
        stack.client("sqs").purge_queue(QueueUrl=physical(stack, f"{name}DeadLetters"))


def alerts_go_out(stack: Stack) -> None:
    """A rule of its own reaches a webhook that nobody listens at, a new secret signs, and all of it ends again."""
    survey, path = Survey(stack, owner=an_address("owner")), "/v1/destinations"
    webhook = {"kind": "webhook", "name": "Walk", "settings": {"url": "https://hooks.example.com/walk"}}
    made = stack.call("POST", path, webhook)
    assert made.status == 201, made.raw
    one, rules = f"{path}/{made.body['id']}", f"{survey.path}/alert-rules"
    assert stack.call("PATCH", one, {"name": "Walked"}).status == 200
    for body in (None, {"inbound": True}, {"inbound": True}):
        rotated = stack.call("POST", f"{one}/rotate-secret", body)
        assert rotated.status == 200
    for _ in range(2):
        a_call_is_taken(stack, made.body["id"], rotated.body["inbound_secret"])
    mail = {"kind": "email", "name": "Desk", "settings": {"to": [an_address("desk")]}}
    desk = stack.call("POST", path, mail).body["id"]
    rule = {"when": "score", "at_most": 6, "destinations": [made.body["id"], "owner", desk]}
    nobody = {"cases": {"owner": "nobody", "calendar": "nowhere"}}
    assert stack.call("PATCH", survey.path, nobody).status == 400
    assert stack.call("POST", rules, rule | {"case": True, "owner": "nobody"}).status == 400
    ruled = stack.call("POST", rules, rule)
    assert ruled.status == 201, ruled.raw
    assert stack.call("POST", f"{rules}/try", rule).status == 200
    survey.recorded(sent := survey.send(2))
    found = until(
        lambda: stack.call("GET", f"/v1/deliveries?survey={survey.id}&response={sent}").body["deliveries"],
        lambda rows: {"owner", made.body["id"]} <= {row["destination"] for row in rows},
    )
    assert stack.call("GET", f"/v1/deliveries/{found[0]['id']}").status == 200
    assert stack.call("POST", f"{one}/test").status == 202
    settle(stack)
    assert stack.call("POST", f"{one}/redrive").status == 200
    assert stack.call("POST", f"{one}/replay", {"since": "2026-01-01"}).status == 200
    send_task(stack, "DeliveryQueue", AgainTask(made.body["id"], now(), delivered=True).to_json())
    settle(stack)
    assert stack.call("GET", path).status == 200
    assert stack.call("PATCH", f"{rules}/{ruled.body['id']}", {"destinations": ["owner"]}).status == 200
    assert stack.call("DELETE", f"{rules}/default").status == 204
    assert stack.call("DELETE", one).status == 204
    # No call of this one was ever taken, so it has no secret for that.
    quiet = stack.call("POST", path, webhook).body["id"]
    assert stack.call("DELETE", f"{path}/{quiet}").status == 204
    alerts_are_withdrawn(survey, sent, desk)
    cases_are_opened(stack)
    a_case_changes_hands(stack)
    a_change_of_a_case_is_sent(stack)


def alerts_are_withdrawn(survey: Survey, sent: str, desk: str) -> None:
    """Erase a response that went out, and a person whose response reached a destination, which is then named.

    Another one is anonymised once it is kept no longer.
    """
    stack, person, response = survey.stack, f"walk-{survey.id}", new_id()
    assert survey.erase(sent).status == 204
    rule = {"when": "score", "at_most": 6, "destinations": [desk], "case": True}
    assert stack.call("POST", f"{survey.path}/alert-rules", rule).status == 201
    survey.post_with_key(id=response, score=1, person=person)
    until(
        lambda: stack.call("GET", f"/v1/deliveries?survey={survey.id}&response={response}").body["deliveries"],
        lambda rows: "delivered" in [row["state"] for row in rows if row["destination"] == desk],
    )
    erased = stack.call("DELETE", f"/v1/people/{person}?id={person}").body
    assert desk in [each["destination"] for each in erased["elsewhere"]]
    assert stack.call("GET", f"/v1/people/{person}/erasure").body["elsewhere"] == [
        {**each, "delivery": None} for each in erased["elsewhere"]
    ]
    anonymised = new_id()
    survey.post_with_key(id=anonymised, score=1, person=f"kept-{survey.id}")
    deliveries = f"/v1/deliveries?destination={desk}&survey={survey.id}"
    until(
        lambda: stack.call("GET", f"{deliveries}&response={anonymised}").body["deliveries"],
        lambda rows: "delivered" in [row["state"] for row in rows],
    )
    send_task(stack, "BackfillQueue", {"retention": {"survey": survey.id, "before": now() + DAY}})
    until(
        lambda: stack.call("GET", deliveries).body["deliveries"],
        lambda rows: {row["response"] for row in rows} == {None},
    )


SUBJECTS = ("account", "response", "collective")


def cases_are_opened(stack: Stack) -> None:
    """Open cases of an account, a person and each anonymous response, collect those beyond the most, and measure all.

    Then one response is erased that opened a case, and one that joined.
    """
    survey, name = Survey(stack), new_id()
    rule = {"when": "detractor", "destinations": ["owner"], "case": True, "case_by": "account"}
    assert stack.call("POST", f"{survey.path}/alert-rules", rule).status == 201
    assert stack.call("PUT", f"/v1/people/{name}", {"id": name, "account": f"account of {name}"}).status == 201
    first, second = new_id(), new_id()
    for response in (first, second):
        survey.post_with_key(id=response, score=1, person=name)
        survey.recorded(response)
    survey.batch(*({"score": 0} for _ in range(MOST_ANONYMOUS + 2)), emit_events=True)
    settle(stack)
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = stack.call("GET", f"/v1/cases?survey={survey.id}" + (f"&cursor={cursor}" if cursor else "")).body
        found, cursor = [*found, *page["cases"]], page["cursor"]
    assert {"account", "person", "response", "collective"} == {each["subject"] for each in found}
    case = next(each["id"] for each in found if each["subject"] == "account")
    assert stack.call("GET", f"/v1/cases/{case}").body["response_count"] == 2
    assert len(stack.call("GET", f"{survey.path}/responses?case={case}").body["responses"]) == 2
    assert stack.call("GET", f"/v1/surveys/{survey.id}/case-measures").body["all"]["open"] == len(found)
    cases = [next(each["id"] for each in found if each["subject"] == of) for of in SUBJECTS]
    rang = cases_are_changed(survey, name, cases)
    calls_change_cases(survey, cases, rang, f"by hand of {name}")
    for response in (first, second):
        assert survey.erase(response).status == 204
    assert stack.call("DELETE", f"/v1/people/{name}?id={name}").status == 200


def cases_are_changed(survey: Survey, person: str, cases: list[str]) -> str:
    """Open cases by hand, and bring those of each subject through their states; return whose one by hand is."""
    stack, hours = survey.stack, {"timezone": "UTC", "hours": {"mon": [["09:00", "17:00"]]}}
    assert stack.call("PUT", f"/v1/calendars/{survey.id}", hours).status < 300
    member = {"email": "mia@example.com", "role": "frontline", "calendar": survey.id}
    assert stack.call("PUT", f"/v1/team/{survey.id}", member).status < 300
    rang = new_id()
    assert stack.call("PUT", f"/v1/people/{rang}", {"id": rang}).status == 201
    for of in ({"person": rang, "owner": survey.id}, {"account": f"by hand of {person}"}):
        if "account" in of:
            assert stack.call("POST", "/v1/accounts", {"accounts": [{"id": of["account"]}]}).status == 200
        made = stack.call("POST", "/v1/cases", {"survey": survey.id, "note": "She rang."} | of)
        assert made.status == 201, made.raw
        cases.append(made.body["id"])
    closed = {"kind": "resolved", "outcome": "test", "root_cause": "other"}
    assigned = {"kind": "assigned", "owner": survey.id, "note": "Hers."}
    for case in cases:
        for fact in ({"kind": "contacted", "note": "Rang."}, assigned, closed, {"kind": "reopened"}):
            known = stack.call("GET", f"/v1/cases/{case}").body
            if fact.get("owner") != known["owner"] or "owner" not in fact:
                reply = stack.call("POST", f"/v1/cases/{case}/facts", fact | {"revision": known["revision"]})
                assert reply.status == 201, reply.raw
    collective = next(case for case in cases if stack.call("GET", f"/v1/cases/{case}").body["subject"] == "collective")
    for fact, status in ((closed, 201), ({"kind": "reopened"}, 409)):
        known = stack.call("GET", f"/v1/cases/{collective}").body["revision"]
        reply = stack.call("POST", f"/v1/cases/{collective}/facts", fact | {"revision": known})
        assert reply.status == status, reply.raw
        # Another one opens meanwhile, so that this one stays closed.
        survey.batch({"score": 0}, emit_events=True)
        settle(stack)
    account = quote(f"by hand of {person}")
    for query in (f"person={person}", f"account={account}", f"survey={survey.id}&state=resolved", "owner=-"):
        assert stack.call("GET", f"/v1/cases?{query}").status == 200
    return rang


def steps_of_cases_are_taken(stack: Stack) -> None:
    """The clocks of a case run out, in hours that change for another one: its owner and who leads them get mails."""
    survey, lead, owner, account = Survey(stack), new_id(), new_id(), new_id()
    address = an_address("lead")
    for name, more in ((lead, {"email": address}), (owner, {"email": an_address("owner"), "lead": lead})):
        assert stack.call("PUT", f"/v1/team/{name}", {"role": "frontline", **more}).status in (200, 201)
    assert stack.call("POST", "/v1/accounts", {"accounts": [{"id": account, "name": "Acme"}]}).status == 200
    assert stack.call("PUT", f"/v1/people/{account}", {"id": account, "account": account}).status == 201
    survey.recorded(response := survey.post_with_key(score=1, person=account, comment="late").body["id"])
    table = physical(stack, "Table")
    cases = DynamoDBCases(stack.client("dynamodb"), table)
    calendars = DynamoDBCalendars(stack.client("dynamodb"), table)
    always = Calendar(owner, "UTC", dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),)))
    assert calendars.put(always, None)
    # What ran out, and what runs yet.
    for number, (rule, hours) in enumerate((("late", Targets(20, 28)), ("in-time", Targets(200, 400)))):
        alert = Alert(survey.id, rule, response, now() - 30 * DAY // 24)
        opening = Opening(1, Priority.HIGH, owner, OwnedBy.RULE, always, hours)
        case = opened_by(alert, SubjectKind.ACCOUNT, f"{account}-{number}" if number else account, opening)
        assert cases.open(alert, case).is_made
        if number:
            assert calendars.put(replace(always, hours={"mon": (("00:00", "24:00"),)}, revision=2), always)
        send_task(stack, "DeliveryQueue", {"case_steps": case.id})
        settle(stack)
    mail_to(stack, address, 2)


def a_case_changes_hands(stack: Stack) -> None:
    """One of two who take turns owns a case in the hours of a calendar; they leave, and their deputy gets it."""
    hours = {"timezone": "UTC", "hours": {"mon": [["09:00", "17:00"]]}}
    assert stack.call("PUT", "/v1/calendars/turns", hours).status == 201
    names = ("turn-a", "turn-b", "turn-deputy")
    for name in reversed(names):
        role = {"role": "manager"} if name == names[2] else {"role": "analyst", "deputy": names[2]}
        assert stack.call("PUT", f"/v1/team/{name}", {"email": an_address(name), **role}).status == 201
    survey = Survey(stack, cases={"role": "analyst", "calendar": "turns"})
    survey.recorded(survey.send(2))
    other, rang = Survey(stack, cases={"role": "analyst"}), new_id()
    assert stack.call("PUT", f"/v1/people/{rang}", {"id": rang}).status == 201
    assert stack.call("POST", "/v1/cases", {"survey": other.id, "person": rang}).status == 201
    owner = until(lambda: owner_of(survey), lambda name: name in names[:2])
    assert stack.call("DELETE", f"/v1/team/{owner}").status == 204
    until(lambda: owner_of(survey), lambda name: name == names[2])
    for name in names:
        assert stack.call("DELETE", f"/v1/team/{name}").status == 204
    settle(stack)
    assert stack.call("PATCH", survey.path, {"cases": {"calendar": None}}).status == 200
    assert stack.call("DELETE", "/v1/calendars/turns").status == 204


def owner_of(survey: Survey) -> str | None:
    """Return who owns the case of a survey; None if there is none yet, or nobody owns it."""
    found = survey.stack.call("GET", f"/v1/cases?survey={survey.id}").body["cases"]
    return found[0]["owner"] if found else None


def a_change_of_a_case_is_sent(stack: Stack) -> None:
    """A webhook that nobody listens at asks for cases, and is to hear of one that somebody opens."""
    settings = {"url": "https://hooks.example.com/board", "types": ["case.opened"]}
    made = stack.call("POST", "/v1/destinations", {"kind": "webhook", "name": "Board", "settings": settings})
    assert made.status == 201, made.raw
    person = new_id()
    assert stack.call("PUT", f"/v1/people/{person}", {"id": person}).status == 201
    assert stack.call("POST", "/v1/cases", {"survey": Survey(stack).id, "person": person}).status == 201
    until(
        lambda: stack.call("GET", f"/v1/deliveries?destination={made.body['id']}").body["deliveries"],
        lambda rows: [row["type"] for row in rows] == ["case.opened"],
    )
    assert stack.call("DELETE", f"/v1/destinations/{made.body['id']}").status == 204


def now_there(stack: Stack) -> int:
    """Return what the stack's clock shows, which the walk moves on."""
    clock = stack.local_dir / "clock"
    return now() + (int(clock.read_text(encoding="utf-8")) if clock.exists() else 0)


def a_call_is_taken(stack: Stack, destination: str, secret: str) -> None:
    """A destination signs a call, by the stack's clock; the second one is a repeat."""
    body = json.dumps({"case": new_id(), "state": "contacted"}).encode()
    headers = signed_headers([secret], "walk", now_there(stack), body)
    assert stack.call("POST", f"/v1/inbound/{destination}", key=False, raw=body, **headers).status == 202


def calls_change_cases(survey: Survey, cases: list[str], person: str, account: str) -> None:
    """Systems outside close cases and open them again, also where the subject has another open one by then."""
    stack = survey.stack
    for state in ("contacted", "resolved", "open", "no_action"):
        for case in cases:
            call = InboundCall("to-1", f"{state}-{case}", now_there(stack), case, state)
            send_task(stack, "DeliveryQueue", call.to_json())
        settle(stack)
    for of in ({"person": person}, {"account": account}):
        assert stack.call("POST", "/v1/cases", {"survey": survey.id} | of).status == 201
    for case in cases:
        send_task(
            stack, "DeliveryQueue", InboundCall("to-1", f"again-{case}", now_there(stack), case, "open").to_json()
        )
    settle(stack)


def a_destination_is_gone(stack: Stack) -> None:
    """A webhook that replies 410 is disabled, and a mail to its contact says so; once it is back all is sent again."""
    survey = Survey(stack)
    with listening_crm() as gone:
        gone.refuse = 410
        webhook = {"kind": "webhook", "name": "Gone", "settings": {"url": gone.url}, "contact": an_address("contact")}
        one = f"/v1/destinations/{stack.call('POST', '/v1/destinations', webhook).body['id']}"
        rule = {"when": "score", "at_most": 6, "destinations": [one.rpartition("/")[2]]}
        assert stack.call("POST", f"{survey.path}/alert-rules", rule).status == 201
        response = survey.send(2)
        until(lambda: stack.call("GET", one).body["health"]["parked"], lambda parked: parked == 1)
        assert stack.call("GET", one).body["state"] == "disabled"
        gone.refuse = None
        assert stack.call("PATCH", one, {"state": "enabled"}).status == 200
        assert stack.call("POST", f"{one}/redrive").body == {"deliveries": 1}
        gone.wait_for(lambda delivery: delivery.data["response"] == response)
    settle(stack)


def the_sender_of_alerts_is_verified_itself(stack: Stack) -> None:
    """SES asks for the identity of the address then, not for that of its domain."""
    address, ses = an_address("lead"), stack.client("sesv2")
    survey = Survey(stack, owner=address)
    ses.create_email_identity(EmailIdentity=SENDER)
    survey.send(2)
    mail_to(stack, address)
    ses.delete_email_identity(EmailIdentity=SENDER)


def what_was_published_is_evaluated_again(stack: Stack) -> None:
    """An event that an operator publishes again comes to the alert queue by its rule, and finds its alert there.

    A later revision looks for all alerts on the response.
    """
    survey = Survey(stack)
    rule = {"when": "promoter", "destinations": ["owner"]}
    assert stack.call("POST", f"{survey.path}/alert-rules", rule).status == 201
    survey.recorded(response := survey.send(9))
    data = {"survey": survey.id, "response": response, "revision": 2, "score": 9}
    metadata = {"id": new_id(), "version": 1, "time": "2026-11-20T09:00:00Z", "correlation_id": "w", "replayed": True}
    replayed = {"Source": "earshot", "DetailType": "ResponseRecorded", "EventBusName": "earshot"}
    detail = json.dumps({"metadata": metadata, "data": data})
    stack.client("events").put_events(Entries=[{**replayed, "Detail": detail}])
    settle(stack)


def scores_follow(stack: Stack) -> None:
    """Half a minute's responses share one computation, here nobody waits for it; and a real change is evaluated."""
    survey = Survey(stack)
    survey.batch(*history(evaluated_day()))
    survey.counted(480)
    let_the_clock_ask(survey)
    sqs, url = stack.client("sqs"), physical(stack, "ScoreQueue")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "0"})
    send_task(stack, "ScoreQueue", {"all_surveys": True})
    settle(stack)
    send_task(stack, "ScoreQueue", {"all_surveys": True})
    settle(stack)
