"""Render the mail to a member of staff about a case: what is wanted by when, the words, and what happened so far."""

from collections.abc import Mapping, Sequence
from typing import Any

from earshot.domain.score import category
from earshot.emails.invitation import Mail
from earshot.emails.mail_templates import rendered
from earshot.emails.mime import to_mime
from earshot.languages.case_texts import case_texts
from earshot.languages.catalogue import language_of, texts_for
from earshot.languages.moments import moment, moment_seen_from
from earshot.languages.texts import cleaned

LONGEST_SUBJECT_NAME = 60
# The head of the mail: what is still in time, and what is not; each with the text on it.
IN_TIME, LATE = ("#1f4e79", "#ffffff"), ("#b3261e", "#ffffff")
SCORES = {"detractor": ("#b3261e", "#ffffff"), "passive": ("#8a6100", "#ffffff"), "promoter": ("#1b6e3c", "#ffffff")}


def compose_case(
    kind: str, data: Mapping[str, Any], survey: str, *, sender: tuple[str, str], to: Sequence[str]
) -> bytes:
    """Write the mail about a case from a sender (name, address) to addresses; ValueError if there can be none."""
    return to_mime(render_case(kind, data, survey), sender=sender, to=to[0], also=to[1:])


def render_case(kind: str, data: Mapping[str, Any], survey: str) -> Mail:
    """Render a mail of a dotted type about a case of a survey of this name; the same data give the same mail."""
    words = _Words(kind, data, cleaned(survey)[:LONGEST_SUBJECT_NAME]).all()
    return Mail(words["subject"], *rendered("case", words))


class _Words:
    """Everything that the templates show, in the language and by the clocks of the reader."""

    def __init__(self, kind: str, data: Mapping[str, Any], survey: str) -> None:
        self._kind, self._data, self._survey = kind.removeprefix("case."), data, survey
        self._texts = case_texts(data["locale"])

    def all(self) -> dict[str, Any]:
        data, texts, score = self._data, self._texts, self._data["score"]
        title = self._title()
        urgent = f"{texts['urgent']}: " if data["is_urgent"] else ""
        color, ink = SCORES[category(score)] if score is not None else IN_TIME
        return {
            "language": language_of(data["locale"]),
            "direction": texts_for(data["locale"]).direction,
            "subject": f"{urgent}{title} · {self._survey}" if self._survey else f"{urgent}{title}",
            "title": title,
            "urgent": texts["urgent"] if data["is_urgent"] else "",
            "head": LATE if self._kind in ("overdue", "escalated") else IN_TIME,
            "survey": self._survey,
            "score": score,
            "score_words": self._score(),
            "color": color,
            "ink": ink,
            "comment": data["comment"],
            "unowned": "" if data["owner"] else texts["unowned"],
            "facts": [(name, value) for name, value in self._facts() if value],
            "email": (data["person"] or {}).get("email"),
            "history_title": texts["history"],
            "history": [(self._full(each["at"]), *self._happened(each)) for each in data["facts"]],
            "nothing_yet": texts["nothing_yet"],
            "earlier": texts["earlier"].format(count=data["earlier_facts"]) if data["earlier_facts"] else "",
            "link": data["link"],
            "open_case": texts["open_case"],
            "reason": texts[f"reason_{data['reader']}"],
        }

    def _title(self) -> str:
        clock = self._data["clock"]
        at = self._data["contact_due_at" if clock == "contact" else "close_due_at"]
        due = moment_seen_from(at, self._data["now"], self._data["timezone"], self._data["locale"])
        return self._texts[f"{self._kind}_{clock}"].format(due=due)

    def _score(self) -> str:
        score, count = self._data["score"], self._data["responses"]
        if score is None:
            return ""
        return self._texts["lowest_of" if count > 1 else "score_of_ten"].format(score=score, count=count)

    def _facts(self) -> list[tuple[str, str]]:
        data, texts = self._data, self._texts
        person = data["person"] or {}
        return [
            (texts["score"], self._score()),
            (texts["company"], cleaned(data["account"] or "")),
            (texts["person"], cleaned(person.get("name") or person.get("id") or "")),
            (texts["address"], person.get("email") or ""),
            (texts["owner"], cleaned(data["owner"] or "")),
            (texts["opened"], self._full(data["opened_at"])),
            (texts["contacted"], self._full(data["contacted_at"]))
            if data["contacted_at"] is not None
            else (texts["contact_due"], self._full(data["contact_due_at"])),
            (texts["close_due"], self._full(data["close_due_at"])),
        ]

    def _happened(self, fact: Mapping[str, Any]) -> tuple[str, str]:
        owner = cleaned(fact.get("owner") or "") or self._texts["nobody"]
        return self._texts[f"fact_{fact['kind']}"].format(owner=owner), fact.get("note") or ""

    def _full(self, at: int) -> str:
        return moment(at, self._data["timezone"], self._data["locale"])
