"""Whose responses figures are of."""

from earshot.domain.access import Access
from tests.unit.console.world import Console


def test_the_access_is_the_segment_if_none_is_asked_for(console: Console) -> None:
    console.record(10, properties={"plan": "pro"}, channel="api")
    console.record(0, properties={"plan": "free"}, channel="api")
    assert console.data("/app/s/demo.json")["nps"] == 0
    mine = console.visitor(access=Access(segment=("plan", "pro")))
    assert console.data("/app/s/demo.json", mine)["nps"] == 100
    assert console.data("/app/s/demo.json?segment=plan=pro", mine)["nps"] == 100


def test_only_values_of_the_access_are_to_choose(console: Console) -> None:
    console.record(10, properties={"plan": "pro"}, channel="api")
    console.record(0, properties={"plan": "free"}, channel="api")
    assert 'value="plan=free"' in console.page("/app/s/demo")
    html = console.page("/app/s/demo", console.visitor(access=Access(segment=("plan", "pro"))))
    assert 'value="plan=free"' not in html
    assert 'value="plan=pro"' in html


def test_figures_of_own_accounts_are_refused_in_words(console: Console) -> None:
    html = console.page("/app/s/demo", console.visitor(access=Access(own_accounts=True)), 403)
    assert "figures of your own accounts are not counted" in html


def test_own_accounts_have_no_values_of_others_to_choose_from(console: Console) -> None:
    console.record(2, properties={"plan": "secret"})
    visitor = console.visitor(access=Access(own_accounts=True))
    assert "secret" not in console.page("/app/s/demo/responses", visitor)
