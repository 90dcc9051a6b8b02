"""Surveys as DynamoDB items, there and back; some of their settings are JSON."""

import json
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.alert_settings_items import (
    read_cases,
    read_settings,
    read_target,
    written_cases,
    written_settings,
    written_target,
)
from earshot.adapters.dynamodb.submission_policies import read_tokens
from earshot.adapters.dynamodb.table import Item
from earshot.domain.brand import Brand
from earshot.domain.case_settings import CaseSettings
from earshot.domain.eligibility import Rules
from earshot.domain.survey import Survey
from earshot.domain.widget import Link, Widget


def survey_item(survey: Survey) -> dict[str, Any]:
    """Write a survey; what it lacks takes no room."""
    tokens, has_former = survey.identity, survey.identity.generation > 1
    return {
        **table_keys.survey_key(survey.id),
        "id": survey.id,
        "name": survey.name,
        "question": survey.question,
        "timezone": survey.timezone,
        "state": survey.state,
        "kind": survey.kind,
        "created_at": survey.created_at,
        "updated_at": survey.updated_at,
        "segments": survey.segments,
        "open_segments": survey.open_segments,
        "incomplete": survey.incomplete,
        "v": survey.revision,
        "rules": json.dumps(_written_rules(survey.rules)),
        "brand": json.dumps({"name": survey.brand.name, "color": survey.brand.color, "logo": survey.brand.logo}),
        "alerting": json.dumps(_written_alerting(survey)),
        "widget": json.dumps(_written_widget(survey.widget)),
        "zone_is_fixed": survey.zone_is_fixed,
        # Without a number the first secret is the current one.
        "identity_generation": tokens.generation if has_former else None,
        "identity_former_until": tokens.former_until if has_former else None,
        "retention_days": survey.retention_days,
        "owner": survey.owner,
        "cases": json.dumps(written_cases(survey.cases)),
    }


def read_survey(item: Item) -> Survey:
    """Read a survey back; KeyError or ValueError if the item is none."""
    return Survey(
        id=item["id"],
        name=item["name"],
        question=item["question"],
        timezone=item["timezone"],
        state=item["state"],
        kind=item["kind"],
        created_at=item["created_at"],
        updated_at=item["updated_at"],
        segments=tuple(item["segments"]),
        open_segments=tuple(item["open_segments"]),
        incomplete=tuple(item["incomplete"]),
        revision=item["v"],
        rules=_read_rules(json.loads(item["rules"])),
        brand=_read_brand(json.loads(item["brand"])),
        widget=_read_widget(json.loads(item["widget"])) if "widget" in item else Widget(),
        zone_is_fixed=item["zone_is_fixed"],
        retention_days=item.get("retention_days"),
        owner=item.get("owner"),
        cases=read_cases(json.loads(item["cases"])) if "cases" in item else CaseSettings(),
        identity=read_tokens(item),
        **_read_alerting(item),
    )


def _written_rules(rules: Rules) -> dict[str, Any]:
    return {
        "quiet_days": rules.quiet_days,
        "sample": rules.sample,
        "daily_budget": rules.daily_budget,
        "opens": rules.opens,
        "closes": rules.closes,
        "reminders": rules.reminders,
        "clicked_scores": rules.clicked_scores,
    }


def _read_rules(settings: dict[str, Any]) -> Rules:
    return Rules(
        quiet_days=settings["quiet_days"],
        sample=settings["sample"],
        daily_budget=settings["daily_budget"],
        opens=settings["opens"],
        closes=settings["closes"],
        reminders=tuple(settings["reminders"]),
        clicked_scores=settings["clicked_scores"],
    )


def _read_brand(settings: dict[str, Any]) -> Brand:
    return Brand(name=settings["name"], color=settings["color"], logo=settings["logo"])


def _written_alerting(survey: Survey) -> dict[str, Any]:
    target = written_target(survey.target) if survey.target else None
    return {"alerts": written_settings(survey.alerts), "target": target, "bands": survey.bands}


def _read_alerting(item: Item) -> dict[str, Any]:
    """Read the settings of alerts and target; an older survey has the defaults."""
    if "alerting" not in item:
        return {}
    kept = json.loads(item["alerting"])
    bands = kept["bands"]
    return {
        "alerts": read_settings(kept["alerts"]),
        "target": read_target(kept["target"]) if kept["target"] else None,
        "bands": tuple((begin, label) for begin, label in bands) if isinstance(bands, list) else bands,
    }


def _written_widget(widget: Widget) -> dict[str, Any]:
    link = {"label": widget.link.label, "url": widget.link.url} if widget.link else None
    return {
        "origins": widget.origins,
        "placement": widget.placement,
        "urls": widget.urls,
        "delay": widget.delay,
        "scroll": widget.scroll,
        "sample": widget.sample,
        "quiet_days": widget.quiet_days,
        "partials": widget.partials,
        "contact_box": widget.contact_box,
        "rate": widget.rate,
        "hourly_cap": widget.hourly_cap,
        "longest_token_hours": widget.longest_token_hours,
        "follow_ups": dict(widget.follow_ups),
        "thanks": dict(widget.thanks),
        "link": link,
    }


def _read_widget(settings: dict[str, Any]) -> Widget:
    link = settings["link"]
    return Widget(
        origins=tuple(settings["origins"]),
        placement=settings["placement"],
        urls=tuple(settings["urls"]),
        delay=settings["delay"],
        scroll=settings["scroll"],
        sample=settings["sample"],
        quiet_days=settings["quiet_days"],
        partials=settings["partials"],
        contact_box=settings["contact_box"],
        rate=settings["rate"],
        hourly_cap=settings["hourly_cap"],
        longest_token_hours=settings["longest_token_hours"],
        follow_ups=settings["follow_ups"],
        thanks=settings["thanks"],
        link=Link(label=link["label"], url=link["url"]) if link else None,
    )
