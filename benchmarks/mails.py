"""What mails cost: write units in the table, and processor time next to the call that sends one."""

from benchmarks import funnel_units, mail_cost, mail_units, reminder_units
from benchmarks.asking import LANGUAGES
from benchmarks.lab import Lab
from benchmarks.report import Section


def measure(lab: Lab) -> list[Section]:
    """Measure the units, then the time."""
    cases = (*mail_units.CASES, *reminder_units.CASES, *funnel_units.CASES)
    lab.steps.begin("mails", 1 + len(cases) + len(LANGUAGES))
    units = [*mail_units.measure(lab), *reminder_units.measure(lab), *funnel_units.measure(lab)]
    return [*units, *mail_cost.measure(lab)]
