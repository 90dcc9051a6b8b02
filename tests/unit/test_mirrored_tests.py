"""A module's tests are found by its name: `earshot/x/y.py` is tested by `x/test_y.py` in tests/unit or integration.

A service may be tested with the handler of the same name, in tests/unit/functions.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "layers/core/python/earshot"
PARTS = ("domain", "services", "adapters", "api")
# Modules that are tested through another, each with the test in which to look. The list only shrinks: a new
# module has a test of its name.
TESTED_WITH = {
    "adapters/aws_errors": "integration/adapters/dynamodb/test_table",
    "adapters/dynamodb/alert_settings_items": "integration/adapters/dynamodb/test_surveys",
    "adapters/dynamodb/invitation_items": "integration/adapters/dynamodb/test_invitations",
    "adapters/dynamodb/invitation_updates": "integration/adapters/dynamodb/test_invitations",
    "adapters/dynamodb/plain_items": "integration/adapters/dynamodb/test_counts",
    "adapters/dynamodb/response_items": "integration/adapters/dynamodb/test_ledger",
    "adapters/dynamodb/responses": "integration/adapters/dynamodb/test_ledger",
    "adapters/dynamodb/submission_policies": "integration/adapters/dynamodb/test_surveys",
    "adapters/dynamodb/survey_items": "integration/adapters/dynamodb/test_surveys",
    "adapters/link_reader": "unit/adapters/test_link_tokens",
    "api/all_paths": "unit/api/test_paths",
    "api/campaigns": "unit/functions/test_manage_campaigns",
    "api/cors": "unit/functions/test_serve_widget",
    "api/fields": "unit/api/test_properties",
    "api/funnel_views": "unit/functions/test_read_results",
    "api/identity_secret": "unit/functions/test_manage_surveys",
    "api/imports": "unit/functions/test_imports",
    "api/number_views": "unit/functions/test_read_results",
    "api/pages": "unit/functions/test_serve_pages",
    "api/people": "unit/functions/test_manage_people",
    "api/people_lists": "unit/functions/test_manage_people",
    "api/person_views": "unit/functions/test_manage_people",
    "api/quality_views": "unit/functions/test_read_trends",
    "api/request": "unit/api/test_http",
    "api/response_fields": "unit/api/test_responses",
    "api/response_views": "unit/functions/test_read_results",
    "api/score_views": "unit/functions/test_read_results",
    "api/segment_values": "unit/functions/test_manage_surveys",
    "api/survey_views": "unit/functions/test_manage_surveys",
    "api/touchpoints": "unit/functions/test_receive_touchpoints",
    "api/trend_views": "unit/functions/test_read_trends",
    "api/widget": "unit/functions/test_serve_widget",
    "api/widget_settings": "unit/api/test_survey_settings",
    "api/widget_views": "unit/functions/test_serve_widget",
    "domain/evaluation_events": "integration/test_events",
    "domain/case_events": "integration/test_events",
    "domain/alert_settings": "unit/api/test_alert_settings",
    "domain/api_key": "unit/services/api_keys/test_check_api_key",
    "domain/brand": "unit/emails/test_brand",
    "domain/bulk_erasure": "unit/services/responses/test_erase_responses",
    "domain/corrections": "unit/services/responses/test_revise_response",
    "domain/email_feedback": "unit/adapters/test_ses_events",
    "domain/errors": "unit/api/test_problems",
    "domain/identity_claims": "unit/adapters/test_identity_tokens",
    "domain/imports": "unit/services/responses/test_undo_import",
    "domain/invitation": "integration/adapters/dynamodb/test_invitations",
    "domain/score_snapshot": "integration/test_events",
    "domain/segment_values": "unit/services/surveys/test_manage_segment_values",
    "domain/sending_quota": "unit/services/invitations/test_send_rate",
    "domain/supersession": "unit/services/supersession/test_reconcile_one",
    "services/funnel/report_funnel": "unit/functions/test_read_results",
    "services/invitations/show_widget_question": "unit/functions/test_serve_widget",
    "services/invitations/erase_invitation_responses": "unit/services/people/test_erase_person",
    "services/invitations/invite_people": "unit/functions/test_request_invitations",
    "services/people/export_person": "unit/functions/test_manage_people",
    "services/people/find_people": "unit/functions/test_manage_people",
    "services/people/person_suppression": "unit/functions/test_manage_people",
    "services/people/suppress_addresses": "unit/functions/test_manage_people",
    "services/responses/count_known_rows": "unit/functions/test_submit_response",
    "services/responses/transaction_chunks": "unit/services/surveys/test_backfill_segments",
    "services/responses/update_response": "unit/services/responses/test_revise_response",
    "services/responses/withdraw_responses": "unit/services/responses/test_erase_responses",
    "services/scores/report_breakdown": "unit/functions/test_read_results",
    "services/scores/report_trend": "unit/functions/test_read_trends",
    "services/surveys/admit_segment_values": "unit/services/surveys/test_manage_segment_values",
    "services/surveys/find_survey": "unit/api/test_score_queries",
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
    untested = modules() - modules_with_tests() - set(TESTED_WITH)

    assert not untested, "name a test after each of them:\n" + "\n".join(sorted(untested))


def test_a_module_that_is_tested_with_another_is_there_and_has_no_test() -> None:
    surplus = set(TESTED_WITH) - (modules() - modules_with_tests())
    missing = {name for name in TESTED_WITH.values() if not (ROOT / f"tests/{name}.py").exists()}

    assert not surplus, "take these off the list:\n" + "\n".join(sorted(surplus))
    assert not missing, "name the test that is there:\n" + "\n".join(sorted(missing))
