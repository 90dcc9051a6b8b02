"""The dotted types of what destinations are sent."""

# By the condition of the rule; any other condition on a response makes `MATCHED`.
OF_CATEGORIES = {"detractor": "response.detractor", "passive": "response.passive", "promoter": "response.promoter"}
MATCHED, UPDATED = "response.matched", "response.updated"
# By the event about the score.
OF_THE_SCORE = {"ScoreChanged": "score.changed", "TargetReached": "target.reached", "TargetMissed": "target.missed"}
# By the event about a case.
OF_CASES = {"CaseOpened": "case.opened", "CaseChanged": "case.changed", "CaseClosed": "case.closed"}
CLOSED = OF_CASES["CaseClosed"]
# What a webhook may ask for, and what only one gets that does.
TYPES = (*OF_CATEGORIES.values(), MATCHED, UPDATED, *OF_THE_SCORE.values(), *OF_CASES.values())
ONLY_IF_NAMED = (UPDATED, *OF_CASES.values())
# What comes without being asked for: a test, a summary in place of too many alerts, and that deliveries are parked.
TEST, SUMMARIZED, PARKED = "destination.test", "alerts.summarized", "delivery.parked"
# What members of staff are sent about a case: that it is theirs, that time runs, and that it has run out.
ASSIGNED, REMINDER, OVERDUE, ESCALATED = "case.assigned", "case.reminder", "case.overdue", "case.escalated"
TO_STAFF = (ASSIGNED, REMINDER, OVERDUE, ESCALATED)
# What a channel gets as a recipient of a digest.
DIGEST = "survey.digest"
FOR_PEOPLE = (SUMMARIZED, PARKED, *TO_STAFF, DIGEST)
# What is made of its subject at each attempt: its words are kept nowhere else, where no erasure finds them.
NOT_KEPT = (*TO_STAFF, DIGEST, *OF_CASES.values())
# What is left of a call from outside that named a case which there is not; nothing is sent.
INBOUND = "case.inbound"
# What is sent to delete what an earlier delivery wrote.
DELETION = "delivery.deletion"


def is_about_a_response(kind: str) -> bool:
    """Return whether a message of this type is about a response."""
    return kind.startswith("response.")
