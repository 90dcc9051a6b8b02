"""What a first mail costs: write units in the table, and processor time beside the call that sends it."""

from benchmarks import mail_cost, mail_units
from benchmarks.asking import LANGUAGES
from benchmarks.lab import Lab
from benchmarks.report import Section


def measure(lab: Lab) -> list[Section]:
    """Measure the units, then the time."""
    lab.steps.begin("mails", 1 + len(mail_units.CASES) + len(LANGUAGES))
    return [*mail_units.measure(lab), *mail_cost.measure(lab)]
