"""A score clicked in a mail counts once a person is seen on its page: scanners in a real browser count for nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Page

from tests.e2e.invitation_client import a_survey, an_address, ask, decisions, eventually, mail_to, score, send_form
from tests.e2e.survey_client import Survey, depth, histogram, message, new_id, now

if TYPE_CHECKING:
    from tests.e2e.conftest import Stack

# A page is looked at for a second before a click shows that somebody is here.
LOOKED = 1.2


@contextmanager
def opened(browser: Browser, stack: "Stack", paths: list[str]) -> Iterator[list[Page]]:
    """Open links in tabs of one browser, scripts and all."""
    context = browser.new_context()
    tabs = [context.new_page() for _ in paths]
    for tab, path in zip(tabs, paths, strict=True):
        tab.goto(f"{stack.url}{path}")
    yield tabs
    context.close()


def asked(stack: "Stack") -> tuple[str, str, Any]:
    """Ask somebody; return the survey, the person and the mail."""
    survey, address = a_survey(stack), an_address()
    person = ask(stack, survey, {"email": address})["person"]
    return survey, person, mail_to(stack, address)


def funnel(stack: "Stack", survey: str, **wanted: int) -> None:
    """Wait until the funnel says so."""

    def look() -> dict[str, int]:
        total = stack.call("GET", f"/v1/surveys/{survey}/funnel").body["total"]
        return {name: total[name] for name in wanted}

    eventually(look, lambda result: result == wanted)


def test_a_scanner_that_runs_scripts_moves_and_scrolls_counts_for_nothing(stack: "Stack", browser: Browser) -> None:
    survey, person, mail = asked(stack)
    waiting = depth(stack, "LinkQueue", "ApproximateNumberOfMessagesDelayed")
    with opened(browser, stack, [mail.scores[number] for number in range(11)]) as tabs:
        time.sleep(LOOKED)
        for tab in tabs:
            tab.mouse.move(40, 200)
            tab.mouse.wheel(0, 400)
            tab.evaluate("document.querySelector('a, button, input').focus(); scrollTo(0, 99)")
            # What a script makes up is not trusted.
            tab.evaluate("dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))")
        time.sleep(0.5)
    funnel(stack, survey, clicked_by_machine=1, clicked=0, clicked_score=0, responded=0)
    assert depth(stack, "LinkQueue", "ApproximateNumberOfMessagesDelayed") == waiting
    (kept,) = decisions(stack, person)
    assert (kept["outcome"], kept["response"]) == ("sent", None)


def test_a_scanner_that_also_submits_every_page_counts_for_nothing(stack: "Stack", browser: Browser) -> None:
    survey, person, mail = asked(stack)
    with opened(browser, stack, [mail.scores[number] for number in range(11)]) as tabs:
        time.sleep(LOOKED)
        for tab in tabs:
            tab.mouse.click(5, 5)
        kept = eventually(lambda: decisions(stack, person)[0], lambda found: len(found["clicks"]) == len(mail.scores))
    funnel(stack, survey, clicked_by_machine=1, clicked=0, clicked_score=0, responded=0)
    assert kept["outcome"] == "sent"
    assert kept["response"]
    # A person who comes after it is heard: ten seconds after the last click, which every tab has sent by now.
    time.sleep(10.1)
    send_form(stack, mail.respond, score=8)
    assert eventually(lambda: score(stack, survey), lambda nps: nps["responses"] == 1)["histogram"] == histogram(8)


def test_a_withdrawn_click_outranks_those_that_waited_whichever_comes_first(stack: "Stack") -> None:
    for order in (1, -1):
        survey = Survey(stack)
        sent, at = new_id(), now()
        partial = survey.submission("partial", 3, sent, rank="signed", person="ann") | {"received": at - 2}
        withdrawn = {name: value for name, value in partial.items() if name != "score"} | {"received": at}
        for submission in (partial, withdrawn)[::order]:
            survey.queue(message(submission), name="LinkQueue")
        survey.recorded(sent, state="partial", score=None)
        assert survey.nps()["responses"] == 0


def test_clicking_and_leaving_is_a_partial_response_and_send_completes_it(stack: "Stack", browser: Browser) -> None:
    survey, person, mail = asked(stack)
    waiting = depth(stack, "LinkQueue", "ApproximateNumberOfMessagesDelayed")
    with opened(browser, stack, [mail.scores[3]]) as (tab,):
        tab.mouse.click(5, 5)
        time.sleep(LOOKED)
        assert depth(stack, "LinkQueue", "ApproximateNumberOfMessagesDelayed") == waiting
        tab.mouse.click(5, 5)
        tab.keyboard.press("Tab")
        eventually(
            lambda: depth(stack, "LinkQueue", "ApproximateNumberOfMessagesDelayed"),
            lambda held: held == waiting + 1,
        )
    funnel(stack, survey, clicked=1, clicked_by_machine=0, clicked_score=1, responded=0)
    (kept,) = decisions(stack, person)
    assert (kept["outcome"], bool(kept["response"])) == ("sent", True)
    with opened(browser, stack, [mail.scores[3]]) as (tab,):
        # It thanks at once: a tab that is closed before the reply may take the request with it.
        with tab.expect_response(lambda reply: reply.request.method == "POST") as sent:
            tab.locator("earshot-survey .send").click()
        assert sent.value.ok
        tab.locator("earshot-survey .done").wait_for()
    eventually(lambda: score(stack, survey), lambda nps: nps["histogram"] == histogram(3))
    response = stack.call("GET", f"/v1/surveys/{survey}/responses/{kept['response']}").body
    assert (response["id"], response["state"], response["history"]) == (kept["response"], "final", [])
    funnel(stack, survey, clicked=1, clicked_score=1, responded=1)
