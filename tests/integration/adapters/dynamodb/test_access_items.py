"""Access is stored as it is, and takes no room where it leaves nothing out."""

import pytest

from earshot.adapters.dynamodb.access_items import access_attribute, read_access
from earshot.domain.access import EVERYTHING, Access


@pytest.mark.parametrize(
    "access",
    [EVERYTHING, Access(()), Access(("shop", "support")), Access(None, ("region", "emea")), Access(own_accounts=True)],
)
def test_access_is_read_as_it_was_stored(access: Access) -> None:
    assert read_access(access_attribute(access)) == access


def test_access_to_everything_is_no_attribute() -> None:
    assert access_attribute(EVERYTHING) is None
