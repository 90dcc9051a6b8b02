"""Where the ports of judging scores meet their adapters, beside `bootstrap.py`."""

from functools import cache
from typing import TYPE_CHECKING

from earshot.bootstrap import client
from earshot.config import setting

if TYPE_CHECKING:
    from earshot.adapters.judgements import DynamoDBJudgements


@cache
def judgements() -> "DynamoDBJudgements":
    from earshot.adapters.judgements import DynamoDBJudgements

    return DynamoDBJudgements(client("dynamodb"), setting("EARSHOT_TABLE"))
