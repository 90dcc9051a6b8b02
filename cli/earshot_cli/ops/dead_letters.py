"""Messages taken out of a queue one handful after the other: each is done first and deleted then, so none is lost."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

HANDFUL = 10
# Longer than a handful takes, and short enough that what an interrupted redrive held is soon there again.
HELD_SECONDS = 120
# An empty answer of SQS means nothing unless it asked all its servers, which it does when it may wait.
LOOK_SECONDS = 1
# Written on what goes back, with the redrive's own name: it tells what came back from what was there.
MARK = "earshot-redrive"


@dataclass(frozen=True)
class Letter:
    """A message of a queue, with its attributes as texts."""

    id: str
    receipt: str
    body: str
    attributes: dict[str, str]


# Does what there is to do with some letters; gives those that are done, the others stay in the queue.
Deed = Callable[[Sequence[Letter]], Sequence[Letter]]


class Letters:
    """One walk through a queue: how many letters are done, left (nothing can be done), or came back meanwhile."""

    def __init__(self, sqs: Any, url: str, redrive: str) -> None:
        self.done = 0
        self.left = 0
        self.came_back = 0
        self._sqs = sqs
        self._url = url
        self._redrive = redrive
        # Held until the walk is over, so that it meets each once: their ids, and what to let them go by.
        self._held: dict[str, str] = {}

    def walk(self, deed: Deed, most: int | None) -> Iterator[int]:
        """Do what there is to do with each letter, at most so many; yields how many are done."""
        met_again = 0
        try:
            while wanted := HANDFUL if most is None else min(HANDFUL, most - self.done):
                taken = self._take(wanted)
                letters = [letter for letter in taken if letter.id not in self._held]
                # What is held longer than it is hidden comes once more; others may still be behind it.
                met_again = 0 if letters else met_again + len(taken)
                if not taken or met_again > len(self._held):
                    return
                self._held |= {letter.id: letter.receipt for letter in taken}
                if letters:
                    self._do(deed, letters)
                    yield self.done
        finally:
            self._let_go()

    def _do(self, deed: Deed, letters: Sequence[Letter]) -> None:
        back = [letter for letter in letters if letter.attributes.get(MARK) == self._redrive]
        fresh = [letter for letter in letters if letter not in back]
        done = deed(fresh) if fresh else []
        self._delete(done)
        self.done += len(done)
        self.left += len(fresh) - len(done)
        self.came_back += len(back)

    def _take(self, wanted: int) -> list[Letter]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=wanted,
            VisibilityTimeout=HELD_SECONDS,
            WaitTimeSeconds=LOOK_SECONDS,
            MessageAttributeNames=["All"],
        )
        return [_letter(message) for message in answer.get("Messages", ())]

    def _delete(self, done: Sequence[Letter]) -> None:
        for letter in done:
            del self._held[letter.id]
        if done:
            entries = [{"Id": str(at), "ReceiptHandle": letter.receipt} for at, letter in enumerate(done)]
            # What could not be deleted is there again in a while and done once more, which harms nobody.
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)

    def _let_go(self) -> None:
        """Let what stays be seen again at once; SQS refuses it of what can be seen already, which is as good."""
        for receipt in self._held.values():
            with suppress(self._sqs.exceptions.ClientError):
                self._sqs.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=0)


def send(sqs: Any, url: str, letters: Sequence[Letter], redrive: str) -> list[Letter]:
    """Put letters into a queue, marked as part of a redrive; give those that are in it.

    One by one: a body may be as large as a message can be, and a batch takes no more than that in all.
    """
    mark = {MARK: {"DataType": "String", "StringValue": redrive}}
    for letter in letters:
        sqs.send_message(QueueUrl=url, MessageBody=letter.body, MessageAttributes=mark)
    return list(letters)


def _letter(message: dict[str, Any]) -> Letter:
    said = message.get("MessageAttributes", {}).items()
    texts = {name: value["StringValue"] for name, value in said if "StringValue" in value}
    return Letter(message["MessageId"], message["ReceiptHandle"], message["Body"], texts)
