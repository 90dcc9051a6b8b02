"""Suppress many addresses at once, known or not: a person who refused elsewhere is never written to."""

from collections.abc import Sequence

from earshot.domain.suppression import SuppressionDraft, not_replaced_by
from earshot.ports.suppressions import Suppressions

SUPPRESSED, KNOWN = "suppressed", "known"
LIFTED, ERASED = "lifted", "erased"


def suppress(drafts: Sequence[SuppressionDraft], *, suppressions: Suppressions) -> list[str]:
    """Suppress each address and return what became of it: `suppressed`, or `known` if it was for a reason as strong.

    Done again it changes nothing. An address that is there twice has its strongest reason. A draft that lifts takes
    what suppresses the address away: `lifted`, or `erased` if it is an erased person's, which stands.
    """
    current = dict(suppressions.find(draft.email for draft in drafts))
    outcomes = []
    for draft in drafts:
        if draft.is_lift:
            outcomes.append(LIFTED if suppressions.lift(draft.email) else ERASED)
            current.pop(draft.email, None)
            continue
        known = current.get(draft.email)
        is_new = known is None or known.reason not in not_replaced_by(draft.reason)
        is_new = is_new and suppressions.add(draft.email, draft.reason, draft.time)
        outcomes.append(SUPPRESSED if is_new else KNOWN)
    return outcomes
