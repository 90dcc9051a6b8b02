"""What the documents list is what there is."""

import json
import re

from tests.integration.contracts import DETAIL_TYPES, faults
from tests.integration.template.porches import FUNCTIONS
from tests.integration.template.stack import ROOT, folder_of, stack

ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
EVENTS = (ROOT / "docs/events.md").read_text(encoding="utf-8")


def test_the_architecture_lists_every_function() -> None:
    assert re.findall(r"^\| `(\w+)` \| (?:HTTP|\w+Queue|table|serve_widget)", ARCHITECTURE, re.MULTILINE) == sorted(
        FUNCTIONS, key=lambda name: ARCHITECTURE.index(f"| `{name}` |")
    )


def test_the_architecture_says_who_invokes_each_function() -> None:
    deployed = stack()
    sources: dict[str, set[str]] = {}
    for mapping in deployed.mappings.values():
        source = deployed.target(mapping["EventSourceArn"])
        told = "table stream" if source == "Table" else source
        sources.setdefault(folder_of(deployed.target(mapping["FunctionName"])), set()).add(told)
    for function, named in sources.items():
        said = re.search(rf"^\| `{function}` \| ([^|]+) \|", ARCHITECTURE, re.MULTILINE)
        assert said
        assert set(said[1].split(", ")) == named
    for function in set(deployed.routes().values()):
        assert f"| `{function}` | HTTP" in ARCHITECTURE


def test_the_architecture_says_who_consumes_each_event() -> None:
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
    (shown,) = re.findall(r"```json\n(.*?)```", EVENTS, re.DOTALL)
    event = json.loads(shown)

    assert faults(event["detail-type"], event["detail"]) == []


def test_every_link_leads_somewhere() -> None:
    for page in [*(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_decision_has_context_decision_and_consequences_in_a_page() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    assert len({path.name[:4] for path in decisions}) == len(decisions)
    for path in decisions:
        number, text = int(path.name[:4]), path.read_text(encoding="utf-8")
        assert text.startswith(f"# {number}. ")
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert len(text.splitlines()) <= 60
