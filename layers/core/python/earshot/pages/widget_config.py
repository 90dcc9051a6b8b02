"""The response page's form inside the widget's element, which gets its configuration in one attribute."""

import json

from earshot.pages.page_facts import PageFacts
from earshot.pages.translations import colors, link_view, words


def element_config(facts: PageFacts) -> str:
    """Write the element's config as JSON: it asks at once, and sends what the form would send."""
    texts = facts.texts
    send = texts.send if facts.current is None else texts.change
    shown = words(texts, facts.question, facts.brand.name, facts.widget)
    # A question in its own page has neither a tab nor a way to close it, and its server explains what it refuses.
    for name in ("close", "tab", "closed", "refused", "copy"):
        del shown[name]
    shown |= {"send": send, "again": texts.change, "yours": texts.your_response}
    return json.dumps(
        {
            "open": True,
            "language": texts.language,
            "direction": texts.direction,
            "texts": shown,
            "link": link_view(facts.widget),
            "colors": colors(facts.brand.color),
            "action": facts.action,
            "score": facts.selected,
        }
        | ({"earlier": facts.earlier, "earlier_score": facts.earlier_score} if facts.earlier else {})
        | (
            {"contact": texts.contact_me, "contact_requested": facts.contact_requested} if facts.has_contact_box else {}
        ),
        ensure_ascii=False,
        separators=(",", ":"),
    )
