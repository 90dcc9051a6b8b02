"""The campaigns of a survey, and its funnel: how far invitations came, and who was not asked and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earshot.api.campaigns import campaign_view
from earshot.console.frame import render
from earshot.console.moments import local_time
from earshot.console.reply import Reply, csv_reply, json_reply
from earshot.console.visit import Visit
from earshot.domain.campaign import Campaign
from earshot.domain.funnel import STAGES, Funnel, Rate
from earshot.services.access.within import check_whole_survey

# What a mail lives through, in that order. What machines did stands apart: a scanner is no reader.
SHOWN = ("sent", "delivered", "opened", "clicked", "responded", "commented")
APART = ("opened-by-machine", "clicked-by-machine", "bounced", "complained", "unsubscribed", "declined", "waiting")


@dataclass(frozen=True, slots=True)
class Line:
    """A stage of the funnel: how many came so far in each wave."""

    name: str
    counts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign in words; `declined` are the reasons why people were not asked, the most frequent first."""

    name: str
    state: str
    plan: str
    asked: int
    matched: int
    waits: str
    started: str
    declined: Sequence[tuple[str, int]]


def campaigns_page(visit: Visit) -> Reply:
    """Show the funnel, and the campaigns to who may know people."""
    survey = visit.survey()
    check_whole_survey(visit.caller.access, survey.id)
    funnel = visit.deps.funnels().read(survey.id)
    may_see = visit.may("people:read", survey.id)
    campaigns = visit.deps.campaigns().of_survey(survey.id) if may_see else []
    if visit.form == "json":
        return json_reply(_data(survey.id, funnel, campaigns))
    if visit.form == "csv":
        rows = [
            (row.channel, row.wave, *(counts.get(stage, 0) for stage in STAGES))
            for row, counts in sorted(funnel.rows.items())
        ]
        return csv_reply(f"{survey.id}-funnel", ("channel", "wave", *STAGES), rows)
    rate = Rate(funnel.asked, funnel.total("responded"))
    return render(
        visit,
        "campaigns.html",
        visit.texts("campaigns.title", name=survey.name),
        survey=survey,
        waves=[_wave_name(visit, row.channel, row.wave) for row in sorted(funnel.rows)],
        lines=_lines(visit, funnel, SHOWN),
        apart=_lines(visit, funnel, APART),
        rates=[_rate(visit, counts) for _, counts in sorted(funnel.rows.items())],
        finding=_finding(visit, rate),
        campaigns=[_progress(visit, each) for each in campaigns],
        may_see=may_see,
    )


def _lines(visit: Visit, funnel: Funnel, stages: Sequence[str]) -> list[Line]:
    """Return the stages that any mail reached."""
    rows = [counts for _, counts in sorted(funnel.rows.items())]
    lines = (Line(visit.texts(f"stage.{name}"), [row.get(name, 0) for row in rows]) for name in stages)
    return [line for line in lines if any(line.counts)]


def _wave_name(visit: Visit, channel: str, wave: int) -> str:
    name = visit.texts("campaigns.invitation") if wave == 1 else visit.texts("campaigns.reminder", number=wave - 1)
    return name if channel == "email" else f"{name} ({channel})"


def _rate(visit: Visit, counts: Mapping[str, int]) -> str:
    rate = Rate(counts.get("sent", 0), counts.get("responded", 0))
    return "–" if rate.share is None else visit.texts.share(rate.share)


def _finding(visit: Visit, rate: Rate) -> str:
    """Write the response rate in a sentence, with its interval and of how many people it is."""
    bounds = rate.interval()
    if rate.share is None or bounds is None:
        return visit.texts("campaigns.nobody")
    return visit.texts(
        "campaigns.rate",
        rate=visit.texts.share(rate.share),
        low=visit.texts.share(bounds.low),
        high=visit.texts.share(bounds.high),
        responded=rate.responded,
        asked=rate.asked,
    )


def _progress(visit: Visit, campaign: Campaign) -> Progress:
    texts, plan = visit.texts, campaign.plan
    parts = [
        plan.segment or texts("filter.everyone"),
        texts("campaigns.every", days=plan.every_days) if plan.every_days else texts("campaigns.once"),
        *([texts("campaigns.budget", n=plan.daily_budget)] if plan.daily_budget else []),
    ]
    waits = ""
    if campaign.wait is not None:
        reason = texts(f"wait.{campaign.wait.value}")
        waits = texts("campaigns.waits", reason=reason, time=local_time(campaign.due_at, visit))
    declined = sorted(campaign.declined.items(), key=lambda each: (-each[1], each[0]))
    return Progress(
        name=campaign.id,
        state=texts(f"campaign.{campaign.state.value}"),
        plan=" · ".join(parts),
        asked=campaign.asked,
        matched=campaign.matched,
        waits=waits,
        started=local_time(campaign.started_at, visit),
        declined=[(reason_in_words(visit, name), count) for name, count in declined],
    )


def reason_in_words(visit: Visit, reason: str) -> str:
    """Return why somebody was not asked, in words; the bare word of a reason that has none."""
    name = f"reason.{reason}"
    return visit.texts(name) if name in visit.texts.words else reason


def _data(survey: str, funnel: Funnel, campaigns: Sequence[Campaign]) -> Mapping[str, object]:
    waves = []
    for row, counts in sorted(funnel.rows.items()):
        stages = {stage.replace("-", "_"): counts.get(stage, 0) for stage in STAGES}
        waves.append({"channel": row.channel, "wave": row.wave, **stages})
    return {"survey": survey, "waves": waves, "campaigns": [campaign_view(each) for each in campaigns]}
