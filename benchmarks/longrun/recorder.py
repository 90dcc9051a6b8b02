"""Record every effect of a call, of lost answers too; the verifier reads these facts."""

from typing import Any

from benchmarks.longrun.behaviour import MACHINE
from benchmarks.longrun.facts import Facts, Moment, Press
from benchmarks.longrun.faults import Run
from benchmarks.longrun.timeline import Timeline
from earshot.domain.bot_detection import Comment


class EffectRecorder:
    """Notes facts from the arguments of calls and whether they had an effect; it reads nothing that is stored."""

    def __init__(self, facts: Facts, line: Timeline) -> None:
        self._facts = facts
        self._line = line
        self._answers: dict[str, str] = {}
        self._notes = {
            "invitations.claim": self._claimed,
            "invitations.record_sent": self._settled,
            "invitations.release": self._settled,
            "invitations.reject": self._rejected,
            "invitations.add_attempt": self._pressed,
            "suppressions.add": self._suppressed,
            "suppressions.unsubscribe": self._unsubscribed,
            "people.put_tombstone": self._buried,
            "ledger.commit": self._committed,
        }

    def moment(self, what: str = "") -> Moment:
        """Give this moment, after everything that has happened so far."""
        return Moment(self._line.now, self._line.tick(), what)

    def seen(self, run: Run | None, name: str, args: tuple[Any, ...], answer: Any) -> None:
        """Note what a call of a run has done."""
        if run is not None and (note := self._notes.get(name)) is not None:
            note(run, args, answer)

    def ended(self, run: Run) -> None:
        """Note what a run claimed and left so: nobody knows whether that mail went out."""
        if run.claim is not None:
            person, invitation = run.claim
            self._facts.unknown.setdefault(invitation, self.moment(person))

    def _claimed(self, run: Run, args: tuple[Any, ...], answer: Any) -> None:
        if answer:
            run.claim = (args[0].person, args[0].id)

    def _settled(self, run: Run, _: tuple[Any, ...], answer: Any) -> None:
        if answer:
            run.claim = None

    def _rejected(self, run: Run, args: tuple[Any, ...], answer: Any) -> None:
        self._settled(run, args, answer)
        self._facts.rejected.setdefault(args[0].id, self.moment(args[0].person))

    def _suppressed(self, _: Run, args: tuple[Any, ...], __: Any) -> None:
        self._facts.refuse(args[0], self.moment(args[1]))

    def _unsubscribed(self, run: Run, _: tuple[Any, ...], __: Any) -> None:
        self._facts.refuse(run.visitor, self.moment("unsubscribed"))

    def _buried(self, _: Run, args: tuple[Any, ...], answer: Any) -> None:
        if answer:
            self._facts.erased.setdefault(args[0].id, self.moment("erased"))

    def _pressed(self, _: Run, args: tuple[Any, ...], answer: Any) -> None:
        if answer is None:
            return
        person, invitation, press = args[0], args[1], args[3]
        self._answers[answer.response] = invitation
        is_machine = press.comment == Comment.of(MACHINE)
        self._facts.presses[invitation].append(Press(self.moment(), person, answer.survey, is_machine))

    def _committed(self, _: Run, args: tuple[Any, ...], answer: Any) -> None:
        """Note which people's answers are recorded now, not what machines pressed; `what` is when it was given."""
        for new in (change.new for change in args[0] if answer is None):
            presses = self._facts.presses[self._answers[new.id]] if new.id in self._answers else []
            if new.person and new.score is not None and any(not press.is_machine for press in presses):
                self._facts.recorded[new.person, new.survey].append(self.moment(str(new.responded_at)))
