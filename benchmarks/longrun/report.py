"""What a long run comes to: one table, printed and written into docs/reliability.md."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.longrun.verifier import Verdict
from benchmarks.longrun.world import World
from benchmarks.report import Row, Section

HOW = (
    "The real services on a simulated clock. Every call to a port may die before its effect or after it, come twice "
    "because the SDK sent it again, or halt while other runs go on; queues deliver twice, late, out of order and "
    "again. The verifier looks at the mails that SES really sent and at the simulation's own facts, never at what "
    "the services stored."
)
REMARKS = (
    "An unknown outcome is a claim whose mail may or may not have gone out: never sent again, excused below.",
    "A run that began before an unsubscription, or within the hours, may end up to a minute after; none begins later.",
    "A campaign's turn makes hundreds of calls: some end as dead letters here, and the next begins ten minutes later.",
    "A quiet period counts from when the mail was due; a mail that is ten minutes late moves it along.",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run that is over: its world, the verdict, and how long it took (seconds)."""

    world: World
    verdict: Verdict
    seconds: float
    where: str


def sections(outcome: Outcome) -> list[Section]:
    """Return the tables of a run: what happened, what broke, what the verifier found."""
    size = outcome.world.plan.size
    title = f"{size.people:,} people over {size.days} days, seed {size.seed}, {outcome.where}"
    return [
        Section(title, ("what happened", "times"), _happened(outcome), HOW, REMARKS),
        Section("Broken calls", ("call", "made", *BREAKS), _broken(outcome.world), "What was injected, by call."),
        Section(
            "Excused", ("why no mail went out", "times"), _excused(outcome.verdict), "Reasons the verifier accepts."
        ),
        Section("The verdict", ("violation", "found"), _verdict(outcome.verdict), "Each has to be 0."),
    ]


BREAKS = ("before", "after", "sent again", "timed out")


def _happened(outcome: Outcome) -> list[Row]:
    world, facts = outcome.world, outcome.world.facts
    queues = world.queues.values()
    waves = [sum(mail.wave == wave for mail in facts.mails) for wave in (1, 2, 3)]
    rows = [
        ("people", world.plan.size.people),
        ("wishes to ask a person", len(facts.asks)),
        ("mails: invitation", waves[0]),
        ("of them by a campaign", sum(mail.wave == 1 and not mail.ask for mail in facts.mails)),
        ("mails: first reminder", waves[1]),
        ("mails: second reminder", waves[2]),
        ("submissions, machines' included", sum(map(len, facts.submissions.values()))),
        ("responses and changes recorded", sum(map(len, facts.recorded.values()))),
        ("unsubscribes", world.counts["unsubscribe"]),
        ("bounces", world.counts["bounced"]),
        ("soft bounces", world.counts["soft-bounced"]),
        ("complaints", world.counts["complained"]),
        ("erasures", world.counts["erased"]),
        ("runs of functions that broke", world.counts["broken runs"]),
        ("runs halted while others went on", world.line.waits),
        ("messages delivered twice", sum(queue.counts["duplicates"] for queue in queues)),
        ("messages overtaken by later ones", sum(queue.counts["overtaken"] for queue in queues)),
        ("messages in dead letters", sum(len(queue.dead) for queue in queues)),
        ("throttled, paused or rejected by SES", sum(world.mailbox.refused.values())),
        ("unknown outcomes", len(facts.unknown)),
        ("hours of outage", (facts.outage[1] - facts.outage[0]) // 3_600_000),
        ("seconds it took", round(outcome.seconds)),
    ]
    return [Row((name, f"{count:,}")) for name, count in rows]


def _broken(world: World) -> list[Row]:
    faults = world.faults
    return [
        Row((f"`{name}`", f"{made:,}", *(f"{faults.broken[name, how]:,}" for how in BREAKS)))
        for name, made in sorted(faults.calls.items())
    ]


def _excused(verdict: Verdict) -> list[Row]:
    return [Row((why, f"{count:,}")) for why, count in sorted(verdict.excused.items())]


def _verdict(verdict: Verdict) -> list[Row]:
    return [Row((kind, f"{count:,}"), "0", count == 0) for kind, count in verdict.by_kind.items()]


def document(command: str, date: str, found: Sequence[Section]) -> str:
    """Write docs/reliability.md."""
    preface = (
        "# Reliability\n\nThe long run: no person is asked too often, left out, or mailed after unsubscribing.\n\n"
        f"- Command: `{command}`\n- Date: {date}\n"
        "- Shortened in `make test`: `tests/unit/longrun/`, where broken ports show what the verifier finds\n"
    )
    return "\n".join([preface, *(section.markdown() for section in found)])
