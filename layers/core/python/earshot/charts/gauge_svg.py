"""A gauge from −100 to 100: the score and, as an arc, the interval that holds the true one."""

from math import cos, pi, sin

from earshot.charts.markup import element, words

WIDTH, HEIGHT = 260, 156
RADIUS, THICK = 105, 16
MIDDLE = WIDTH / 2, 130.0


def gauge_svg(score: int, low: float, high: float, label: str, *, target: int | None = None) -> str:
    """Draw a score with its interval; `label` says it in a sentence, since colors say nothing to many."""
    parts = [
        _arc(-100, 100, "track"),
        _arc(low, high, "sure"),
        *([_stroke(target, 20, "goal-mark")] if target is not None else []),
        _stroke(score, 14, "point-mark"),
        *(_label(points) for points in (-100, 0, 100)),
        element("text", words(f"{score}".replace("-", "−")), x=MIDDLE[0], y=124, class_="big", text_anchor="middle"),
    ]
    return element(
        "svg",
        element("title", words(label)) + "".join(parts),
        role="img",
        class_="gauge",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        direction="ltr",
    )


def _at(points: float, radius: float) -> tuple[float, float]:
    turn = pi * (1 - (points + 100) / 200)
    return MIDDLE[0] + radius * cos(turn), MIDDLE[1] - radius * sin(turn)


def _arc(low: float, high: float, kind: str) -> str:
    (x, y), (to_x, to_y) = _at(low, RADIUS), _at(high, RADIUS)
    drawn = f"M{x:.1f},{y:.1f}A{RADIUS},{RADIUS} 0 0 1 {to_x:.1f},{to_y:.1f}"
    return element("path", d=drawn, fill="none", stroke_width=THICK, class_=kind)


def _stroke(points: float, long: float, kind: str) -> str:
    (x, y), (to_x, to_y) = _at(points, RADIUS - long), _at(points, RADIUS + long)
    return element("path", d=f"M{x:.1f},{y:.1f}L{to_x:.1f},{to_y:.1f}", stroke_width=3, class_=kind)


def _label(points: int) -> str:
    x, y = _at(points, RADIUS - 24)
    anchor = {-100: "start", 0: "middle", 100: "end"}[points]
    return element("text", words(f"{points}".replace("-", "−")), x=x, y=y, class_="text", text_anchor=anchor)
