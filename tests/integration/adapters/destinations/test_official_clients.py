"""The vendors' own clients make each call that our senders make: what the stubs reply, they must be able to read."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hubspot.crm import objects, properties
from hubspot.crm.associations import v4 as associations
from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError

from earshot.adapters.destinations.hubspot_properties import CATEGORY, RESPONSE, UNIQUE, missing_properties
from tests.fakes.hubspot_stub import TOKEN, HubSpotStub, Reply
from tests.fakes.slack_stub import CHANNEL, HOOK, SlackStub
from tests.fakes.slack_stub import TOKEN as BOT

BLOCKS = [
    {"type": "header", "text": {"type": "plain_text", "text": "Detractor: 2 of 10", "emoji": False}},
    {"type": "section", "text": {"type": "mrkdwn", "text": ">It rains in"}},
]
METADATA = {"event_type": "earshot_alert", "event_payload": {"delivery": "d1"}}
# The client speaks older paths than we do.
OLDER = {"/crm/v3/objects/": "/crm/objects/2026-09/", "/crm/v4/objects/": "/crm/objects/2026-09/"}
OLDER["/crm/v3/properties/"] = "/crm/properties/2026-09/"


class OlderHubSpot(HubSpotStub):
    """The stub under the paths of the client."""

    def reply(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply | None:
        for older, newer in OLDER.items():
            url = url.replace(older, newer)
        return super().reply(method, url, headers, body)


@pytest.fixture
def stub() -> Iterator[HubSpotStub]:
    with OlderHubSpot().serving() as served:
        yield served
    assert served.undeclared == []


def connected(package: Any, stub: HubSpotStub, token: str = TOKEN) -> Any:
    """Return a client of a part of HubSpot's API."""
    configuration = package.Configuration(host=stub.url)
    configuration.access_token = token
    return package.ApiClient(configuration)


def make_properties(stub: HubSpotStub) -> None:
    api = properties.CoreApi(connected(properties, stub))
    for where, definition in missing_properties("tickets", with_contacts=True, known=frozenset()):
        with pytest.raises(properties.ApiException) as missing:
            api.get_by_name(where, definition["name"])
        assert missing.value.status == 404
        options = [properties.OptionInput(**each) for each in definition.get("options", ())]
        wanted = properties.PropertyCreate(
            name=definition["name"],
            label=definition["label"],
            group_name=definition["groupName"],
            type=definition["type"],
            field_type=definition["fieldType"],
            has_unique_value=definition.get("hasUniqueValue"),
            options=options or None,
        )
        made, found = api.create(where, wanted), api.get_by_name(where, definition["name"])
        assert (made.name, found.type) == (definition["name"], definition["type"])
        assert found.has_unique_value is bool(definition.get("hasUniqueValue"))
    category = api.get_by_name("contacts", CATEGORY)
    assert [each.value for each in category.options] == ["detractor", "passive", "promoter"]


def test_hubspots_client_writes_reads_ties_searches_clears_and_deletes(stub: HubSpotStub) -> None:
    make_properties(stub)
    client = connected(objects, stub)
    batch, one, search = objects.BatchApi(client), objects.BasicApi(client), objects.SearchApi(client)

    def by_address() -> Any:
        wanted = objects.BatchReadInputSimplePublicObjectId(
            properties=[RESPONSE],
            properties_with_history=[],
            id_property="email",
            inputs=[objects.SimplePublicObjectId(id="ann@example.com")],
        )
        return batch.read("contacts", wanted)

    def upsert(kind: str, by: str, given: dict[str, str]) -> Any:
        each = objects.SimplePublicObjectBatchInputUpsert(id=given[by], id_property=by, properties=given)
        made = batch.upsert(kind, objects.BatchInputSimplePublicObjectBatchInputUpsert(inputs=[each]))
        (result,) = made.results
        return result

    # 207 with the errors apart.
    nobody = by_address()
    assert (nobody.results, nobody.num_errors, nobody.errors[0].category) == ([], 1, "OBJECT_NOT_FOUND")
    contact = upsert("contacts", "email", {"email": "ann@example.com", RESPONSE: "r1"})
    again = upsert("contacts", "email", {"email": "ann@example.com", RESPONSE: "r1"})
    assert (contact.new, again.new, again.id) == (True, False, contact.id)
    assert by_address().results[0].properties[RESPONSE] == "r1"
    place = {"hs_pipeline": "0", "hs_pipeline_stage": "1"}
    ticket = upsert("tickets", UNIQUE, {UNIQUE: "r1", "subject": "Detractor", **place})
    assert one.get_by_id("tickets", "r1", id_property=UNIQUE, properties=[UNIQUE]).id == ticket.id
    changed = one.update("tickets", ticket.id, objects.SimplePublicObjectInput(properties={"subject": "Detractor: 2"}))
    assert changed.properties["subject"] == "Detractor: 2"
    associations.BasicApi(connected(associations, stub)).create_default("tickets", ticket.id, "contacts", contact.id)
    assert stub.associations == [("tickets", ticket.id, "contacts", contact.id)]

    wanted = objects.Filter(property_name=RESPONSE, operator="EQ", value="r1")
    sought = objects.PublicObjectSearchRequest(
        filter_groups=[objects.FilterGroup(filters=[wanted])], properties=[RESPONSE], limit=100
    )
    assert search.do_search("contacts", sought).total == 0
    stub.index()
    assert [each.id for each in search.do_search("contacts", sought).results] == [contact.id]

    one.update("contacts", contact.id, objects.SimplePublicObjectInput(properties={RESPONSE: ""}))
    one.archive("tickets", ticket.id)
    with pytest.raises(objects.ApiException) as gone:
        one.get_by_id("tickets", ticket.id)
    assert gone.value.status == 404
    assert [row.properties for row in stub.rows["contacts"].values()] == [{"email": "ann@example.com"}]


@pytest.mark.parametrize(("fault", "status"), [("429 DAILY", 429), ("401", 401), ("423", 423), ("503", 503)])
def test_hubspots_client_sees_each_refusal(stub: HubSpotStub, fault: str, status: int) -> None:
    stub.faults = [fault]
    with pytest.raises(objects.ApiException) as refused:
        objects.BasicApi(connected(objects, stub)).get_by_id("tickets", "1", properties=[UNIQUE])
    assert refused.value.status == status


def test_a_token_that_hubspots_client_sends_is_looked_at(stub: HubSpotStub) -> None:
    with pytest.raises(objects.ApiException) as refused:
        objects.BasicApi(connected(objects, stub, "pat-old")).get_by_id("tickets", "1", properties=[UNIQUE])
    assert refused.value.status == 401


@pytest.fixture
def slack() -> Iterator[SlackStub]:
    with SlackStub().serving() as served:
        yield served
    assert served.undeclared == []


def test_slacks_client_posts_finds_and_deletes(slack: SlackStub) -> None:
    client = WebClient(BOT, base_url=f"{slack.url}/api/", retry_handlers=[])
    posted = client.chat_postMessage(
        channel=CHANNEL, text="Detractor: 2 of 10", blocks=BLOCKS, metadata=METADATA, unfurl_links=False
    )
    slack.messages.append({"channel": CHANNEL, "text": "Other", "ts": "1700000009.000000"})
    slack.page = 1
    history = client.conversations_history(channel=CHANNEL, oldest="0", include_all_metadata=True, limit=200)
    pages = [page["messages"] for page in history]
    assert [[message["ts"] for message in page] for page in pages] == [["1700000009.000000"], [posted["ts"]]]
    assert pages[-1][0]["metadata"] == METADATA
    assert client.chat_delete(channel=posted["channel"], ts=posted["ts"])["ts"] == posted["ts"]
    with pytest.raises(SlackApiError) as gone:
        client.chat_delete(channel=CHANNEL, ts=posted["ts"])
    assert gone.value.response["error"] == "message_not_found"


def test_slacks_client_posts_to_an_incoming_webhook(slack: SlackStub) -> None:
    reply = WebhookClient(f"{slack.url}{HOOK}", retry_handlers=[]).send(text="Detractor", blocks=BLOCKS)
    assert (reply.status_code, reply.body) == (200, "ok")
    gone = WebhookClient(f"{slack.url}/services/T1/B1/old", retry_handlers=[]).send(text="Detractor", blocks=BLOCKS)
    assert (gone.status_code, gone.body) == (404, "no_service")


@pytest.mark.parametrize(("fault", "error"), [("invalid_auth", "invalid_auth"), (429, "ratelimited")])
def test_slacks_client_sees_each_refusal(slack: SlackStub, fault: str | int, error: str) -> None:
    slack.faults = [fault]
    client = WebClient(BOT, base_url=f"{slack.url}/api/", retry_handlers=[])
    with pytest.raises(SlackApiError) as refused:
        client.conversations_history(channel=CHANNEL, oldest="0", limit=1)
    assert refused.value.response["error"] == error
