"""A score as a dot on the scale from −100 to 100, with its interval as a line through it."""

from earshot.charts.markup import element, path, words

WIDTH, HEIGHT, EDGE = 220, 22, 6


def whisker_svg(score: float, low: float, high: float, label: str, *, whole: float | None = None) -> str:
    """Draw a score and its interval; `whole` is the score of all, a mark to compare with."""

    def x(points: float) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (points + 100) / 200

    middle = HEIGHT / 2
    parts = [
        element("path", d=path([(x(-100), middle), (x(100), middle)]), class_="axis"),
        element("path", d=path([(x(0), 3), (x(0), HEIGHT - 3)]), class_="axis"),
        *(
            [element("path", d=path([(x(whole), 1), (x(whole), HEIGHT - 1)]), class_="whole")]
            if whole is not None
            else []
        ),
        element("path", d=path([(x(low), middle), (x(high), middle)]), stroke_width=4, class_="sure"),
        element("circle", cx=x(score), cy=middle, r=5, class_="dot"),
    ]
    return element(
        "svg",
        element("title", words(label)) + "".join(parts),
        role="img",
        class_="whisker",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        direction="ltr",
    )
