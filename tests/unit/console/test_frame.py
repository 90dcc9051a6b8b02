"""What is around every page."""

import re
from html import unescape

import pytest

from earshot.console.page_templates import FOLDER
from earshot.console.router import PAGES
from earshot.domain.access import Access, Role
from earshot.languages.console_texts import console_texts_for
from tests.unit.console.case_world import open_case
from tests.unit.console.world import Console

FAMILIES = (
    *("nav", "theme", "basis", "category", "period", "action", "state", "target", "error", "show", "change"),
    *("case_of", "case_state", "column", "clock", "span", "actor", "do", "fact", "outcome", "cause"),
    *("stage", "campaign", "wait", "reason", "when", "delivery", "role", "role_may"),
)
WORD = re.compile(r"""\bt(?:exts)?\(\s*"([a-z_]+\.[a-z0-9_. ]+)\"""")


def test_a_page_names_its_visitor_and_the_way_out(console: Console) -> None:
    html = console.page("/app", console.visitor(name="<Kim> & Co"))
    assert "&lt;Kim&gt; &amp; Co" in html
    assert '<form method="post" action="/app/sign-out">' in html
    assert 'value="form-token"' in html


@pytest.mark.parametrize("path", ["/app", "/app/s/demo", "/app/s/demo/responses"])
def test_the_page_that_is_shown_stands_out_among_the_ways(console: Console, path: str) -> None:
    nav = console.page(path).partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)" aria-current="page"', nav) == [path]


def test_a_page_has_no_markup_that_its_policy_refuses(console: Console) -> None:
    console.record(9, 3, 7, comment="<script>alert(1)</script><img src=x onerror=alert(1)>")
    console.compute()
    for path in PAGES:
        page = path.format(survey="demo", property="plan", response="r", case="c")
        html = console.reply(page).body.decode()
        assert " style=" not in html, page
        assert "<style" not in html, page
        assert not re.search(r"<script(?! type=\"module\" src=\"/app/assets/)", html), page
        assert not re.search(r"<[^>]+ on\w+=", html), page


def test_every_word_of_the_templates_is_there_and_none_is_left_over() -> None:
    words = set(console_texts_for("en").words)
    sources = [*FOLDER.rglob("*.html"), *FOLDER.parent.rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert set(WORD.findall(text)) <= words
    left = {each for each in words if f'"{each}"' not in text and f"'{each}'" not in text}
    # Their names are put together of a family and what is shown.
    left = {each for each in left if each.partition(".")[0] not in FAMILIES}
    assert left == set()


def test_an_executive_has_the_ways_of_their_role(console: Console) -> None:
    nav = console.page("/app", console.visitor(Role.EXECUTIVE)).partition("</nav>")[0]
    assert "/app/s/demo/alerts" not in nav
    assert "/app/settings" in nav


ACCESSES = [
    Access(),
    Access(surveys=("demo",)),
    Access(segment=("plan", "pro")),
    Access(segment=("region", "emea")),
    Access(own_accounts=True),
]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("access", ACCESSES)
def test_every_way_leads_to_a_page_that_the_visitor_may_see(console: Console, role: Role, access: Access) -> None:
    console.record(9, 3, 7, comment="Late.", properties={"plan": "pro"})
    console.record(2, properties={"plan": "a&b#c=d/e%2f"})
    open_case(console, properties={"plan": "free"})
    console.compute()
    visitor = console.visitor(role, access)
    seen: set[str] = set()
    ahead = ["/app", "/app/s/demo/responses"]
    while ahead and len(seen) < 60:
        path = ahead.pop(0)
        if path in seen:
            continue
        seen.add(path)
        reply = console.reply(path, visitor)
        assert reply.status in {200, 303}, path
        if reply.headers.get("content-type", "").startswith("text/html"):
            hrefs = re.findall(r'href="(/app[^"#]*)', reply.body.decode())
            ahead += [unescape(each) for each in hrefs if "/assets/" not in each and "theme=" not in each]
