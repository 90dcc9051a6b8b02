"""`earshot destination`, `alert-rule` and `deliveries`: what they send, and what they show."""

import json
from pathlib import Path
from typing import Any

import pytest

from earshot_cli.openapi.alerts import OPERATIONS, SECRET
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

SHOWN: dict[str, Any] = {each.name: next(iter(each.replies.values())).example for each in OPERATIONS}
DESTINATION, RULE, DELIVERY = (SHOWN[name] for name in ("read_destination", "read_alert_rule", "read_delivery"))
ID, RULE_ID = DESTINATION["id"], RULE["id"]


def replies(earshot: FakeEarshot, name: str, status: int = 200) -> None:
    """Reply as the API's description shows it."""
    earshot.replies.append((status, SHOWN[name]))


def test_destinations_are_listed_with_what_waits(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "list_destinations")
    listed = run("destination", "list")
    assert listed.exit_code == 0, listed.stderr
    for word in ("Support desk", "webhook", "enabled", "closed"):
        assert word in listed.stdout
    replies(earshot, "list_destinations")
    assert json.loads(run("destination", "list", "--json").stdout) == SHOWN["list_destinations"]


def test_a_destination_is_shown_with_its_health(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "read_destination")
    shown = run("destination", "show", ID)
    for words in (
        "https://hooks.example.com/earshot",
        "person, comment",
        "ops@example.com",
        "the oldest for 5 seconds",
    ):
        assert words in shown.stdout
    assert earshot.calls[-1][:2] == ("GET", f"/v1/destinations/{ID}")


def test_only_the_secret_of_a_new_webhook_is_on_stdout(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "make_destination", 201)
    settings = ("--setting", "url=https://hooks.example.com/?a=b", "--setting", "types=response.detractor")
    made = run("destination", "add", "webhook", "Desk", *settings, "--include", "comment", "--contact", "a@example.com")
    assert (made.exit_code, made.stdout) == (0, f"{SECRET}\n")
    assert ID in made.stderr
    assert earshot.calls[-1][3] == {
        "kind": "webhook",
        "name": "Desk",
        "settings": {"url": "https://hooks.example.com/?a=b", "types": ["response.detractor"]},
        "include": ["comment"],
        "contact": "a@example.com",
    }


def test_recipients_are_a_list_and_a_mail_destination_has_no_secret(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((201, SHOWN["make_destination"] | {"kind": "email", "secret": None}))
    made = run("destination", "add", "email", "Team", "--setting", "to=owner", "--setting", "to=team@example.com")
    assert (made.exit_code, made.stdout) == (0, "")
    assert earshot.calls[-1][3]["settings"] == {"to": ["owner", "team@example.com"]}


def test_a_destination_is_never_made_twice_by_a_call_that_was_lost(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append(problem(503, "Service unavailable"))
    assert run("destination", "add", "webhook", "Desk", "--setting", "url=https://hooks.example.com").exit_code == 1
    assert len(earshot.calls) == 1


def test_credentials_come_from_a_file_or_from_stdin(earshot: FakeEarshot, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "token.json"
    file.write_text('{"bot_token": "xoxb"}')
    for where, typed in ((str(file), None), ("-", '{"bot_token": "xoxb"}')):
        replies(earshot, "change_destination")
        changed = run("destination", "change", ID, "--credentials", where, typed=typed)
        assert changed.exit_code == 0, changed.stderr
        assert earshot.calls[-1][3] == {"credentials": {"bot_token": "xoxb"}}
        assert "xoxb" not in changed.stdout + changed.stderr


@pytest.mark.parametrize(
    "typed",
    [("--credentials", "nowhere.json"), ("--credentials", "list.json"), ("--setting", "url")],
)
def test_what_cannot_be_read_is_refused_before_anything_is_sent(
    earshot: FakeEarshot, run: Run, tmp_path: Path, typed: tuple[str, ...]
) -> None:
    (tmp_path / "list.json").write_text("[]")
    assert run("destination", "change", ID, *typed).exit_code == 2
    assert earshot.calls == []


def test_a_destination_is_enabled_and_disabled(earshot: FakeEarshot, run: Run) -> None:
    for option, state in (("--enable", "enabled"), ("--disable", "disabled")):
        replies(earshot, "change_destination")
        assert run("destination", "change", ID, option).exit_code == 0
        assert earshot.calls[-1][3] == {"state": state}
    nothing = run("destination", "change", ID)
    assert (nothing.exit_code, "Nothing to change" in nothing.stderr) == (1, True)


def test_a_destination_is_deleted_only_after_a_yes(earshot: FakeEarshot, run: Run) -> None:
    refused = run("destination", "delete", ID, typed="n\n")
    assert (refused.exit_code, earshot.calls) == (1, [])
    earshot.replies.append((204, {}))
    assert run("destination", "delete", ID, "--yes").stdout == f"Destination {ID} is deleted.\n"
    earshot.replies.append(problem(409, "alert rules still name it: shop/rule-1"))
    in_use = run("destination", "delete", ID, "--yes")
    assert (in_use.exit_code, "shop/rule-1" in in_use.stderr) == (1, True)


def test_a_test_names_the_delivery_to_look_at(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "test_destination", 202)
    tested = run("destination", "test", ID)
    assert f"earshot deliveries {DELIVERY['id']}" in tested.stdout
    assert earshot.calls[-1][:2] == ("POST", f"/v1/destinations/{ID}/test")


def test_only_the_new_secret_is_on_stdout(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, {"secret": SECRET, "inbound_secret": None}))
    rotated = run("destination", "rotate-secret", ID)
    assert rotated.stdout == f"{SECRET}\n"
    assert "for a day" in rotated.stderr
    assert earshot.calls[-1][3] is None


def test_the_secret_of_its_own_calls_is_asked_for_by_name(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "rotate_secret")
    assert run("destination", "rotate-secret", ID, "--inbound").stdout == f"{SECRET}\n"
    assert earshot.calls[-1][3] == {"inbound": True}
    earshot.replies.append((201, {**DESTINATION, "secret": SECRET, "inbound_secret": "whsec_2"}))
    made = run("destination", "add", "webhook", "Desk", "--setting", "url=https://hooks.example.com/", "--inbound")
    assert (made.stdout, earshot.calls[-1][3]["inbound"]) == (f"{SECRET}\nwhsec_2\n", True)
    earshot.replies.append((200, {**DESTINATION, "inbound": True}))
    assert "calls us" in run("destination", "change", ID, "--no-inbound").stdout
    assert earshot.calls[-1][3] == {"inbound": False}


def test_deliveries_are_repeated_and_counted(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "redrive_destination")
    assert run("destination", "redrive", ID).stdout == "3 deliveries will be tried again.\n"
    earshot.replies.append((200, {"deliveries": 1}))
    assert run("destination", "replay", ID, "--since", "2026-11-20").stdout == "1 delivery will be delivered again.\n"
    assert earshot.calls[-1][3] == {"since": "2026-11-20"}


def test_rules_are_listed_and_shown_by_what_they_fire_on(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "list_alert_rules")
    assert "detractor" in run("alert-rule", "list", "shop").stdout
    replies(earshot, "read_alert_rule")
    shown = run("alert-rule", "show", "shop", RULE_ID)
    for words in ("comment, with refund or cancel*", f"owner, {ID}", "one of the person"):
        assert words in shown.stdout
    assert earshot.calls[-1][1] == f"/v1/surveys/shop/alert-rules/{RULE_ID}"


def test_a_rule_is_made_of_its_options(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "make_alert_rule", 201)
    typed = (
        *("--word", "refund", "--word", "cancel*", "--to", "owner", "--to", ID, "--case", "--case-by", "account"),
        *("--case-owner", "ann", "--case-role", "frontline"),
        *("--property", "plan=pro", "--property", "plan=team", "--key-account", "--at-most", "6"),
        *("--muted-until", "2026-12-27", "--most-per-hour", "5", "--name", "Refunds"),
    )
    made = run("alert-rule", "add", "shop", "comment", *typed)
    assert made.exit_code == 0, made.stderr
    assert earshot.calls[-1][3] == {
        "when": "comment",
        "words": ["refund", "cancel*"],
        "destinations": ["owner", ID],
        "case": True,
        "case_by": "account",
        "owner": "ann",
        "role": "frontline",
        "where": {"properties": {"plan": ["pro", "team"]}, "key_account": True},
        "at_most": 6,
        "muted_until": "2026-12-27",
        "most_per_hour": 5,
        "name": "Refunds",
    }


def test_a_rule_is_changed_by_the_options_typed_and_a_mute_is_ended(earshot: FakeEarshot, run: Run) -> None:
    for typed, sent in (
        (("--no-case",), {"case": False}),
        (("--case-owner", "none", "--case-role", "none"), {"owner": None, "role": None}),
        (("--muted-until", "none"), {"muted_until": None}),
        (("--when", "promoter", "--no-key-account"), {"when": "promoter", "where": {"key_account": False}}),
        (("--when", "detractor", "--clear", "at_most"), {"when": "detractor", "at_most": None}),
        (("--clear", "words", "--clear", "where"), {"words": [], "where": {}}),
    ):
        replies(earshot, "change_alert_rule")
        assert run("alert-rule", "change", "shop", RULE_ID, *typed).exit_code == 0
        assert earshot.calls[-1][3] == sent
    assert run("alert-rule", "change", "shop", RULE_ID).exit_code == 1
    assert run("alert-rule", "change", "shop", RULE_ID, "--property", "plan").exit_code == 2
    refused = run("alert-rule", "change", "shop", RULE_ID, "--clear", "name")
    assert (refused.exit_code, "at_most, words, where" in refused.stderr) == (2, True)


def test_a_rule_is_deleted(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((204, {}))
    assert run("alert-rule", "delete", "shop", RULE_ID).stdout == f"Alert rule {RULE_ID} of shop is deleted.\n"


def test_a_rule_is_tried_before_it_is_made(earshot: FakeEarshot, run: Run) -> None:
    replies(earshot, "try_alert_rule")
    tried = run("alert-rule", "try", "shop", "score", "--at-most", "3")
    assert "Of 1,204 responses of the last 90 days it would have fired on 17." in tried.stdout
    assert SHOWN["try_alert_rule"]["examples"][0]["response"] in tried.stdout
    assert earshot.calls[-1][3] == {"when": "score", "at_most": 3, "destinations": ["owner"]}
    everybody = {"days": 90, "looked_at": 8, "complete": False, "matched": 8, "examples": []}
    earshot.replies.append((200, everybody))
    shown = run("alert-rule", "try", "shop", "score", "--at-most", "10").stdout
    assert "more than it looked at" in shown
    assert "fires for everybody" in shown


def test_deliveries_are_listed_by_filters_page_after_page(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, {"deliveries": [DELIVERY], "cursor": "next"}), (200, SHOWN["list_deliveries"])]
    listed = run("deliveries", "--destination", ID, "--state", "waiting", "--survey", "shop", "--json")
    assert json.loads(listed.stdout) == {"deliveries": [DELIVERY, DELIVERY]}
    filters = {"destination": ID, "state": "waiting", "survey": "shop"}
    assert [query for _, _, query, _ in earshot.calls] == [filters, filters | {"cursor": "next"}]


def test_a_list_that_is_cut_says_so(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, {"deliveries": [DELIVERY, DELIVERY], "cursor": None}))
    listed = run("deliveries", "--limit", "1")
    assert "waiting" in listed.stdout
    assert "first 1" in listed.stderr


def test_a_delivery_is_shown_with_its_attempts(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, DELIVERY | {"maybe_doubled": True}))
    shown = run("deliveries", DELIVERY["id"])
    assert "ambiguous (502)" in shown.stdout
    assert DELIVERY["case"] in shown.stdout
    assert "perhaps twice" in shown.stdout
    assert earshot.calls[-1][1] == f"/v1/deliveries/{DELIVERY['id']}"


def test_the_owner_of_a_survey_is_set_and_removed(earshot: FakeEarshot, run: Run) -> None:
    earshot.add_survey()
    for typed, sent in (("owner@example.com", "owner@example.com"), ("none", None)):
        assert run("survey", "set", "demo", "--owner", typed).exit_code == 0
        assert earshot.calls[-1][3] == {"owner": sent}
    earshot.surveys["demo"]["owner"] = "owner@example.com"
    assert "owner@example.com" in run("survey", "show", "demo").stdout
