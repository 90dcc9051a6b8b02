"""Waiting for what was accepted to be recorded: the API promises at once, the score follows in moments."""

import time
from collections import deque
from http import HTTPStatus

from earshot_cli.client import Client, survey_path
from earshot_cli.problems import RefusedError
from earshot_cli.screen import notes

# The API puts 100 responses into a message; the last messages sent are the last to be recorded.
RESPONSES_A_MESSAGE = 100
MESSAGES_WATCHED = 60
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.25


class Arrivals:
    """Remembers a response of each of the last messages, and looks for them until all are there."""

    def __init__(self, client: Client, survey: str) -> None:
        self._client = client
        self._survey = survey
        self._watched: deque[str] = deque(maxlen=MESSAGES_WATCHED)

    def expect(self, ids: list[str]) -> None:
        """Note the ids of a batch that was accepted."""
        self._watched.extend([*ids[RESPONSES_A_MESSAGE - 1 :: RESPONSES_A_MESSAGE], *ids[-1:]])

    def wait(self) -> bool:
        """Wait until they are recorded; False when it takes too long, or this key may not look."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with notes.status("Recording …"):
            while self._watched:
                found = self._is_recorded(self._watched[0])
                if found is None or time.monotonic() > deadline:
                    return False
                if found:
                    self._watched.popleft()
                else:
                    time.sleep(PAUSE_SECONDS)
        return True

    def _is_recorded(self, response_id: str) -> bool | None:
        try:
            self._client.get(survey_path(self._survey, "responses", response_id))
        except RefusedError as refused:
            return False if refused.status == HTTPStatus.NOT_FOUND else None
        return True
