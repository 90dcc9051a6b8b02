"""An alert in words: nothing is made up, and a score of 0 is a score."""

from earshot.domain.alert_words import facts_of, title_of


def test_a_score_of_zero_is_shown() -> None:
    found = dict(facts_of("score.changed", {"current": {"nps": 0, "responses": 10}, "previous": {"nps": -3}}))
    assert (found["Score now"], found["Score before"], found["Responses"]) == ("0", "-3", "10")


def test_what_is_not_known_is_left_out() -> None:
    assert facts_of("response.detractor", {"score": 2, "category": "detractor"}) == []
    assert title_of("response.detractor", {"score": 2, "category": "detractor"}) == "Detractor: 2 of 10"
