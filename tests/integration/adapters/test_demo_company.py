"""What the demo writes is what the recorder would have written, item by item."""

from datetime import date
from random import Random
from typing import Any

from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.segment_values import Source
from earshot.domain.survey import Survey
from earshot.services.responses.record_responses import record
from earshot_cli.local.demo_company.customers import SEGMENTS
from earshot_cli.local.demo_company.recording import keep, recorded
from earshot_cli.local.demo_company.sample import customers_of, sample_of, survey_with_values
from earshot_cli.local.demo_company.table_in_memory import Item, TableInMemory
from earshot_cli.local.demo_company.writing import put_all
from earshot_cli.local.demo_company.year import submissions_of_a_year

TODAY = date(2026, 11, 29)
SURVEY = Survey("demo", "Demo", segments=SEGMENTS)
TABLE = "earshot"


def test_it_is_what_the_recorder_leaves_in_the_table(dynamodb: Any) -> None:
    # Few people respond often, so that there are chains.
    submissions = submissions_of_a_year("demo", customers_of(TODAY)[:4], TODAY, Random(7))
    submissions = [one for at, one in enumerate(submissions) if one.statement.person or at % 100 == 0]
    assert len(submissions) > 30
    surveys = DynamoDBSurveys(dynamodb, TABLE)
    surveys.put(SURVEY, None)
    ledger, people = DynamoDBLedger(dynamodb, TABLE), DynamoDBPeople(dynamodb, TABLE)
    survey = survey_with_values(SURVEY, [one.statement.properties for one in submissions])
    for segment, names in survey.values.items():
        assert len(surveys.admit("demo", segment, sorted(names), Source.OWNER)) == len(names)
    assert record(submissions, surveys=surveys, ledger=ledger, people=people, pause=lambda _: None) == set()

    responses = recorded(survey, submissions)
    assert sum(one.superseded_on is not None for one in responses) > 10
    table = TableInMemory()
    keep(table, responses)
    assert in_order(table.items) == in_order(of_responses(dynamodb))
    assert survey.values == surveys.with_values(SURVEY).values


def test_all_of_the_sample_is_written_and_twice_makes_the_same(dynamodb: Any) -> None:
    items = sample_of(SURVEY, lambda: b"key", TODAY).items
    some = items[:: len(items) // 130]
    for _ in range(2):
        put_all(dynamodb, TABLE, some)
        assert in_order(everything(dynamodb)) == in_order(some)


def of_responses(client: Any) -> list[Item]:
    return [item for item in everything(client) if not item["pk"]["S"].startswith(("SURVEY", "VALUES"))]


def everything(client: Any) -> list[Item]:
    found: list[Item] = client.get_paginator("scan").paginate(TableName=TABLE).build_full_result()["Items"]
    return found


def in_order(found: list[Item]) -> list[Item]:
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
