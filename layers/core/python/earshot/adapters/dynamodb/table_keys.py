"""The names of the table's items: every partition and sort key is made here and nowhere else."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from zlib import crc32

from earshot.adapters.dynamodb.table import Index

SHARDS = 4

DUE_INDEX = Index("DueIndex", "due_shard", "due_order")
MAILBOX_INDEX = Index("MailboxIndex", "mailbox", "pk")
PEOPLE_INDEX = Index("PeopleIndex", "people_shard", "due_order")
NAME_INDEX = Index("NameIndex", "people_shard", "name_order")

DUE_CAMPAIGNS = "DUE#CAMPAIGNS"
# What the planner follows up: deliveries after long waits, breakers, cases and digests.
DUE_FOLLOW = "DUE#FOLLOW"
SURVEYS = "SURVEYS"
DESTINATIONS, DELETED = "DESTINATIONS", "#deleted"
TEAM, CALENDARS, TURNS = "TEAM", "CALENDARS", "TURNS"
KEYS = "KEYS"
RECONCILIATIONS = "RECONCILIATIONS"
PAUSES = "PAUSES"
META = "META"
PLACES = "PLACES"
LONGEST_SORT_KEY = 1024
# Sorts before all days.
NO_MAIL = "-"
# What begins the partitions of the families that others ask for, and the sort keys next to a person or a day.
RESPONSES, COUNTS, SCORES, SHOWINGS = "R#", "C#", "S#", "W#"
PERSON_RESPONSES = "R#"
INVITATIONS = "I#"
SUPERSEDED = "S#"
DELIVERIES, BREAKERS, INBOUND = "D#", "BREAKER#", "IN#"
REACHED = "EL#"
ALERTS, ALERT_RULES = "AL#", "RULES#"
CASES, ACCOUNTS, ANONYMOUS_CASES = "CASE#", "A#", "CA#"
OPEN_CASES, CASE_FIGURES = "CASES#OPEN", "CF#"
# In the place of an owner.
NOBODY = "-"
# Next to the sendings of a digest: those who stopped it.
DIGESTS, DIGEST_SENDINGS, STOPPED = "DIGESTS", "DG#", "STOP#"
SESSIONS, SESSIONS_OF, STARTED = "SESSION#", "TEAM#", "S#"
ASKINGS, TEAM_INVITATIONS = "SIGNIN#", "JOIN#"
# Next to a person or an account, by survey, and next to a case.
SUBJECT_CASES, JOINED, FACTS = "CASE#", "R#", "F#"


def key(partition: str, sort: str = META) -> dict[str, str]:
    """Return a primary key."""
    return {"pk": partition, "sk": sort}


RECONCILIATION_KEY = key(RECONCILIATIONS, "SUPPRESSIONS")
PAUSE_KEY = key(PAUSES, "SENDING")
# In a table whose place a restored one took.
RETIRED_KEY = key("RETIRED")


def responses(survey: str, shard: int) -> str:
    """Return the partition key of one of the four partitions of a survey's responses."""
    return f"{RESPONSES}{survey}#{shard}"


def response(survey: str, response_id: str) -> str:
    """Return the partition key of a response."""
    return responses(survey, shard_of(response_id))


def response_key(survey: str, response_id: str) -> dict[str, str]:
    """Return the key of a response, or of an alias by the id as sent."""
    return key(response(survey, response_id), response_id)


def survey_of_responses(partition: str) -> str:
    """Return the survey that a partition of responses is of."""
    return partition.removeprefix(RESPONSES).rpartition("#")[0]


def shard_of(response_id: str) -> int:
    """Return the number of the partition, 0 to 3, that holds a response."""
    return crc32(response_id.encode()) % SHARDS


def counts(survey: str, series: str) -> str:
    """Return the partition key of a series' daily counts."""
    return f"{COUNTS}{survey}#{series}"


def count(day: str, superseded: str | None = None) -> str:
    """Return the sort key of a day's count, or of its responses that were superseded on a later day.

    The latter sort behind all days.
    """
    return day if superseded is None else f"{SUPERSEDED}{superseded}#{day}"


def days_of_superseded(name: str) -> tuple[str, str]:
    """Return the own day, and that of the next response, of the responses that a count is of."""
    superseded, _, day = name.removeprefix(SUPERSEDED).partition("#")
    return day, superseded


def scores(survey: str) -> str:
    """Return the partition key of a survey's scores."""
    return f"{SCORES}{survey}"


def score_key(survey: str, series: str) -> dict[str, str]:
    """Return the key of the score of a series; a name too long for a sort key ends in its hash."""
    raw = series.encode()
    is_long = len(raw) > LONGEST_SORT_KEY
    return key(scores(survey), raw[:900].decode(errors="ignore") + sha256(raw).hexdigest() if is_long else series)


def survey(survey_id: str) -> str:
    """Return the partition key of a survey."""
    return f"SURVEY#{survey_id}"


def survey_key(survey_id: str) -> dict[str, str]:
    """Return the key of a survey."""
    return key(survey(survey_id))


def listed_survey_key(survey_id: str) -> dict[str, str]:
    """Return the key of a survey in the list of all surveys."""
    return key(SURVEYS, survey_id)


def values(survey_id: str) -> str:
    """Return the partition key of the values of a survey's segments."""
    return f"VALUES#{survey_id}"


def value_key(survey_id: str, segment: str, name: str) -> dict[str, str]:
    """Return the key of a value of a segment."""
    return key(values(survey_id), f"{segment}={name}")


def places_key(survey_id: str) -> dict[str, str]:
    """Return the key of the places of a survey's segments."""
    return key(values(survey_id), PLACES)


def person(person_id: str) -> str:
    """Return the partition key of a person."""
    return f"P#{person_id}"


def person_of(partition: str) -> str:
    """Return the person whose partition this is."""
    return partition.removeprefix(person(""))


def person_key(person_id: str) -> dict[str, str]:
    """Return the key of a person."""
    return key(person(person_id))


def person_response(survey_id: str, responded_at: int, response_id: str) -> str:
    """Return the sort key of the pointer from a person to a response; they sort by survey and time."""
    return f"{PERSON_RESPONSES}{survey_id}#{responded_at:014d}#{response_id}"


def responded_at_of(sort: str) -> int:
    """Return when the response was given that a person's sort key points to (Unix milliseconds)."""
    return int(sort.rsplit("#", 2)[1])


def person_responses_span(survey_id: str, since: int = 0) -> tuple[str, str]:
    """Return between which sort keys lie a person's responses to a survey, given at a moment or later."""
    # "~" comes after every digit.
    return person_response(survey_id, since, ""), f"{PERSON_RESPONSES}{survey_id}#~"


def invitation_key(person_id: str, invitation_id: str) -> dict[str, str]:
    """Return the key of an invitation, which lies in its person's partition."""
    return key(person(person_id), f"{INVITATIONS}{invitation_id}")


def invitation_of(sort: str) -> str:
    """Return the id of the invitation that has a sort key."""
    return sort.removeprefix(INVITATIONS)


def due(shard: int) -> str:
    """Return the index partition of a shard of due invitations."""
    return f"DUE#{shard}"


def due_invitation(shard: int, due_at: int, invitation_id: str) -> dict[str, str]:
    """Return the index keys of an invitation while it is due."""
    return {DUE_INDEX.partition: due(shard), DUE_INDEX.sort: f"{due_at:014d}#{invitation_id}"}


def attempt_comments(person_id: str) -> str:
    """Return the partition key of the comments that a person wrote on the pages of their invitations."""
    return f"PC#{person_id}"


def comment_key(person_id: str, invitation_id: str, comment_id: str) -> dict[str, str]:
    """Return the key of the text of a comment written on the page of an invitation."""
    return key(attempt_comments(person_id), f"{invitation_id}#{comment_id}")


def suppression(digest: str) -> str:
    """Return the partition key of a suppression, by the keyed hash of the address."""
    return f"X#{digest}"


def suppression_key(digest: str) -> dict[str, str]:
    """Return the key of a suppression, by the keyed hash of the address."""
    return key(suppression(digest))


def mailbox(digest: str) -> str:
    """Return the partition key of a mailbox, by the keyed hash of its address."""
    return f"M#{digest}"


def mailbox_digest(name: str) -> str:
    """Return the keyed hash of the address whose mailbox a partition is of."""
    return name.removeprefix("M#")


def mailbox_key(digest: str) -> dict[str, str]:
    """Return the key of a mailbox, by the keyed hash of its address."""
    return key(mailbox(digest))


def mailbox_of(person_item: Mapping[str, Any]) -> str | None:
    """Return the keyed hash of a person's address as their item has it; None without an address."""
    return mailbox_digest(person_item["mailbox"]) if "mailbox" in person_item else None


def asked_key(mailbox_digest: str | None, person_id: str) -> dict[str, str]:
    """Return the key of the item with the time of the last invitation: the mailbox, or the person without one."""
    return person_key(person_id) if mailbox_digest is None else mailbox_key(mailbox_digest)


def budget(survey_id: str) -> str:
    """Return the partition key of the mails a survey sent, day by day."""
    return f"B#{survey_id}"


def budget_key(survey_id: str, day: str) -> dict[str, str]:
    """Return the key of the mails a survey sent on a day."""
    return key(budget(survey_id), day)


def funnel(survey_id: str) -> str:
    """Return the partition key of a survey's funnel."""
    return f"F#{survey_id}"


def cohort_key(survey_id: str, day: str | None) -> dict[str, str]:
    """Return the key of what the funnel counts of the first mails of a day; None: of those who got none."""
    return key(funnel(survey_id), NO_MAIL if day is None else day)


def counted(minute: int) -> str:
    """Return the partition key of the notes which events of a minute are in the funnels."""
    return f"FS#{minute}"


def counted_key(minute: int, part: int | None = None) -> dict[str, str]:
    """Return the key of the note of a minute's events, or of those in a part of it."""
    return key(counted(minute), META if part is None else f"{part:02d}")


def read_counted_key(item: Mapping[str, Any]) -> tuple[int, int | None]:
    """Return the minute of a note, and the part if it is of one."""
    return int(item["pk"].removeprefix("FS#")), None if item["sk"] == META else int(item["sk"])


def key_use(key_id: str) -> str:
    """Return the partition key of the day on which an API key was last used."""
    return f"KU#{key_id}"


def key_use_key(key_id: str) -> dict[str, str]:
    """Return the key of the day on which an API key was last used."""
    return key(key_use(key_id))


def api_key_key(key_id: str) -> dict[str, str]:
    """Return the key of an API key."""
    return key(KEYS, key_id)


def campaigns(survey_id: str) -> str:
    """Return the partition key of a survey's campaigns."""
    return f"K#{survey_id}"


def campaign_key(survey_id: str, campaign_id: str) -> dict[str, str]:
    """Return the key of a campaign."""
    return key(campaigns(survey_id), campaign_id)


def survey_of_campaigns(partition: str) -> str:
    """Return the survey whose campaigns a partition holds."""
    return partition.removeprefix(campaigns(""))


def due_campaign(due: int, survey_id: str, campaign_id: str) -> dict[str, str]:
    """Return the index keys of a campaign while it runs."""
    return {DUE_INDEX.partition: DUE_CAMPAIGNS, DUE_INDEX.sort: f"{due:014d}#{survey_id}#{campaign_id}"}


def due_span(now: int, after: str) -> tuple[str, str]:
    """Return the index range of what is due by now, after the last one read."""
    # "~" comes after every character that an id is made of.
    return f"{after}~" if after else "0", f"{now:014d}~"


def imports(survey_id: str) -> str:
    """Return the partition key of a survey's imports."""
    return f"IM#{survey_id}"


def import_key(survey_id: str, import_id: str) -> dict[str, str]:
    """Return the key of an import."""
    return key(imports(survey_id), import_id)


def survey_of_imports(partition: str) -> str:
    """Return the survey whose imports a partition holds."""
    return partition.removeprefix(imports(""))


def import_part_key(survey_id: str, import_id: str, part: str) -> dict[str, str]:
    """Return the key of the note that a part of an import was looked through for known rows."""
    return key(f"{imports(survey_id)}#{import_id}", part)


def bulk_erasure_key(survey_id: str, filters: str) -> dict[str, str]:
    """Return the key of an erasure of a survey's responses that has begun, by a hash of what chose the responses."""
    return key(f"ER#{survey_id}", filters)


def directory(bucket: int) -> str:
    """Return the index key of a bucket of the people directory."""
    return f"WHO#{bucket}"


def people(shard: int) -> str:
    """Return the partition key of a part of the indexes that list people by id and by name."""
    return f"PEOPLE#{shard}"


def listed_person(bucket: int, person_id: str) -> dict[str, str]:
    """Return the index keys of a person in the people directory and its lists."""
    return {
        DUE_INDEX.partition: directory(bucket),
        DUE_INDEX.sort: person_id,
        PEOPLE_INDEX.partition: people(shard_of(person_id)),
    }


def evaluations(survey_id: str) -> str:
    """Return the partition key of a survey's daily evaluations."""
    return f"E#{survey_id}"


def evaluation_key(survey_id: str, day: str, number: int) -> dict[str, str]:
    """Return the key of the evaluation of a day, or of a further part of it."""
    return key(evaluations(survey_id), f"{day}#{number:02d}" if number else day)


def showing_key(survey_id: str, person_id: str) -> dict[str, str]:
    """Return the key of what a survey's widget keeps of a person it asked, by a hash of their id."""
    return key(f"{SHOWINGS}{survey_id}", sha256(f"widget\n{person_id}".encode()).hexdigest()[:32])


def rate_key(survey_id: str, source: str, period: str) -> dict[str, str]:
    """Return the key of the submissions to a survey that came from a source, by its hash, in a period."""
    return key(f"RL#{survey_id}#{source}", period)


def alert_rules(survey_id: str) -> str:
    """Return the partition key of a survey's alert rules."""
    return f"{ALERT_RULES}{survey_id}"


def alert_rule_key(survey_id: str, rule: str) -> dict[str, str]:
    """Return the key of an alert rule."""
    return key(alert_rules(survey_id), rule)


def alerts(survey_id: str, response_id: str) -> str:
    """Return the partition key of the alerts on a response."""
    return f"{ALERTS}{survey_id}#{response_id}"


def alert_key(survey_id: str, response_id: str, rule: str) -> dict[str, str]:
    """Return the key of the alert of a rule on a response."""
    return key(alerts(survey_id, response_id), rule)


def score_alert_key(survey_id: str, event: str, rule: str) -> dict[str, str]:
    """Return the key of the alert of a rule on an event about a survey's score."""
    return key(alerts(survey_id, "score"), f"{event}#{rule}")


def alert_limit_key(survey_id: str, rule: str, destination: str, hour: int) -> dict[str, str]:
    """Return the key of how many alerts of a rule came to a destination in an hour, counted since 1970."""
    return key(f"AH#{survey_id}#{rule}", f"{hour}#{destination}")


def calendar_key(calendar: str) -> dict[str, str]:
    """Return the key of a calendar."""
    return key(CALENDARS, calendar)


def turns_key(role: str) -> dict[str, str]:
    """Return the key of how many turns the members of a role took in owning cases."""
    return key(TURNS, role)


def destination_key(destination: str) -> dict[str, str]:
    """Return the key of a destination."""
    return key(DESTINATIONS, destination)


def deleted_destination_key(destination: str) -> dict[str, str]:
    """Return the key of what is left of a deleted destination: its id, by which its deliveries are found."""
    return key(DESTINATIONS, f"{destination}{DELETED}")


def inbound_call_key(destination: str, call: str) -> dict[str, str]:
    """Return the key of what is kept of a call from outside: its id."""
    return key(f"{INBOUND}{destination}", call)


def breaker_key(destination: str) -> dict[str, str]:
    """Return the key of the breaker of a destination."""
    return key(f"{BREAKERS}{destination}")


def due_breaker(due_at: int, destination: str) -> dict[str, str]:
    """Return the index keys of a breaker while the planner should look at it."""
    return {DUE_INDEX.partition: DUE_FOLLOW, DUE_INDEX.sort: f"{due_at:014d}#{destination}"}


def reached_key(person_id: str, destination: str, deletion: str | None) -> dict[str, str]:
    """Return the key of what a destination had of an erased person: each that it deletes, and all that stays."""
    return key(
        person(person_id), f"{REACHED}{destination}" if deletion is None else f"{REACHED}{destination}#{deletion}"
    )


def deliveries(destination: str) -> str:
    """Return the partition key of the deliveries to a destination."""
    return f"{DELIVERIES}{destination}"


def delivery_key(destination: str, alerted_at: int, delivery: str) -> dict[str, str]:
    """Return the key of a delivery; those of a destination sort by when their alerts were raised."""
    return key(deliveries(destination), f"{alerted_at:014d}#{delivery}")


def read_delivery_key(item: Mapping[str, Any]) -> tuple[str, int, str]:
    """Return the destination of a delivery, when its alert was raised (Unix milliseconds), and its id."""
    alerted_at, _, delivery = item["sk"].partition("#")
    return item["pk"].removeprefix(DELIVERIES), int(alerted_at), delivery


def due_delivery(due_at: int, delivery: str) -> dict[str, str]:
    """Return the index keys of a delivery whose next attempt is far off."""
    return {DUE_INDEX.partition: DUE_FOLLOW, DUE_INDEX.sort: f"{due_at:014d}#{delivery}"}


def waiting_deliveries(destination: str) -> str:
    """Return the index partition of the deliveries that wait for a destination to reply again."""
    return f"DUE#D#{destination}"


def waiting_delivery(destination: str, alerted_at: int, delivery: str) -> dict[str, str]:
    """Return the index keys of a delivery while it waits for its destination to reply again."""
    return {DUE_INDEX.partition: waiting_deliveries(destination), DUE_INDEX.sort: f"{alerted_at:014d}#{delivery}"}


def case(case_id: str) -> str:
    """Return the partition key of a case, of its facts and of the responses that joined it."""
    return f"{CASES}{case_id}"


def case_key(case_id: str) -> dict[str, str]:
    """Return the key of a case."""
    return key(case(case_id))


def joined_key(case_id: str, response_id: str) -> dict[str, str]:
    """Return the key of a response that joined a case."""
    return key(case(case_id), f"{JOINED}{response_id}")


def case_of_person_key(person_id: str, survey_id: str) -> dict[str, str]:
    """Return the key of what leads from a person to their cases in a survey."""
    return key(person(person_id), f"{SUBJECT_CASES}{survey_id}")


def case_of_account_key(account_id: str, survey_id: str) -> dict[str, str]:
    """Return the key of what leads from an account to its cases in a survey."""
    return key(account(account_id), f"{SUBJECT_CASES}{survey_id}")


def member_key(member: str) -> dict[str, str]:
    """Return the key of a member of the team."""
    return key(TEAM, member)


def session_key(hashed: str) -> dict[str, str]:
    """Return the key of a session, by the hash of its token."""
    return key(f"{SESSIONS}{hashed}")


def hash_of_session(partition: str) -> str:
    """Return the hash of the token whose session a partition holds."""
    return partition.removeprefix(SESSIONS)


def asking_key(hashed: str) -> dict[str, str]:
    """Return the key of an asking to sign in, by the hash of the token that its browser has."""
    return key(f"{ASKINGS}{hashed}")


def team_invitation_key(hashed: str) -> dict[str, str]:
    """Return the key of an invitation to the team, by the hash of its token."""
    return key(f"{TEAM_INVITATIONS}{hashed}")


def sessions_of(member: str) -> str:
    """Return the partition key of what leads from a member to their sessions."""
    return f"{SESSIONS_OF}{member}"


def session_of_member_key(member: str, made_at: int, session: str) -> dict[str, str]:
    """Return the key of what leads to a session by its id; those of a member sort by when they began."""
    return key(sessions_of(member), f"{STARTED}{made_at:014d}#{session}")


def account_key(account: str) -> dict[str, str]:
    """Return the key of an account."""
    return key(f"{ACCOUNTS}{account}")


def account_of(partition: str) -> str:
    """Return the account that a partition is of."""
    return partition.removeprefix(ACCOUNTS)


def anonymous_cases_key(survey_id: str) -> dict[str, str]:
    """Return the key of how many cases of a survey's anonymous responses are open, and of the collective one."""
    return key(f"{ANONYMOUS_CASES}{survey_id}")


def open_cases_of(owner: str | None) -> str:
    """Return the prefix of the sort keys of a member's open cases, or of nobody's (None)."""
    return f"{NOBODY if owner is None else owner}#"


def open_case_key(owner: str | None, due_at: int, case_id: str) -> dict[str, str]:
    """Return the key of a case in the list of the open ones, which sorts by owner and by when it is due."""
    return key(OPEN_CASES, f"{open_cases_of(owner)}{due_at:014d}#{case_id}")


def read_open_case(sort: str) -> tuple[str | None, str]:
    """Return who owns a case of the list of the open ones, and its id."""
    owner, _, case_id = sort.split("#", 2)
    return None if owner == NOBODY else owner, case_id


def fact_key(case_id: str, revision: int) -> dict[str, str]:
    """Return the key of the fact that gave a case this revision."""
    return key(case(case_id), f"{FACTS}{revision:06d}")


def revision_of_fact(sort: str) -> int:
    """Return the revision that a case has since a fact."""
    return int(sort.removeprefix(FACTS))


def case_figures(survey_id: str, month: str) -> str:
    """Return the partition key of the figures of a survey's cases that were opened in a month (`2026-11`, UTC)."""
    return f"{CASE_FIGURES}{survey_id}#{month}"


def case_figures_key(survey_id: str, month: str, opened_at: int, case_id: str) -> dict[str, str]:
    """Return the key of the figures of a case; those of a month sort by when they were opened."""
    return key(case_figures(survey_id, month), f"{opened_at:014d}#{case_id}")


def case_of_figures(sort: str) -> str:
    """Return the case that figures are of."""
    return sort.partition("#")[2]


def due_case(due_at: int, case_id: str) -> dict[str, str]:
    """Return the index keys of a case while a step of its clocks is to come."""
    return {DUE_INDEX.partition: DUE_FOLLOW, DUE_INDEX.sort: f"{due_at:014d}#{case_id}"}


def digest_key(digest: str) -> dict[str, str]:
    """Return the key of a digest."""
    return key(DIGESTS, digest)


def due_digest(due_at: int, digest: str) -> dict[str, str]:
    """Return the index keys of a digest until it is due."""
    return {DUE_INDEX.partition: DUE_FOLLOW, DUE_INDEX.sort: f"{due_at:014d}#{digest}"}


def digest_sendings(digest: str) -> str:
    """Return the partition key of what became of a digest for its recipients."""
    return f"{DIGEST_SENDINGS}{digest}"


def digest_sending_key(digest: str, first: str, last: str, recipient: str) -> dict[str, str]:
    """Return the key of a sending; they sort by the last day of their period."""
    return key(digest_sendings(digest), f"{last}#{first}#{recipient}")


def read_digest_sending_key(item_key: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Return the digest, the first and the last day of the period, and the recipient, of a sending by its key."""
    last, first, recipient = item_key["sk"].split("#", 2)
    return item_key["pk"].removeprefix(DIGEST_SENDINGS), first, last, recipient


def digest_sendings_since(last: str) -> tuple[str, str]:
    """Return between which sort keys lie the sendings of periods that end on a day or later."""
    # What stands next to them begins with a letter.
    return last, "9~"


def stopped_digest_key(digest: str, recipient: str) -> dict[str, str]:
    """Return the key of the note that a recipient wants a digest no more."""
    return key(digest_sendings(digest), f"{STOPPED}{recipient}")


def account(account_id: str) -> str:
    """Return the partition key of an account."""
    return f"{ACCOUNTS}{account_id}"
