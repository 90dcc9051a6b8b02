"""What can be the name of a survey or a campaign, and that nothing else is repeated."""

import pytest

from earshot.domain.names import is_name, no_campaign, no_survey, the_survey


@pytest.mark.parametrize("name", ["a", "0", "demo", "spring-2026", "x" * 63])
def test_a_name_that_could_be_one_is_quoted_where_it_is_not_found(name: str) -> None:
    assert is_name(name)
    assert no_survey(name).detail == f"there is no survey '{name}'"
    assert no_campaign("demo", name).detail == f"the survey 'demo' has no campaign '{name}'"
    assert the_survey(name) == f"the survey '{name}'"


@pytest.mark.parametrize("sent", ["", "-a", "A", "earshot_0f1e2d3c4b5a_c0ffee", "hunter 2", "x" * 64, "a\n"])
def test_what_can_be_no_name_is_not_repeated_as_it_may_be_a_secret(sent: str) -> None:
    rows = [no_survey(sent).detail, no_campaign("demo", sent).detail, no_campaign(sent, "spring").detail]

    assert not is_name(sent)
    assert the_survey(sent) == "such a survey"
    for sentence in rows:
        assert not sent or sent not in sentence
    assert "1 to 63 of a-z, 0-9 and '-'" in rows[0]
