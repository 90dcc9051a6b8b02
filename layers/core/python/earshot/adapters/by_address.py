"""The function that is asked about a person whose token holds an address, since it may hash one."""

import json
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.domain.errors import BusyError
from earshot.domain.widget import Question


class LambdaByAddress:
    """The `ByAddress` port over a function of the stack."""

    def __init__(self, client: Any, function: str) -> None:
        self._client = client
        self._function = function

    def ask(self, survey: str, token: str, question: Question) -> bool:
        """Return whether the person may be asked, and store what became of the question they were shown."""
        event = question.showing.value if question.showing else None
        return self._invoke({"survey": survey, "token": token, "event": event, "id": question.response})

    def was_shown(self, survey: str, token: str, response: str) -> bool:
        """Return whether the person was shown the question of a response while their token was good."""
        return self._invoke({"survey": survey, "token": token, "response": response})

    def _invoke(self, asked: dict[str, Any]) -> bool:
        with translated("the function ask_by_address"):
            reply = self._client.invoke(FunctionName=self._function, Payload=json.dumps(asked))
        if "FunctionError" in reply:
            raise BusyError("this person cannot be looked up right now; try again in a moment")
        return bool(json.loads(reply["Payload"].read())["is_so"])
