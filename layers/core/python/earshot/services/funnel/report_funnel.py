"""Report the funnel of a survey, with the score of all its responses."""

from dataclasses import dataclass

from earshot.domain.funnel import Funnel, Rate
from earshot.domain.score import Histogram
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.ports.funnel import Funnels
from earshot.ports.scores import Counts
from earshot.services.scores.report_score import ScoreScope, report


@dataclass(frozen=True, slots=True)
class FunnelReport:
    """The funnel of a survey and the responses that came, by whatever way."""

    survey: Survey
    funnel: Funnel
    histogram: Histogram

    @property
    def rate(self) -> Rate:
        """Return the share of those invited who responded, to any of their mails."""
        return Rate(self.funnel.asked, self.funnel.total("responded"))


def report_funnel(survey: Survey, window: Window, *, funnels: Funnels, counts: Counts) -> FunnelReport:
    """Read the funnel, which knows no days, and the score in a window."""
    score = report(ScoreScope((survey,)), window, counts=counts)
    return FunnelReport(survey, funnels.read(survey.id), score.histogram)
