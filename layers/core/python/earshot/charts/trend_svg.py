"""The course of a score as a picture: its line, the band of its interval, and below how many responses it rests on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from earshot.charts.markup import element, path, words
from earshot.charts.scales import day_labels
from earshot.charts.sheet import BARS, FEW, FOOT, GAP, HEAD, LEFT, PRINT, Point, Sheet, has_band, is_few
from earshot.charts.target import place_label
from earshot.charts.text_width import fitted, wide

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
# Each is readable on white and on black; where dark is preferred, those of DARK are better still.
LINE, GREY, FAINT, TEXT, TARGET = "#2563eb", "#8a8f98", "#8a8f98", "#6b7280", "#b45309"
TOO_FEW = "too few to say"
# From this width on there is room for whole sentences.
ROOMY = 560
DARK = (
    "@media (prefers-color-scheme:dark){.line{stroke:#7aa7ff}.dot{fill:#7aa7ff}.band{fill:#7aa7ff}.bar{fill:#7aa7ff}"
    ".text{fill:#c3c8d0}.target{stroke:#f0a94b}.goal{fill:#f0a94b}}"
)


def trend_svg(
    trend: Mapping[str, Any],
    *,
    target: int | None = None,
    width: int = 720,
    height: int = 320,
    has_style: bool = True,
) -> str:
    """Draw a response of the trend call as a stand-alone SVG for a page, a mail or a file.

    Windows of fewer than 30 responses are grey, those of fewer than 10 have no band and those without any are a gap;
    `target` is a score to reach. Within a page that has styles for its classes it needs none of its own.
    """
    sheet = Sheet(trend["points"], target, width, height)
    title, summary = _whose(trend), _summary(trend, target)
    parts = [
        element("title", words(title)),
        element("desc", words(summary)),
        *([element("style", DARK)] if has_style else []),
        *_head(sheet, trend, title),
        *_axes(sheet),
        *_bars(sheet),
        *_target(sheet),
        *(drawn for run in sheet.runs() for drawn in _line(sheet, run)),
        *_goal(sheet),
        *_last(sheet),
    ]
    return element(
        "svg",
        "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        font_family=FONT,
        font_size=PRINT,
        direction="ltr",
    )


def _whose(trend: Mapping[str, Any]) -> str:
    surveys = " + ".join(trend["surveys"]) if "surveys" in trend else trend["survey"]
    segment = f", {trend['segment']}" if trend.get("segment") else ""
    folded = f", which {shared(trend['counted_as'])} with others" if trend.get("counted_as") else ""
    counting = "" if trend.get("complete", True) else ", not all counted yet"
    return f"NPS of {surveys}{segment}{folded}{counting}"


def shared(folded: str | Mapping[str, str]) -> str:
    """Return the series that counts a value without one of its own, as the API names it."""
    if isinstance(folded, str):
        return f"shares {folded}"
    return "shares " + ", ".join(f"{series} in {survey}" for survey, series in folded.items())


def _summary(trend: Mapping[str, Any], target: int | None) -> str:
    """Return a description of the picture for screen readers."""
    known = [point for point in trend["points"] if point["interval"]]
    days = f"{len(trend['points'])} days from {trend['from']}, each the score of its window of {trend['window']}"
    goal = "" if target is None else f" The target is {target}."
    if not known:
        return f"{days}; there were no responses.{goal}"
    first, last = (f"{_phrase(point)} on {point['day']}" for point in (known[0], known[-1]))
    return f"{days}: {first}, {last}; by the basis {trend['basis']}.{goal}"


def _phrase(point: Point) -> str:
    bounds = point["interval"]
    sure = f"{bounds['level']:.0%} interval {bounds['low']:.0f} to {bounds['high']:.0f}"
    return f"{point['nps']} ({sure if has_band(point) else TOO_FEW}, n {point['responses']})"


def _text(text: str, x: float, y: float, **more: str | float | None) -> str:
    return element("text", words(text), x=x, y=y, **({"class_": "text", "fill": TEXT} | more))


def _head(sheet: Sheet, trend: Mapping[str, Any], title: str) -> Iterator[str]:
    score, sure = _last_score(sheet)
    space = sheet.width - 3 * LEFT
    shown = fitted(title, 14, space - wide(score, 18))
    yield _text(shown, LEFT, 18, font_size=14, font_weight="600")
    subtitle = f"window {trend['window']} · {trend['basis']}"
    left = space - wide(sure, PRINT, bold=False)
    for hint in ["band: 95 % interval", f"grey: under {FEW} responses"] if sheet.width >= ROOMY else []:
        longer = f"{subtitle} · {hint}"
        subtitle = longer if wide(longer, PRINT, bold=False) <= left else subtitle
    yield _text(fitted(subtitle, PRINT, left, bold=False), LEFT, 35)
    yield _text(score, sheet.width - LEFT, 20, font_size=18, font_weight="700", text_anchor="end")
    yield _text(sure, sheet.width - LEFT, 35, text_anchor="end")


def _last_score(sheet: Sheet) -> tuple[str, str]:
    """Return the latest score and, if there is room, its number of responses."""
    if sheet.latest is None:
        return "", ""
    point = sheet.points[sheet.latest]
    low, high = (_minus(point["interval"][end]) for end in ("low", "high"))
    sure = f"{low} to {high}" if has_band(point) else TOO_FEW
    sure = f"{sure}, n {point['responses']:,}, {point['day']}"
    return _minus(point["nps"]), sure if sheet.width >= ROOMY else ""


def _axes(sheet: Sheet) -> Iterator[str]:
    lowest, highest, step = sheet.scale
    for value in range(lowest, highest + 1, step):
        along, faint = path([(LEFT, sheet.y(value)), (sheet.end, sheet.y(value))]), 0.9 if value == 0 else 0.3
        yield element("path", d=along, stroke=FAINT, stroke_opacity=faint)
        yield _text(_minus(value), sheet.end + GAP, sheet.y(value) + 4)
    labels = day_labels([date.fromisoformat(point["day"]) for point in sheet.points], int(sheet.width // 110))
    for place, label in labels:
        x = min(max(sheet.x(place), LEFT + 30), sheet.width - 32)
        yield _text(label, x, sheet.height - 6, text_anchor="middle")


def _bars(sheet: Sheet) -> Iterator[str]:
    """Draw how many responses each window has, those of few in grey."""
    bottom = sheet.height - FOOT
    for few, color in ((False, LINE), (True, GREY)):
        bars = [
            path([(x, bottom), (x, top), (x + sheet.slot, top), (x + sheet.slot, bottom)], closed=True)
            for place, point in enumerate(sheet.points)
            if point["responses"] and is_few(point) is few
            for x in [sheet.x(place) - sheet.slot / 2]
            for top in [bottom - max(0.7, (BARS - 8) * point["responses"] / sheet.most)]
        ]
        if bars:
            yield element("path", d="".join(bars), fill=color, fill_opacity=0.4, class_=None if few else "bar")
    if sheet.most:
        yield _text(sheet.tally, sheet.end + GAP, bottom - BARS + 16)


def _target(sheet: Sheet) -> Iterator[str]:
    if sheet.target is not None:
        y = sheet.y(sheet.target)
        along = path([(LEFT, y), (sheet.end, y)])
        yield element("path", d=along, stroke=TARGET, stroke_width=1.3, stroke_dasharray="6 4", class_="target")


def _goal(sheet: Sheet) -> Iterator[str]:
    """Return the label of the target's line, where the curve leaves room."""
    if sheet.target is not None:
        name = f"target {_minus(sheet.target)}"
        yield _text(name, *place_label(sheet, sheet.target, wide(name, PRINT, bold=False)), fill=TARGET, class_="goal")


def _line(sheet: Sheet, run: Sequence[int]) -> Iterator[str]:
    """Draw a run, its band first; a step is grey if either end of it rests on few responses.

    A step has no band if an end of it rests on too few: a band that narrows to nothing would look like certainty.
    """
    if len(run) == 1:
        yield from _alone(sheet, run[0])
        return
    grey = {step: any(is_few(sheet.points[place]) for place in step) for step in pairwise(run)}
    bands = {step: all(has_band(sheet.points[place]) for place in step) for step in grey}
    pieces = [(few, list(steps)) for few, steps in groupby(grey, key=grey.__getitem__)]
    banded = [
        (few, list(steps)) for (few, is_drawn), steps in groupby(grey, key=lambda s: (grey[s], bands[s])) if is_drawn
    ]
    for few, steps in banded:
        places = [steps[0][0], *(end for _, end in steps)]
        upper, lower = ([sheet.place(at, end) for at in places] for end in ("high", "low"))
        shape = path([*upper, *lower[::-1]], closed=True)
        yield element("path", d=shape, fill=GREY if few else LINE, fill_opacity=0.2, class_=None if few else "band")
    for few, steps in pieces:
        line = path([sheet.place(at) for at in (steps[0][0], *(end for _, end in steps))])
        more = {"stroke": GREY} if few else {"stroke": LINE, "class_": "line"}
        yield element("path", d=line, fill="none", stroke_width=2, stroke_linejoin="round", **more)


def _alone(sheet: Sheet, at: int) -> Iterator[str]:
    """Draw a point without neighbours, with its interval as a stroke."""
    few, (x, y) = is_few(sheet.points[at]), sheet.place(at)
    color, wide = (GREY if few else LINE), max(3.0, min(14.0, sheet.slot))
    if has_band(sheet.points[at]):
        ends = path([sheet.place(at, "low"), sheet.place(at, "high")])
        kind = None if few else "line"
        yield element("path", d=ends, stroke=color, stroke_opacity=0.25, stroke_width=wide, class_=kind)
    yield element("circle", cx=x, cy=y, r=2.5, fill=color, class_=None if few else "dot")


def _last(sheet: Sheet) -> Iterator[str]:
    """Mark the latest score, or say that there is none at all."""
    if sheet.latest is None:
        yield _text("No responses in any of these windows.", sheet.width / 2, HEAD + 40, text_anchor="middle")
        return
    few, (x, y) = is_few(sheet.points[sheet.latest]), sheet.place(sheet.latest)
    yield element("circle", cx=x, cy=y, r=3.5, fill=GREY if few else LINE, class_=None if few else "dot")


def _minus(value: float) -> str:
    return f"{value:.0f}".replace("-", "−")
