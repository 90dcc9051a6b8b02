"""What an HTTP API of AWS makes of a path: a part of it as it is sent, and as a function gets it.

Others captured most rows on AWS and published them: `rawPath` of a route `$default` by hotsock/voker
(vokerhttp/testdata/ingress-paths.json at a1c00bf), `rawPath` and `pathParameters` of a route with parameters by
aws/aws-lambda-dotnet (Tools/LambdaTestTool-v2, HttpContextTestCases.cs). The other rows are assumed: of the possible
cases the harder one. docs/architecture.md lists what is assumed; a person compares it with AWS after the first deploy.
"""

from enum import Enum
from typing import NamedTuple


class Known(Enum):
    """How far a row was seen on AWS."""

    EVERYWHERE = "rawPath and pathParameters"
    RAW_PATH = "rawPath"
    NOWHERE = "nothing"


class Row(NamedTuple):
    """A part of a path as it is sent and as it arrives; None if AWS refuses it with 400."""

    sent: str
    arrives: str | None
    known: Known

    @property
    def is_assumed(self) -> bool:
        """Return whether the value in `pathParameters`, and so the route, is assumed."""
        return self.known is not Known.EVERYWHERE


ROWS = (
    Row("plain", "plain", Known.EVERYWHERE),
    Row("space%20value", "space value", Known.EVERYWHERE),
    Row("unicode-%CE%BB-%E4%B8%96%E7%95%8C", "unicode-λ-世界", Known.EVERYWHERE),
    Row("emoji-%F0%9F%98%8A", "emoji-😊", Known.EVERYWHERE),
    Row("question%3Fvalue", "question", Known.RAW_PATH),
    Row("percent%25done", None, Known.RAW_PATH),
    Row("hash%23value", "hash#value", Known.RAW_PATH),
    Row("slash%2Fvalue", "slash/value", Known.RAW_PATH),
    Row("literal%252Fvalue", "literal/value", Known.RAW_PATH),
    Row("literal%253Fvalue", "literal?value", Known.RAW_PATH),
    Row("literal%2525value", "literal%value", Known.RAW_PATH),
    Row("plus+value", "plus value", Known.NOWHERE),
    Row("plus%2Bvalue", "plus value", Known.NOWHERE),
    Row("plus%252Bvalue", "plus+value", Known.NOWHERE),
    Row("letter%2541", "letterA", Known.NOWHERE),
    Row("percent%25", None, Known.NOWHERE),
    Row("malformed%zz", None, Known.NOWHERE),
    Row("no-utf-8-%FF", "no-utf-8-\ufffd", Known.NOWHERE),
    Row("semicolon%3Bvalue", "semicolon;value", Known.NOWHERE),
    Row("backslash%5Cvalue", "backslash\\value", Known.NOWHERE),
    Row("at%40comma%2Ccolon%3A", "at@comma,colon:", Known.NOWHERE),
    Row("end%20", "end ", Known.NOWHERE),
    Row("%2E%2E", "..", Known.NOWHERE),
    Row("null%00", "null\x00", Known.NOWHERE),
)
