"""`earshot digest`: what it sends, and what it shows."""

import json
from typing import Any

import pytest

from earshot_cli.openapi.digests import OPERATIONS
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

SHOWN: dict[str, Any] = {each.name: next(iter(each.replies.values())).example for each in OPERATIONS}
LISTED, WEEKLY = SHOWN["list_digests"], SHOWN["read_digest"]
SETTINGS = {
    "role": "lead",
    "survey": "shop",
    "segment": None,
    "to": ["leo", "ann@example.com"],
    "every": "week",
    "hour": 7,
    "weekday": "mon",
    "timezone": None,
    "locale": None,
    "revision": 1,
}


def test_digests_are_listed_and_one_is_shown_with_its_recipients(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, LISTED)] * 2 + [(200, WEEKLY)] * 2
    listed = run("digest", "list")
    assert listed.exit_code == 0, listed.stderr
    for words in ("leads-weekly", "lead", "shop", "week, mon 07:00"):
        assert words in listed.stdout
    assert json.loads(run("digest", "list", "--json").stdout) == LISTED
    shown = run("digest", "show", "leads-weekly")
    assert earshot.calls[-1][:2] == ("GET", "/v1/digests/leads-weekly")
    for words in ("2026-11-16/2026-11-22 sent", "nothing yet", "2026-11-09/2026-11-15: there was nothing to"):
        assert words in shown.stdout
    assert json.loads(run("digest", "show", "leads-weekly", "--json").stdout) == WEEKLY


def test_a_digest_is_made_with_what_was_typed(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [problem(404, "there is none"), (201, LISTED["digests"][0])]
    typed = "--role department --survey shop --segment plan=pro --to leo --to ann@example.com --every week --hour 7"
    more = "--weekday fri --timezone Europe/Berlin --locale de"
    made = run("digest", "set", "shop-pro", *typed.split(), *more.split())
    assert made.exit_code == 0, made.stderr
    assert earshot.calls[-1][:2] == ("PUT", "/v1/digests/shop-pro")
    assert earshot.calls[-1][3] == {
        "role": "department",
        "survey": "shop",
        "segment": "plan=pro",
        "to": ["leo", "ann@example.com"],
        "every": "week",
        "hour": 7,
        "weekday": "fri",
        "timezone": "Europe/Berlin",
        "locale": "de",
    }


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        (("--hour", "9"), {"hour": 9}),
        (("--segment", ""), {"segment": ""}),
        (("--every", "month"), {"every": "month", "weekday": None}),
        (("--to", "mia"), {"to": ["mia"]}),
    ],
)
def test_of_a_digest_that_is_there_the_rest_stays_and_the_change_rests_on_its_revision(
    earshot: FakeEarshot, run: Run, typed: tuple[str, ...], changed: dict[str, Any]
) -> None:
    earshot.replies += [(200, WEEKLY), (200, LISTED["digests"][0])]
    assert run("digest", "set", "leads-weekly", *typed).exit_code == 0
    assert earshot.calls[-1][3] == SETTINGS | changed


def test_nothing_typed_changes_nothing(earshot: FakeEarshot, run: Run) -> None:
    refused = run("digest", "set", "leads-weekly")
    assert (refused.exit_code, earshot.calls) == (1, [])
    assert "Nothing to change" in refused.stderr


def test_a_test_and_what_may_not_have_arrived_are_sent(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(202, SHOWN["test_digest"]), (202, {"queued": 1}), (202, {"queued": 0})]
    assert run("digest", "test", "leads-weekly").stdout == (
        "A test is on its way to 1 recipient.\n"
        "ann@example.com gets none: the recipient unsubscribed from this digest.\n"
    )
    assert earshot.calls[-1][:2] == ("POST", "/v1/digests/leads-weekly/test")
    assert run("digest", "redrive", "leads-weekly").stdout == "It is sent again to 1 recipient.\n"
    assert run("digest", "redrive", "leads-weekly").stdout == "Nothing is to be sent again.\n"


def test_a_digest_is_removed_when_that_is_confirmed(earshot: FakeEarshot, run: Run) -> None:
    assert run("digest", "remove", "leads-weekly").exit_code != 0
    assert earshot.calls == []
    earshot.replies.append((204, {}))
    removed = run("digest", "remove", "leads-weekly", "--yes")
    assert (removed.exit_code, removed.stdout) == (0, "Digest leads-weekly is removed.\n")
    assert earshot.calls[-1][:2] == ("DELETE", "/v1/digests/leads-weekly")


@pytest.mark.parametrize(
    ("typed", "query"), [((), {"format": "text"}), (("--html", "--to", "leo"), {"format": "html", "to": "leo"})]
)
def test_a_preview_is_printed_as_it_comes(
    earshot: FakeEarshot, run: Run, typed: tuple[str, ...], query: dict[str, str]
) -> None:
    earshot.replies.append((200, {"NPS": 12}))
    shown = run("digest", "preview", "leads-weekly", *typed)
    assert (shown.exit_code, shown.stdout) == (0, '{"NPS": 12}\n')
    assert earshot.calls[-1][:3] == ("GET", "/v1/digests/leads-weekly/preview", query)


def test_a_preview_that_is_refused_names_the_reason(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append(problem(404, "there is no digest leads-weekly"))
    refused = run("digest", "preview", "leads-weekly")
    assert refused.exit_code != 0
    assert "there is no digest leads-weekly" in refused.stderr
