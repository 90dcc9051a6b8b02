"""The score of each of some weeks in a line as small as a word."""

from collections.abc import Sequence

from earshot.charts.markup import element, path, words

WIDTH, HEIGHT, EDGE = 160, 40, 4


def sparkline_svg(values: Sequence[float | None], label: str) -> str:
    """Draw values from −100 to 100, the oldest first; None is a gap. `label` says in a sentence what they show."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span, step = max(high - low, 10.0), (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    middle = (low + high) / 2

    def place(at: int, value: float) -> tuple[float, float]:
        return EDGE + step * at, HEIGHT / 2 - (HEIGHT - 2 * EDGE) * (value - middle) / span

    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(place(at, value))
    lines = [element("path", d=path(run), fill="none", class_="line", stroke_width=2) for run in runs if len(run) > 1]
    dots = [element("circle", cx=run[0][0], cy=run[0][1], r=2, class_="dot") for run in runs if len(run) == 1]
    last = next((run[-1] for run in reversed(runs) if run), None)
    end = [element("circle", cx=last[0], cy=last[1], r=3, class_="dot")] if last else []
    return element(
        "svg",
        element("title", words(label)) + "".join([*lines, *dots, *end]),
        role="img",
        class_="sparkline",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=WIDTH,
        height=HEIGHT,
        direction="ltr",
    )
