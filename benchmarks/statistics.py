"""Whether the numbers can be stood behind: how often intervals hold the truth, and alerts are false, or late."""

from benchmarks.lab import Lab
from benchmarks.report import Row, Section
from benchmarks.simulated import EXTREME, PLAUSIBLE, Shape, Truth, coverage, delays, false_years
from earshot.domain.alert_settings import AlertSettings

RULES = AlertSettings()
SIZES = (5, 10, 15, 20, 30, 50, 100, 200, 1000)
YEARS = 1000
DROPS = (15, 25, 40)
TOLERANCE = 0.015

# The responses of a week, and the truth.
PLAIN, SPREAD, UNHAPPY, HAPPY = (0.5, 0.2), (0.6, 0.35), (0.12, 0.69), (0.8, 0.05)
SHAPES = (
    Shape("3 a day", (3,) * 7, PLAIN),
    Shape("3 a day, hardly a passive", (3,) * 7, SPREAD),
    Shape("12 a day", (12,) * 7, UNHAPPY),
    Shape("20 a day, fewer at weekends", (24, 24, 24, 24, 24, 8, 8), SPREAD),
    Shape("60 a day", (60,) * 7, PLAIN),
    Shape("60 a day, nearly all promoters", (60,) * 7, HAPPY),
    Shape("20 a day, five segments", (20,) * 7, SPREAD, 5),
    Shape("60 a day, five segments", (75, 75, 75, 75, 60, 30, 30), PLAIN, 5),
)
INTERVALS = (
    " pairs of shares, promoters 10 to 90 %, detractors 5 to 55 %, passives at least 5 %. Promised is 95 % ± 1.5 "
    "over all of them, from 10 to 1,000 responses; `outside` are truths whose own coverage is not within 1.5 of 95 "
    "%. The last column is of surveys where nearly all responses are the same, and is promised nowhere."
)
QUIET = (
    " years a survey in which nothing changes, drawn with a fixed seed; on each of 366 days the real `changed` "
    "evaluates all series with the default rules (where the adjusted Wald test alone calls nothing real, it is not "
    "asked, as it could not either). Counted are the years with any false alert of any series. The level is an "
    "upper bound that holds however looks and series hang together; looks of neighbouring days share most of their "
    "responses, so there are fewer."
)
POWER = (
    "The score falls one day by so many points (rises, where there is no room) and stays there. The share of 200 "
    "surveys that report it within 60 days, by any of their series, and after how many days (the median of those), "
    "with the default rules. It shows what so few false alerts cost: a survey of few responses reports great "
    "changes only."
)


def measure(lab: Lab) -> list[Section]:
    """Compute the coverage, live through quiet years, and drop scores."""
    lab.steps.begin("statistics", len(SIZES) + 2 * len(SHAPES))
    return [_intervals(lab), _quiet_years(lab), _power(lab)]


def _intervals(lab: Lab) -> Section:
    rows = []
    for size in SIZES:
        lab.steps.step(f"intervals of {size:,} responses")
        held = {truth: coverage(size, truth) for truth in PLAUSIBLE}
        mean = sum(held.values()) / len(held)
        least, most = min(held, key=held.__getitem__), max(held, key=held.__getitem__)
        outside = sum(abs(each - 0.95) > TOLERANCE for each in held.values())
        extreme = [coverage(size, truth) for truth in EXTREME]
        cells = (
            f"{size:,}",
            f"{mean:.1%}",
            f"{held[least]:.1%} at {_named(least)}",
            f"{held[most]:.1%} at {_named(most)}",
            f"{outside} of {len(held)}",
            f"{min(extreme):.1%} … {max(extreme):.1%}",
        )
        promised = 10 <= size <= 1000
        rows.append(Row(cells, "95 % ± 1.5" if promised else "", abs(mean - 0.95) <= TOLERANCE if promised else None))
    columns = ("responses", "coverage", "least", "most", "outside", "extreme truths")
    return Section("Statistics: intervals that hold the truth", columns, rows, INTERVALS)


def _quiet_years(lab: Lab) -> Section:
    rows = []
    for seed, shape in enumerate(SHAPES):
        lab.steps.step(f"quiet years, {shape.name}")
        false = false_years(shape, YEARS, RULES, seed)
        cells = (shape.name, _named(shape.truth), f"{YEARS:,}", str(false), f"{false / YEARS:.1%}")
        rows.append(Row(cells, f"≤ {RULES.level:.0%}", false <= RULES.level * YEARS))
    columns = ("survey", "promoters, detractors", "years", "with a false alert", "share")
    return Section("Statistics: quiet years", columns, rows, QUIET)


def _power(lab: Lab) -> Section:
    rows = []
    for seed, shape in enumerate(SHAPES):
        lab.steps.step(f"changes, {shape.name}")
        cells = [shape.name, _named(shape.truth)]
        for drop in DROPS:
            found = delays(shape, _possible(shape.truth, drop), RULES, 200, seed)
            known = sorted(delay for delay in found if delay is not None)
            cells.append(f"{len(known) / len(found):.0%}, {known[len(known) // 2]} days" if known else "none")
        rows.append(Row(tuple(cells)))
    columns = ("survey", "promoters, detractors", *(f"{drop} points: reported, after" for drop in DROPS))
    return Section("Statistics: how soon a change is reported", columns, rows, POWER)


def _possible(truth: Truth, drop: float) -> float:
    """Return a change that rises where a score has no room to fall."""
    promoters, detractors = truth
    return drop if promoters - drop / 200 >= 0 and detractors + drop / 200 <= 1 else -drop


def _named(truth: Truth) -> str:
    return f"{truth[0]:.0%}, {truth[1]:.0%}"
