"""What remains of an invitation whose person was erased: the facts that the funnel counts."""

from dataclasses import replace

from earshot.domain.funnel import stage_text, stages
from earshot.domain.invitation import Invitation, InvitationFacts, InvitationState
from earshot.domain.invitation_cohorts import columns_of, day_of_first_mail

ERASED = "erased"


def anonymized(invitation: Invitation) -> Invitation:
    """Return what remains of an invitation: what the funnel counts, without times, scores, ids and words.

    Its id stays, as it names the item, and the link to unsubscribe must find it.
    """
    if invitation.is_anonymous:
        return invitation
    day = day_of_first_mail(invitation)
    facts = InvitationFacts(
        stages=frozenset(stage_text(stage, wave) for stage, wave in stages(invitation)),
        day=day,
        columns=frozenset(columns_of(invitation)) if day is not None else frozenset(),
    )
    return of_facts(invitation.person, invitation.id, invitation.survey, invitation.channel, facts)


def of_facts(person: str, invitation_id: str, survey: str, channel: str, facts: InvitationFacts) -> Invitation:
    """Return an invitation with nothing but facts: nothing is scheduled, and no mail is known."""
    return Invitation(
        id=invitation_id,
        survey=survey,
        person=person,
        decided_at=0,
        due_at=0,
        state=InvitationState.DECLINED,
        reason=ERASED,
        channel=channel,
        facts=facts,
    )


def with_outcome(facts: InvitationFacts, wave: int, outcome: str, day: str | None = None) -> InvitationFacts | None:
    """Return the facts once it is known what became of a mail that was being sent; None if it was not, or is known.

    `outcome` is `sent` or `stopped`; `day` is the UTC day on which a first mail went out.
    """
    claimed = stage_text("claimed", wave)
    if claimed not in facts.stages:
        return None
    known = replace(facts, stages=facts.stages - {claimed} | {stage_text(outcome, wave)})
    if day is None or known.day is not None:
        return known
    return replace(known, day=day, columns=known.columns | {"asked"})
