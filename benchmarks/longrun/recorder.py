"""Record every effect of a call, also when the reply is lost; the verifier reads these facts."""

from dataclasses import replace
from typing import Any

from benchmarks.longrun.behaviour import MACHINE
from benchmarks.longrun.facts import Facts, FormSubmission, Moment
from benchmarks.longrun.faults import Run
from benchmarks.longrun.timeline import Timeline
from earshot.domain.bot_detection import Comment


class EffectRecorder:
    """Notes facts from the arguments of calls and whether they had an effect; it reads nothing that is stored."""

    def __init__(self, facts: Facts, line: Timeline) -> None:
        self._facts = facts
        self._line = line
        self._invitation_of: dict[str, str] = {}
        self._notes = {
            "invitations.claim": self._claimed,
            "invitations.record_sent": self._settled,
            "invitations.release": self._settled,
            "invitations.reject": self._rejected,
            "invitations.add_attempt": self._submitted,
            "suppressions.add": self._suppressed,
            "suppressions.unsubscribe": self._unsubscribed,
            "people.put_tombstone": self._buried,
            "ledger.commit": self._committed,
        }

    @property
    def noted(self) -> frozenset[str]:
        """Return the calls of which facts are noted."""
        return frozenset(self._notes)

    def moment(self, what: str = "") -> Moment:
        """Return this moment, after everything that has happened so far."""
        return Moment(self._line.now, self._line.tick(), what)

    def seen(self, run: Run | None, name: str, args: tuple[Any, ...], result: Any) -> None:
        """Note what a call of a run has done."""
        if run is not None and (note := self._notes.get(name)) is not None:
            note(run, args, result)

    def ended(self, run: Run) -> None:
        """Note what a run claimed and left so: whether that mail went out is unknown."""
        if run.claim is not None:
            person, invitation = run.claim
            self._facts.unknown.setdefault(invitation, self.moment(person))

    def _claimed(self, run: Run, args: tuple[Any, ...], result: Any) -> None:
        if result:
            run.claim = (args[0].person, args[0].id)

    def _settled(self, run: Run, _: tuple[Any, ...], result: Any) -> None:
        if result:
            run.claim = None

    def _rejected(self, run: Run, args: tuple[Any, ...], result: Any) -> None:
        self._settled(run, args, result)
        self._facts.rejected.setdefault(args[0].id, self.moment(args[0].person))

    def _suppressed(self, _: Run, args: tuple[Any, ...], __: Any) -> None:
        self._facts.refuse(args[0], self.moment(args[1]))

    def _unsubscribed(self, run: Run, _: tuple[Any, ...], __: Any) -> None:
        self._facts.refuse(run.visitor, self.moment("unsubscribed"))

    def _buried(self, _: Run, args: tuple[Any, ...], result: Any) -> None:
        if result:
            self._facts.erased.setdefault(args[0].id, self.moment("erased"))

    def _submitted(self, run: Run, args: tuple[Any, ...], result: Any) -> None:
        """Note a submission, given when the visit began; it may be stored later, and stops a mail from then on."""
        if result is None:
            return
        person, invitation, submission = args[0], args[1], args[3]
        self._invitation_of[result.response] = invitation
        is_machine = submission.comment == Comment.of(MACHINE)
        self._facts.submissions[invitation].append(
            FormSubmission(replace(self.moment(), time=run.began), person, result.survey, is_machine)
        )

    def _committed(self, _: Run, args: tuple[Any, ...], result: Any) -> None:
        """Note which people's responses are recorded now, not those of machines; `what` is when it was given."""
        for new in (change.new for change in args[0] if result is None):
            submissions = self._facts.submissions[self._invitation_of[new.id]] if new.id in self._invitation_of else []
            if new.person and new.score is not None and any(not submission.is_machine for submission in submissions):
                self._facts.recorded[new.person, new.survey].append(self.moment(str(new.responded_at)))
