"""How many responses gave each score from 0 to 10, as bars."""

from collections.abc import Sequence

from earshot.charts.markup import element, words
from earshot.charts.sheet import in_short
from earshot.domain.score import category

WIDTH, HEIGHT, FOOT, HEAD, GAP = 440, 170, 22, 18, 6


def distribution_svg(counts: Sequence[int], label: str) -> str:
    """Draw the eleven bars, each with its count; `label` says in a sentence what they show."""
    slot, most = WIDTH / len(counts), max(*counts, 1)
    parts = []
    for score, count in enumerate(counts):
        tall = (HEIGHT - FOOT - HEAD) * count / most
        middle, top = slot * (score + 0.5), HEIGHT - FOOT - tall
        left, wide = slot * score + GAP / 2, slot - GAP
        parts += [
            element("rect", class_=category(score), x=left, y=top, width=wide, height=tall, rx=2),
            element("text", words(in_short(count)), x=middle, y=top - 5, class_="text", text_anchor="middle"),
            element("text", f"{score}", x=middle, y=HEIGHT - 6, class_="text strong", text_anchor="middle"),
        ]
    return element(
        "svg",
        element("title", words(label)) + "".join(parts),
        role="img",
        class_="distribution",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        direction="ltr",
    )
