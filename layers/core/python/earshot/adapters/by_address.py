"""The function that is asked about somebody whom a token names by an address, since it may hash one."""

import json
from typing import Any

from earshot.adapters.faults import translated
from earshot.domain.errors import BusyError
from earshot.domain.widget import Showing


class LambdaByAddress:
    """The `ByAddress` port over a function of the stack."""

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def ask(self, survey: str, token: str, showing: Showing | None) -> bool:
        """Return whether the person may be asked, or note what became of the question they were shown."""
        asked = {"survey": survey, "token": token, "event": showing.value if showing else None}
        with translated("the function ask_by_address"):
            answer = self._client.invoke(FunctionName=self._function, Payload=json.dumps(asked))
        if "FunctionError" in answer:
            raise BusyError("whether this person may be asked cannot be found out; try again in a moment")
        return bool(json.loads(answer["Payload"].read())["ask"])
