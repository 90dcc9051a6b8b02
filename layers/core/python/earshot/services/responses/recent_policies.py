"""The submission policies that one container read in the last seconds: many responses cost one read of their survey."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # submit_response starts faster without imports for types
    from earshot.domain.submission_policy import SubmissionPolicy
    from earshot.ports.surveys import SubmissionPolicies

# How long a policy is believed, in milliseconds; docs/api.md states it.
LONGEST_AGE = 5_000
REMEMBERED = 1_000


class RecentPolicies:
    """Reads policies, and remembers those of open surveys.

    A survey that is closed or not there is always read, so that it can be opened or created and answered at once.
    """

    def __init__(self, policies: "SubmissionPolicies") -> None:
        self._policies = policies
        self._known: dict[str, tuple[int, SubmissionPolicy]] = {}

    def policy(self, survey: str, now: int) -> "SubmissionPolicy | None":
        """Return the policy of a survey as it was at most five seconds before `now` (Unix milliseconds)."""
        read_at, known = self._known.get(survey, (0, None))
        # A clock that was set back makes nothing younger.
        return known if known is not None and 0 <= now - read_at < LONGEST_AGE else self.current(survey, now)

    def current(self, survey: str, now: int) -> "SubmissionPolicy | None":
        """Read the policy of a survey as it is now; None if there is no such survey."""
        policy = self._policies.submission_policy(survey)
        self._known.pop(survey, None)
        if policy is not None and policy.is_open:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[survey] = now, policy
        return policy
