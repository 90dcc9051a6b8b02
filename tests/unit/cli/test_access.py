"""Access as it is typed."""

from typing import Any

import pytest

from earshot_cli.access import access_typed
from earshot_cli.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["everything"], {}),
        (["surveys=demo,shop"], {"surveys": ["demo", "shop"]}),
        (["segment=region=emea", "surveys=demo"], {"segment": "region=emea", "surveys": ["demo"]}),
        (["accounts=own"], {"accounts": "own"}),
    ],
)
def test_access_is_sent_as_the_api_takes_it(typed: list[str], expected: dict[str, Any]) -> None:
    assert access_typed(typed) == expected


@pytest.mark.parametrize("typed", [["demo"], ["people=own"], ["accounts=own", "accounts=own"], ["everything", "x=y"]])
def test_what_means_nothing_is_refused(typed: list[str]) -> None:
    with pytest.raises(UsageError, match="--access takes each of"):
        access_typed(typed)
