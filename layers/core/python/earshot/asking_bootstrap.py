"""Where the ports of asking over weeks meet their adapters, beside `bootstrap.py`."""

from functools import cache
from typing import TYPE_CHECKING

from earshot.bootstrap import client
from earshot.config import setting

if TYPE_CHECKING:
    from earshot.adapters.campaigns import DynamoDBCampaigns
    from earshot.adapters.funnels import DynamoDBFunnels
    from earshot.adapters.invitation_feedback import DynamoDBFeedback
    from earshot.adapters.people_directory import DynamoDBPeopleDirectory
    from earshot.adapters.people_lists import DynamoDBPeopleLists
    from earshot.adapters.reconciliations import DynamoDBReconciliations
    from earshot.adapters.recorded_answers import DynamoDBRecordedAnswers
    from earshot.adapters.suppressed_destinations import SesSuppressedDestinations


@cache
def funnels() -> "DynamoDBFunnels":
    from earshot.adapters.funnels import DynamoDBFunnels

    return DynamoDBFunnels(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def recorded_answers() -> "DynamoDBRecordedAnswers":
    from earshot.adapters.recorded_answers import DynamoDBRecordedAnswers

    return DynamoDBRecordedAnswers(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def campaigns() -> "DynamoDBCampaigns":
    from earshot.adapters.campaigns import DynamoDBCampaigns

    return DynamoDBCampaigns(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def people_directory() -> "DynamoDBPeopleDirectory":
    from earshot.adapters.people_directory import DynamoDBPeopleDirectory

    return DynamoDBPeopleDirectory(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def people_lists() -> "DynamoDBPeopleLists":
    from earshot.adapters.people_lists import DynamoDBPeopleLists

    return DynamoDBPeopleLists(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def feedback() -> "DynamoDBFeedback":
    from earshot.adapters.invitation_feedback import DynamoDBFeedback

    return DynamoDBFeedback(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def suppressed_destinations() -> "SesSuppressedDestinations":
    from earshot.adapters.suppressed_destinations import SesSuppressedDestinations

    return SesSuppressedDestinations(client("sesv2"))


@cache
def reconciliations() -> "DynamoDBReconciliations":
    from earshot.adapters.reconciliations import DynamoDBReconciliations

    return DynamoDBReconciliations(client("dynamodb"), setting("EARSHOT_TABLE"))
