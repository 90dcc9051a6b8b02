"""The surveys an operator means: the one that was named, or all there are."""

from collections.abc import Sequence

from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.survey import Survey
from earshot_cli.errors import UsageError
from earshot_cli.ops.stack import Stack

MOST_NAMED = 20


def surveys_of(stack: Stack) -> DynamoDBSurveys:
    """Give the surveys of a stack."""
    return DynamoDBSurveys(stack.client("dynamodb"), stack.physical("Table"))


def survey_ids(stack: Stack, named: Sequence[str]) -> list[str]:
    """Give the ids of the surveys that were named, or of all; UsageError names those there are."""
    known = [survey.id for survey in surveys_of(stack).list()]
    for name in named:
        if name not in known:
            raise _unknown(stack, name, known)
    return sorted(named or known)


def the_survey(stack: Stack, name: str) -> Survey:
    """Give one survey with its values; UsageError names those there are."""
    surveys = surveys_of(stack)
    if (survey := surveys.get(name)) is None:
        raise _unknown(stack, name, [one.id for one in surveys.list()])
    return surveys.with_values(survey)


def _unknown(stack: Stack, name: str, known: list[str]) -> UsageError:
    shown = ", ".join(known[:MOST_NAMED]) + (
        f" and {len(known) - MOST_NAMED:,} more" if len(known) > MOST_NAMED else ""
    )
    return UsageError(f"There is no survey {name!r} in {stack.place}: it has {shown or 'none'}.")
