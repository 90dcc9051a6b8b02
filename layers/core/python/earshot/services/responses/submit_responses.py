"""Submit responses: check that their survey takes them, and from this page, and queue them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from earshot.domain.errors import ConflictError, ForbiddenError, NotFoundError
from earshot.domain.names import no_survey, the_survey
from earshot.domain.statement import StatementKind
from earshot.domain.submission import Submission

if TYPE_CHECKING:  # submit_response starts faster without imports for types
    from earshot.domain.submission_policy import SubmissionPolicy
    from earshot.ports.imports import Imports
    from earshot.ports.messaging import SubmissionQueue
    from earshot.ports.surveys import SubmissionPolicies

PARTIAL_WAIT = 600
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


def check_submission_policy(
    survey_id: str, policy: "SubmissionPolicy | None", origin: str | None
) -> "SubmissionPolicy":
    """Refuse responses to a survey that is not there (NotFoundError), is closed (ConflictError), or not for this page.

    `origin` is the page's, None where no page sends (ForbiddenError if the survey names others).
    """
    if policy is None:
        raise no_survey(survey_id)
    if not policy.is_open:
        raise ConflictError(f"the survey {survey_id!r} is closed and accepts no responses")
    if policy.allowed_origin(origin) is None:
        raise ForbiddenError(f"pages of {origin!r} may not post to this survey; add the origin to its 'widget.origins'")
    return policy


def check_import(survey: str, import_id: str, *, imports: "Imports") -> None:
    """Refuse rows of an import that was never begun (NotFoundError) or was undone (ConflictError)."""
    found = imports.get(survey, import_id)
    if found is None:
        raise NotFoundError(f"{the_survey(survey)} has no import {import_id!r}: start it with PUT first")
    if found.undone_at is not None:
        raise ConflictError(f"the import {import_id!r} was undone; use a new import for its rows")


def enqueue(submissions: Sequence[Submission], *, queue: "SubmissionQueue") -> None:
    """Queue submissions for the recorder.

    Partial ones wait ten minutes, so that the complete response comes first and no false detractor is published.
    """
    partial = [submission for submission in submissions if submission.statement.kind is StatementKind.PARTIAL]
    final = [submission for submission in submissions if submission.statement.kind is not StatementKind.PARTIAL]
    queue.send(final)
    queue.send(partial, delay=PARTIAL_WAIT)
