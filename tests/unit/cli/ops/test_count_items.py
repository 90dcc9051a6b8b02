"""What a recount gives of a response is what is read of a count item: else a rebuild would add it again."""

import pytest

from earshot.domain.response import Response
from earshot_cli.ops.count_items import NUMBERS, numbers_of, share_of
from tests.factories import make_response


@pytest.mark.parametrize(
    "response",
    [make_response(3, seconds=0.5, is_repeat=True), make_response(9, excluded=True)],
    ids=["noted", "excluded"],
)
def test_whatever_a_recount_gives_is_read_from_a_count_item(response: Response) -> None:
    names = {name for _, name in share_of(response)}
    assert names
    assert names <= NUMBERS
    item = dict.fromkeys(names, 1) | {"pk": "C#demo#all", "other": 5}
    assert numbers_of(item) == dict.fromkeys(names, 1)
