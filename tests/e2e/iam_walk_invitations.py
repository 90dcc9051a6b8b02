"""The part of the walk in which somebody is asked: mails, their responses, touchpoints, campaigns, reminders, SES."""

import json
import uuid
from datetime import UTC, datetime

from earshot.domain.email_feedback import Origin
from earshot_cli.local.deploy import STACK
from tests.e2e.cli_runner import move
from tests.e2e.conftest import ROOT, Stack
from tests.e2e.iam_walk_triggers import listing, reconfigure, responses, send_ses_event, send_task, table_item
from tests.e2e.invitation_client import (
    a_survey,
    an_address,
    ask,
    decisions,
    eventually,
    id_of,
    mail_to,
    mails_to,
    score,
    send_form,
    visit,
)
from tests.e2e.survey_client import physical, settle, until
from tests.e2e.test_feedback import mail, suppressed

CONFIGURATION_SET, SENDER = f"{STACK}-mails", "survey@example.com"


def mails_go_out_with_a_configuration_set(stack: Stack) -> None:
    """As on AWS; the local stage goes without one, since the engine's SES reports no mails."""
    stack.client("sesv2").create_configuration_set(ConfigurationSetName=CONFIGURATION_SET)
    reconfigure(stack, "SendEmailsFunction", EARSHOT_CONFIGURATION_SET=CONFIGURATION_SET)


def people_are_asked_and_respond(stack: Stack) -> None:
    """A response with its comment, one changed, a machine's that counts after all, and an unsubscription."""
    survey, ann, bob, cat = (
        a_survey(stack, rules={"daily_budget": 50, "quiet_days": 30}),
        *(an_address(it) for it in ("ann", "bob", "c")),
    )
    wanted = {
        name: ask(stack, survey, {"id": id_of(name), "email": name, "account": f"account of {name}"})
        for name in (ann, bob, cat)
    }
    again = ask(stack, survey, {"id": id_of(ann), "email": ann})
    assert again["outcome"] == "declined"
    mail = mail_to(stack, ann)
    assert send_form(stack, mail.respond, score=9, comment="Kind").status == 200
    assert send_form(stack, mail.respond, score=10).status == 200
    eventually(lambda: score(stack, survey), lambda result: result["responses"] == 1)
    assert visit(stack, mail.respond).status == 200
    machine = mail_to(stack, bob)
    for number in (3, 7, 10):
        send_form(stack, machine.respond, score=number, comment=f"from {number}")
    released = stack.call("POST", f"/v1/people/{id_of(bob)}/invitations/{wanted[bob]['id']}/release")
    assert released.status == 200, released.raw
    eventually(lambda: score(stack, survey), lambda result: result["responses"] == 2)
    assert send_form(stack, mail_to(stack, cat).unsubscribe, confirm="yes").status == 200
    assert suppressed(stack, id_of(cat)) == "unsubscribed"
    assert send_form(stack, mail_to(stack, cat).unsubscribe, undo="yes").status == 200
    assert suppressed(stack, id_of(cat)) is None
    assert send_form(stack, mail_to(stack, cat).unsubscribe, confirm="yes").status == 200
    assert stack.call("DELETE", f"/v1/people/{id_of(cat)}/suppression?id={id_of(cat)}").status == 204
    assert stack.call("GET", f"/v1/surveys/{survey}/funnel").status == 200
    (kept,) = [row for row in responses(stack, survey) if row["person"] == id_of(ann)]
    assert stack.call("DELETE", f"/v1/surveys/{survey}/responses/{kept['id']}").status == 204


def a_comment_is_kept_for_some_days(stack: Stack) -> None:
    """What was written on a page is anonymised with its response, once its survey keeps it no longer."""
    survey, address = a_survey(stack, retention_days=30), an_address("old")
    ask(stack, survey, {"id": id_of(address), "email": address})
    assert send_form(stack, mail_to(stack, address).respond, score=9, comment="It was fine").status == 200
    eventually(lambda: score(stack, survey), lambda result: result["responses"] == 1)
    tomorrow = round((datetime.now(UTC).timestamp() + 86_400) * 1000)
    send_task(stack, "BackfillQueue", {"retention": {"survey": survey, "before": tomorrow}})
    eventually(lambda: responses(stack, survey), lambda kept: [one["state"] for one in kept] == ["anonymised"])


def people_are_kept_exported_and_erased(stack: Stack) -> None:
    survey, address = a_survey(stack), an_address("eve")
    no = {"suppressions": [{"email": an_address("zoe")}]}
    assert stack.call("POST", "/v1/suppressions", no).status == 200
    people = [{"id": id_of(address), "email": address, "properties": {"plan": "pro"}}]
    assert stack.call("POST", "/v1/people", {"people": people}).status == 200
    eve = {"id": id_of(address), "email": address, "name": "Eve"}
    assert stack.call("PUT", f"/v1/people/{id_of(address)}", eve).status == 200
    assert stack.call("GET", "/v1/people?limit=1").status == 200
    for sought in ({"email": address}, {"name_prefix": "eve"}, {"id_prefix": id_of(address)}):
        found = stack.call("POST", "/v1/people/search", sought)
        assert id_of(address) in [person["id"] for person in found.body["people"]], found.raw
    ask(stack, survey, {"id": id_of(address), "email": address})
    send_form(stack, mail_to(stack, address).respond, score=2, comment="I am Eve")
    # Under the address alone: unverified, and as the person.
    unsigned = {"score": 3, "email": address}
    assert stack.call("POST", f"/v1/surveys/{survey}/responses", unsigned, key=False).status == 202
    named = {"score": 4, "person": address}
    assert stack.call("POST", f"/v1/surveys/{survey}/responses", named).status == 202
    eventually(lambda: score(stack, survey), lambda result: result["responses"] == 3)
    assert len(stack.call("GET", f"/v1/people/{id_of(address)}/export").body["responses"]) == 3
    assert stack.call("DELETE", f"/v1/people/{id_of(address)}?id={id_of(address)}&subtract=true").status == 200


def touchpoints_come_twice(stack: Stack) -> None:
    """Once through the bus, and once more as the queue delivers what it delivered before."""
    survey, address = a_survey(stack), an_address("dan")
    detail = {"survey": survey, "id": "order-1", "person": {"id": id_of(address), "email": address, "account": address}}
    event = {"Source": "shop.orders", "DetailType": "TouchpointReached", "Detail": json.dumps(detail)}
    stack.client("events").put_events(Entries=[{**event, "EventBusName": "earshot"}])
    mail_to(stack, address)
    again = {"id": "again", "source": "shop.orders", "detail-type": "TouchpointReached", "detail": detail}
    send_task(stack, "TouchpointQueue", again)
    settle(stack)
    assert len(decisions(stack, id_of(address))) == 1


def campaigns_ask(stack: Stack) -> None:
    """A turn that was lost after it had asked comes once more."""
    survey, plan = a_survey(stack), f"plan-{uuid.uuid4().hex[:6]}"
    people = [{"id": id_of(name := an_address("fay")), "email": name, "properties": {"plan": plan}} for _ in range(2)]
    assert stack.call("POST", "/v1/people", {"people": people}).status == 200
    path = f"/v1/surveys/{survey}/campaigns/spring"
    assert stack.call("PUT", path, {"segment": f"plan={plan}", "daily_budget": 9}).status == 201
    begun = table_item(stack, f"K#{survey}", "spring")
    eventually(lambda: stack.call("GET", path).body["state"], lambda state: state == "finished")
    done = table_item(stack, f"K#{survey}", "spring")
    stack.client("dynamodb").put_item(TableName=physical(stack, "Table"), Item={**begun, "v": done["v"]})
    send_task(stack, "CampaignQueue", {"all_campaigns": True})
    eventually(lambda: stack.call("GET", path).body["state"], lambda state: state == "finished")
    assert stack.call("GET", f"/v1/surveys/{survey}/campaigns").status == 200
    assert stack.call("POST", f"{path}/stop").status in (200, 409)


def mails_come_back(stack: Stack) -> None:
    """One for good, one from a full mailbox; SES sends to the default bus, where only it may."""
    survey, gone, full = a_survey(stack), an_address("gus"), an_address("hal")
    asked = {name: ask(stack, survey, {"id": id_of(name), "email": name}) for name in (gone, full)}
    for name, kind in ((gone, "Permanent"), (full, "Transient")):
        mail_to(stack, name)
        settle(stack)
        bounce(stack, name, Origin(id_of(name), asked[name]["id"], 1), kind)
    eventually(lambda: suppressed(stack, id_of(gone)), lambda reason: reason == "bounced")


def bounce(stack: Stack, address: str, origin: Origin, kind: str) -> None:
    bounce = {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": address}],
            "timestamp": datetime.now(UTC).isoformat()}  # fmt: skip
    detail = {"eventType": "Bounce", "mail": mail(address, origin, "m"), "bounce": bounce}
    send_ses_event(stack, {"source": "aws.ses", "id": str(uuid.uuid4()), "detail-type": "Email Bounced",
                        "time": bounce["timestamp"], "detail": detail})  # fmt: skip


def a_mail_waits_its_turn(stack: Stack) -> None:
    """A run too short to send a mail lets it come back in a moment."""
    survey, address = a_survey(stack), an_address("ian")
    reconfigure(stack, "SendEmailsFunction", timeout=20)
    ask(stack, survey, {"id": id_of(address), "email": address})
    until(lambda: (stack.local_dir / "engine.log").read_text(errors="replace"), lambda log: "the mail's turn" in log)
    assert mails_to(stack, address) == []
    reconfigure(stack, "SendEmailsFunction", timeout=60)
    mail_to(stack, address)


def the_sender_is_verified_itself(stack: Stack) -> None:
    """SES asks for the identity of the address then, not for that of its domain."""
    survey, address, ses = a_survey(stack), an_address("lea"), stack.client("sesv2")
    ses.create_email_identity(EmailIdentity=SENDER)
    ask(stack, survey, {"id": id_of(address), "email": address})
    mail_to(stack, address)
    ses.delete_email_identity(EmailIdentity=SENDER)


def ses_refuses_every_mail(stack: Stack) -> None:
    """While the identity is gone the mail waits; the planner tries it again once the identity is back."""
    survey, address, ses = a_survey(stack), an_address("kay"), stack.client("sesv2")
    (identity,) = [each["IdentityName"] for each in ses.list_email_identities()["EmailIdentities"]]
    ses.delete_email_identity(EmailIdentity=identity)
    ask(stack, survey, {"id": id_of(address), "email": address})
    until(lambda: (stack.local_dir / "engine.log").read_text(errors="replace"), lambda log: "sending paused" in log)
    ses.create_email_identity(EmailIdentity=identity)
    # A new container has not stopped sending for a minute.
    reconfigure(stack, "SendEmailsFunction", EARSHOT_WALK="on")
    send_task(stack, "PlanQueue", {"all_shards": True})
    mail_to(stack, address)


def a_first_mail_is_called_off(stack: Stack) -> None:
    """Close the survey after the decision and before the mail, so that its person was not asked."""
    survey, address = a_survey(stack), an_address("ned")
    decided = ask(stack, survey, {"id": id_of(address), "email": address}, delay=5)
    assert decided["outcome"] == "scheduled"
    assert stack.call("PATCH", f"/v1/surveys/{survey}", {"state": "closed"}).status == 200
    eventually(lambda: decisions(stack, id_of(address))[0]["outcome"], lambda outcome: outcome == "declined")


def the_suppression_list_has_two_pages(stack: Stack) -> None:
    """The engine's SES has an empty list, so these pages come from a server of the test's."""
    with listing(an_address("jo"), an_address("kim")) as (url, seen):
        # So short that each page is a turn of its own.
        reconfigure(stack, "ReceiveFeedbackFunction", timeout=10, AWS_ENDPOINT_URL_SESV2=url)
        send_task(stack, "FeedbackQueue", {"reconcile": {}})
        until(lambda: len(seen), lambda number: number == 2)
        settle(stack)
    reconfigure(stack, "ReceiveFeedbackFunction", timeout=30, AWS_ENDPOINT_URL_SESV2=stack.engine_endpoint.url)
    send_task(stack, "FeedbackQueue", {"reconcile": {}})
    settle(stack)


def reminders_go_out(stack: Stack) -> None:
    """After three days: a person without a response gets one, a respondent and an erased person get none."""
    survey, liz, max_ = a_survey(stack), an_address("liz"), an_address("max")
    for name in (liz, max_):
        ask(stack, survey, {"id": id_of(name), "email": name})
    send_form(stack, mail_to(stack, liz).respond, score=4)
    mail_to(stack, max_)
    (kept,) = eventually(lambda: responses(stack, survey), bool)
    assert stack.call("DELETE", f"/v1/surveys/{survey}/responses/{kept['id']}").status == 204
    move(stack, "+73h")
    mail_to(stack, max_, 2)
    settle(stack)
    assert len(mails_to(stack, liz)) == 1


def the_stream_delivers_again(stack: Stack) -> None:
    """What was counted into a funnel is not counted again."""
    event = (ROOT / "events/count_funnel/sent.json").read_bytes()
    for _ in range(2):
        reply = stack.client("lambda").invoke(FunctionName=physical(stack, "CountFunnelFunction"), Payload=event)
        assert "FunctionError" not in reply
