"""The surveys an operator means: the named one, or all there are."""

from collections.abc import Sequence

from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.survey import Survey
from earshot_cli.errors import UsageError
from earshot_cli.ops.stack import Stack

MOST_NAMED = 20


def survey_ids(stack: Stack, named: Sequence[str]) -> list[str]:
    """Return the ids of the named surveys, or of all; UsageError names those there are."""
    known = [survey.id for survey in list_surveys(stack)]
    for name in named:
        if name not in known:
            raise _unknown(stack, name, known)
    return sorted(named or known)


def find_survey(stack: Stack, name: str) -> Survey:
    """Return one survey with its values; UsageError names those there are."""
    surveys = _surveys(stack)
    if (survey := surveys.get(name)) is None:
        raise _unknown(stack, name, [one.id for one in surveys.list()])
    return surveys.with_values(survey)


def list_surveys(stack: Stack) -> Sequence[Survey]:
    """Return all surveys, without their values."""
    return _surveys(stack).list()


def _surveys(stack: Stack) -> DynamoDBSurveys:
    return DynamoDBSurveys(stack.client("dynamodb"), stack.table)


def _unknown(stack: Stack, name: str, known: list[str]) -> UsageError:
    more = f" and {len(known) - MOST_NAMED:,} more" if len(known) > MOST_NAMED else ""
    return UsageError(
        f"There is no survey {name!r} in {stack.place}: it has {', '.join(known[:MOST_NAMED]) or 'none'}{more}."
    )
