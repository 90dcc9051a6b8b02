"""What the documents list is what there is."""

import json
import re
from pathlib import Path

from earshot.domain.destinations import crm_destination
from earshot.domain.score import Histogram, interval
from earshot.services.alerts.deliver import new_delivery
from earshot.services.alerts.messages import AlertMessages
from tests.factories import NOON, make_response
from tests.fakes.alerts import InMemoryAlertLimits, InMemoryAlerts
from tests.fakes.delivering import delivery_task
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.integration.contracts import DETAIL_TYPES, faults
from tests.integration.template.handlers import FUNCTIONS
from tests.integration.template.stack import ROOT, folder_of, stack

PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks/README.md"]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
EVENTS = (ROOT / "docs/events.md").read_text(encoding="utf-8")
CONCEPTS = (ROOT / "docs/concepts.md").read_text(encoding="utf-8")


def test_the_architecture_lists_every_function() -> None:
    assert re.findall(r"^\| `(\w+)` \| (?:HTTP|\w+Queue|table|serve_widget)", ARCHITECTURE, re.MULTILINE) == sorted(
        FUNCTIONS, key=lambda name: ARCHITECTURE.index(f"| `{name}` |")
    )


def test_the_architecture_names_who_invokes_each_function() -> None:
    deployed = stack()
    sources: dict[str, set[str]] = {}
    for mapping in deployed.mappings.values():
        source = deployed.target(mapping["EventSourceArn"])
        described = "table stream" if source == "Table" else source
        sources.setdefault(folder_of(deployed.target(mapping["FunctionName"])), set()).add(described)
    for function, named in sources.items():
        match = re.search(rf"^\| `{function}` \| ([^|]+) \|", ARCHITECTURE, re.MULTILINE)
        assert match
        assert set(match[1].split(", ")) == named
    for function in set(deployed.routes().values()):
        assert f"| `{function}` | HTTP" in ARCHITECTURE


def test_the_architecture_names_who_consumes_each_event() -> None:
    deployed = stack()
    readers = {
        deployed.target(m["EventSourceArn"]): deployed.target(m["FunctionName"]) for m in deployed.mappings.values()
    }
    consumers = dict.fromkeys(DETAIL_TYPES, "none of ours; yours")
    for rule in deployed.of_type("AWS::Events::Rule").values():
        for name in set(rule["EventPattern"]["detail-type"]) & set(DETAIL_TYPES):
            consumers[name] = folder_of(readers[deployed.target(rule["Targets"][0]["Arn"])])

    assert dict(re.findall(r"^\| `([A-Z]\w+)` \| publish_events \| (.+) \|$", ARCHITECTURE, re.MULTILINE)) == consumers


def test_the_architecture_draws_every_function_and_queue_of_the_journey() -> None:
    (drawing,) = re.findall(r"```mermaid\n(.*?)```", ARCHITECTURE, re.DOTALL)
    queues = {name for name, queue in stack().queues.items() if "RedrivePolicy" in queue}

    assert all(name in drawing for name in {*FUNCTIONS, *queues} - {"manage_keys"})


def test_the_events_page_lists_every_detail_type() -> None:
    assert re.findall(r"^\| `([A-Z]\w+)` \|", EVENTS, re.MULTILINE) == re.findall(
        r"^\| `([A-Z]\w+)` \| publish", ARCHITECTURE, re.MULTILINE
    )
    assert set(re.findall(r"^\| `([A-Z]\w+)` \|", EVENTS, re.MULTILINE)) == set(DETAIL_TYPES)


def test_the_event_shown_keeps_its_contract() -> None:
    shown, _ = re.findall(r"```json\n(.*?)```", EVENTS, re.DOTALL)
    event = json.loads(shown)

    assert faults(event["detail-type"], event["detail"]) == []


def test_the_body_shown_for_the_crm_has_the_fields_of_one_that_is_posted() -> None:
    _, shown = re.findall(r"```json\n(.*?)```", EVENTS, re.DOTALL)
    response = make_response(2, person="customer-1")
    ledger = InMemoryLedger()
    ledger.items["demo", response.id] = response
    people, limits = InMemoryPeople(), InMemoryAlertLimits()
    message = AlertMessages(
        responses=ledger, alerts=InMemoryAlerts(), people=people, limits=limits, url="https://e.test"
    )
    destination = crm_destination("https://crm.example.com")
    posted = message(new_delivery(delivery_task("key", NOON, "crm", subject=response.id)), destination)
    assert posted is not None

    body = json.loads(shown)
    assert list(body) == ["type", "timestamp", "data"]
    assert list(body["data"]) == list(posted.data)


def test_the_intervals_of_the_concepts_are_those_computed() -> None:
    shown = re.findall(r"^\| ([\d,]+) \| (−?\d+) to (\d+) \|$", CONCEPTS, re.MULTILINE)
    assert len(shown) == 4
    for responses, low, high in shown:
        number = int(responses.replace(",", ""))
        found = interval(Histogram.of([3] * (number // 5) + [8] * (number * 3 // 10) + [10] * (number // 2)))
        assert found
        assert (round(found.low), round(found.high)) == (int(low.replace("−", "-")), int(high))


def test_every_link_leads_somewhere() -> None:
    wrong = [f"{page.name}: {link}" for page in PAGES for link in links_of(page) if not leads_somewhere(page, link)]
    assert wrong == []


def links_of(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    if link.startswith("http"):
        return True
    return target.exists() and (not anchor or anchor in anchors_of(target))


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_decision_has_context_decision_and_consequences_in_a_page() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert len({path.name[:4] for path in decisions}) == len(decisions)
    for path in decisions:
        number, text = int(path.name[:4]), path.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert len(text.splitlines()) <= 60
