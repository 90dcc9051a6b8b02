"""Access as it is sent and shown."""

from typing import Any

import pytest

from earshot.api.access_fields import ACCESS, access_view
from earshot.api.schema import Object
from earshot.domain.access import EVERYTHING, Access
from earshot.domain.errors import InvalidError

BODY = Object(ACCESS)


def test_access_that_is_not_named_is_to_everything() -> None:
    bodies: list[dict[str, Any]] = [{}, {"access": None}, {"access": {}}]
    for body in bodies:
        assert BODY.read(body)["access"] == EVERYTHING
    assert access_view(EVERYTHING) == {}


@pytest.mark.parametrize(
    ("shown", "access"),
    [
        ({"surveys": ["shop", "support"]}, Access(("shop", "support"))),
        ({"segment": "region=emea=north"}, Access(segment=("region", "emea=north"))),
        ({"surveys": ["shop"], "accounts": "own"}, Access(("shop",), own_accounts=True)),
    ],
)
def test_access_is_shown_as_it_is_sent(shown: dict[str, Any], access: Access) -> None:
    assert BODY.read({"access": shown})["access"] == access
    assert access_view(access) == shown


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"surveys": []}, "access.surveys"),
        ({"surveys": ["Shop"]}, "access.surveys"),
        ({"surveys": ["shop", "shop"]}, "access.surveys"),
        ({"segment": "region"}, "access.segment"),
        ({"accounts": "all"}, "access.accounts"),
        ({"people": "own"}, "access.people"),
    ],
)
def test_a_fault_names_its_field(sent: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        BODY.read({"access": sent})
    assert refused.value.faults[0].field.startswith(field)
