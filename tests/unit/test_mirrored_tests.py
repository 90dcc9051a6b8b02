"""A module's tests are found by its name: `earshot/x/y.py` is tested by `x/test_y.py` in tests/unit or integration.

A service may be tested with the handler of the same name, in tests/unit/functions.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "layers/core/python/earshot"
PARTS = ("domain", "services", "adapters", "api")
# Modules whose behaviour is tested through others. This list only shrinks: a new module has a test of its name.
EXEMPT: set[str] = {
    "adapters/aws_errors",
    "adapters/dynamodb/alert_settings_items",
    "adapters/dynamodb/budgets",
    "adapters/dynamodb/invitation_items",
    "adapters/dynamodb/invitation_updates",
    "adapters/dynamodb/plain_items",
    "adapters/dynamodb/reconciliations",
    "adapters/dynamodb/response_items",
    "adapters/dynamodb/responses",
    "adapters/dynamodb/stream",
    "adapters/dynamodb/submission_policies",
    "adapters/dynamodb/suppressions",
    "adapters/dynamodb/survey_items",
    "adapters/link_reader",
    "adapters/secrets",
    "adapters/ses_suppression_list",
    "api/all_paths",
    "api/campaigns",
    "api/cors",
    "api/fields",
    "api/funnel_views",
    "api/identity_secret",
    "api/imports",
    "api/number_views",
    "api/pages",
    "api/people",
    "api/people_lists",
    "api/person_views",
    "api/quality_views",
    "api/request",
    "api/response_fields",
    "api/response_views",
    "api/score_views",
    "api/segment_values",
    "api/sqs_batch",
    "api/survey_views",
    "api/touchpoints",
    "api/trend_views",
    "api/widget",
    "api/widget_settings",
    "api/widget_views",
    "domain/alert_events",
    "domain/alert_settings",
    "domain/api_key",
    "domain/brand",
    "domain/bulk_erasure",
    "domain/corrections",
    "domain/email_feedback",
    "domain/errors",
    "domain/identity_claims",
    "domain/imports",
    "domain/invitation",
    "domain/keyed_hash",
    "domain/score_snapshot",
    "domain/segment_values",
    "domain/sending_quota",
    "domain/supersession",
    "services/funnel/report_funnel",
    "services/invitations/check_quiet_period",
    "services/invitations/erase_invitation_responses",
    "services/invitations/invite_people",
    "services/people/export_person",
    "services/people/find_people",
    "services/people/person_suppression",
    "services/people/suppress_addresses",
    "services/responses/count_known_rows",
    "services/responses/submit_responses",
    "services/responses/transaction_chunks",
    "services/responses/update_response",
    "services/responses/withdraw_responses",
    "services/scores/report_breakdown",
    "services/scores/report_trend",
    "services/surveys/admit_segment_values",
    "services/surveys/find_survey",
}


def modules() -> set[str]:
    return {
        path.relative_to(LIBRARY).with_suffix("").as_posix()
        for part in PARTS
        for path in (LIBRARY / part).rglob("*.py")
        if path.stem != "__init__"
    }


def modules_with_tests() -> set[str]:
    found = set()
    for kind in ("unit", "integration"):
        for path in (ROOT / "tests" / kind).rglob("test_*.py"):
            name = path.stem.removeprefix("test_")
            found.add((path.relative_to(ROOT / "tests" / kind).parent / name).as_posix())
    handlers = {path.stem.removeprefix("test_") for path in (ROOT / "tests/unit/functions").glob("test_*.py")}
    return found | {name for name in modules() if name.startswith("services/") and Path(name).name in handlers}


def test_a_module_has_a_test_of_its_name() -> None:
    untested = modules() - modules_with_tests() - EXEMPT

    assert not untested, "name a test after each of them:\n" + "\n".join(sorted(untested))


def test_what_is_exempt_is_there_and_has_no_test() -> None:
    surplus = EXEMPT - (modules() - modules_with_tests())

    assert not surplus, "take these off the list:\n" + "\n".join(sorted(surplus))
