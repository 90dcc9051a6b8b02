"""The account's suppression list at SES, page by page."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from earshot.adapters.ses_suppression_list import PAGE, SesSuppressedDestinations
from earshot.domain.errors import BusyError
from earshot.ports.suppression_list import SuppressedDestination
from tests.factories import NOON


class TestTheAccountsList:
    """The suppression list as SES returns it, since moto keeps none."""

    @pytest.fixture
    def ses(self, request: pytest.FixtureRequest) -> Any:
        request.getfixturevalue("aws")
        return boto3.client("sesv2")

    def test_a_page_is_read_with_our_words_and_the_place_of_the_next(self, ses: Any) -> None:
        time = datetime(2026, 11, 21, 12, tzinfo=UTC)
        reply = {
            "SuppressedDestinationSummaries": [
                {"EmailAddress": "ann@example.com", "Reason": "BOUNCE", "LastUpdateTime": time},
                {"EmailAddress": "ben@example.com", "Reason": "COMPLAINT", "LastUpdateTime": time},
            ],
            "NextToken": "next",
        }
        asked = {"Reasons": ["BOUNCE", "COMPLAINT"], "PageSize": PAGE, "NextToken": "this"}
        asked["StartDate"] = time
        with Stubber(ses) as stub:
            stub.add_response("list_suppressed_destinations", reply, asked)
            found, more = SesSuppressedDestinations(ses).page(NOON, "this")
        assert found == [
            SuppressedDestination("ann@example.com", "bounced", NOON),
            SuppressedDestination("ben@example.com", "complained", NOON),
        ]
        assert more == "next"

    @pytest.mark.parametrize("reply", [{"SuppressedDestinationSummaries": []}, {}])
    def test_the_whole_list_may_be_empty(self, ses: Any, reply: dict[str, Any]) -> None:
        with Stubber(ses) as stub:
            stub.add_response(
                "list_suppressed_destinations", reply, {"Reasons": ["BOUNCE", "COMPLAINT"], "PageSize": PAGE}
            )
            assert SesSuppressedDestinations(ses).page(None, None) == ([], None)

    def test_ses_asking_for_patience_is_busy_and_a_bad_token_is_not(self, ses: Any) -> None:
        with Stubber(ses) as stub:
            stub.add_client_error("list_suppressed_destinations", "TooManyRequestsException")
            with pytest.raises(BusyError):
                SesSuppressedDestinations(ses).page(None, None)
            stub.add_client_error("list_suppressed_destinations", "InvalidNextTokenException")
            with pytest.raises(ClientError):
                SesSuppressedDestinations(ses).page(None, "old")
