"""Whether there is anything new since a page was opened."""

from earshot.domain.access import Access
from tests.factories import NOON
from tests.unit.console.world import Console


def test_nothing_is_sent_until_a_score_is_computed_again(console: Console) -> None:
    console.record(9)
    console.compute()
    first = console.reply("/app/s/demo/pulse")
    tag = first.headers["etag"]
    again = console.reply("/app/s/demo/pulse", None, **{"if-none-match": tag})
    assert (again.status, again.body) == (304, b"")
    computed_at, windows = console.scores.kept["demo", "all"]
    console.scores.kept["demo", "all"] = (computed_at + 1, windows)
    later = console.reply("/app/s/demo/pulse", None, **{"if-none-match": tag})
    assert later.status == 200
    assert b"new responses" in later.body
    assert computed_at == NOON


def test_a_survey_outside_of_the_access_has_no_pulse(console: Console) -> None:
    assert console.reply("/app/s/demo/pulse", console.visitor(access=Access(surveys=("other",)))).status == 403
