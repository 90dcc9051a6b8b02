"""Processor time of making a mail, next to that of the SES call which sends it."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from unittest.mock import Mock, patch

from benchmarks.asking import LANGUAGES, NAMES, SENDER, asking_survey, moment
from benchmarks.lab import Lab
from benchmarks.report import Row, Section
from benchmarks.silent_ses import Wire, silent_ses
from earshot.adapters.link_tokens import Tokens
from earshot.domain import ids
from earshot.domain.eligibility import Rules
from earshot.domain.email_feedback import Origin
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import Person
from earshot.emails import composer
from earshot.emails.composer import Composer
from earshot.emails.invitation import render_invitation
from earshot.emails.mime import to_mime
from earshot.ports.mail import Mailer

TITLE = "Mails: making one, next to the call that sends it"
HOW = (
    "Processor time of this thread, in turns, medians of the rounds. Making is the real composer with a brand and a "
    "logo: it signs two links, renders both parts and writes them as MIME; rendering and MIME are also measured "
    "alone, where they run warm and come to a little less. Sending is the real mailer with the same MIME: its own "
    "boto3 client builds, serialises and signs the request and parses the reply, which is in memory, so that no "
    "socket, TLS or waiting is in it, and SES looks cheaper than it is. Templates are compiled and catalogues read "
    "before, as they are once a process. The last row looks through all modules of this process, which has just "
    "made the mails: no style is inlined a mail, as nothing that could do it was ever imported."
)
COLUMNS = ("language", "bytes of MIME", "rendering", "MIME", "all of making", "SES call", "making ÷ SES")
LIMIT = 1.0
ROUNDS, CALLS = 25, 20
# What parses or inlines CSS, or reads HTML to do so.
INLINERS = frozenset(
    (
        *("premailer", "css_inline", "inlinestyler", "pynliner", "toronado", "emails", "mjml"),
        *("cssutils", "cssselect", "cssselect2", "tinycss", "tinycss2"),
        *("lxml", "bs4", "html5lib", "pyquery", "parsel"),
    )
)


@dataclass(frozen=True, slots=True)
class Spent:
    """Microseconds of processor time a call in one round."""

    rendering: float
    mime: float
    making: float
    sending: float


@dataclass(frozen=True, slots=True)
class Steps:
    """A mail, and the calls that make and send it."""

    mime: bytes
    render: Callable[[], object]
    encode: Callable[[], object]
    make: Callable[[], object]
    send: Callable[[], object]


def measure(lab: Lab) -> list[Section]:
    """Make and send mails in each language, in turns; then look for an inliner."""
    with silent_ses() as (mailer, wire):
        rows = []
        for language in LANGUAGES:
            lab.steps.step(f"cost: {language}, {ROUNDS} rounds")
            rows.append(row_of(language, *_measured(language, mailer, wire)))
    return [Section(TITLE, COLUMNS, [*rows, inliner_row(sys.modules)], HOW)]


def row_of(language: str, size: int, rounds: Sequence[Spent]) -> Row:
    """Write a language's row; the ratio is the median of the rounds' own, each measured on both sides."""
    ratio = median(spent.making / spent.sending for spent in rounds)
    figures = [(spent.rendering, spent.mime, spent.making, spent.sending) for spent in rounds]
    times = (f"{median(column):,.0f} µs" for column in zip(*figures, strict=True))
    return Row((language, f"{size:,}", *times, f"{ratio:.2f}"), f"≤ {LIMIT:.1f}", ratio <= LIMIT)


def inliner_row(modules: Iterable[str]) -> Row:
    """Write the row on what could inline CSS among the modules of a process that has just made mails."""
    loaded = sorted(INLINERS & {name.partition(".")[0] for name in modules})
    found = ", ".join(loaded) or "0"
    return Row(("CSS inliners or parsers imported", *[""] * (len(COLUMNS) - 2), found), "none", not loaded)


def _measured(language: str, mailer: Mailer, wire: Wire) -> tuple[int, list[Spent]]:
    steps = _steps(language, mailer)
    steps.send()
    before, rounds = wire.requests, []
    for _ in range(ROUNDS):
        times = (_each(call) for call in (steps.render, steps.encode, steps.make, steps.send))
        rounds.append(Spent(*times))
    wire.check(before + ROUNDS * CALLS, steps.mime)
    return len(steps.mime), rounds


def _each(call: Callable[[], object]) -> float:
    """Return the microseconds of processor time that a call takes."""
    start = time.thread_time_ns()
    for _ in range(CALLS):
        call()
    return (time.thread_time_ns() - start) / CALLS / 1000


def _steps(language: str, mailer: Mailer) -> Steps:
    """Compose one mail, and note what its parts were called with."""
    survey = asking_survey("bench", Rules())
    person = Person("customer-0042", "customer@example.com", NAMES[language], locale=language)
    now = moment(24, 12)
    invitation = Invitation(ids.mint(now, b"mail"), "bench", person.id, now, now, InvitationState.SCHEDULED, "eligible")
    real = Composer("https://earshot.example.com", SENDER, Tokens([b"bench" * 13], lambda: now).make)
    with (
        patch.object(composer, "render_invitation", Mock(wraps=render_invitation)) as rendering,
        patch.object(composer, "to_mime", Mock(wraps=to_mime)) as encoding,
    ):
        mime = real.compose(survey, person, invitation)
    origin = Origin(person.id, invitation.id, invitation.wave)
    facts, mail, headers = rendering.call_args.args, encoding.call_args.args, encoding.call_args.kwargs
    return Steps(
        mime,
        render=lambda: render_invitation(*facts),
        encode=lambda: to_mime(*mail, **headers),
        make=lambda: real.compose(survey, person, invitation),
        send=lambda: mailer.send(mime, SENDER, "customer@example.com", origin),
    )
