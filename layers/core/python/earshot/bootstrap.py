"""The composition root: every port meets its adapter here, and nowhere else.

An adapter is imported and made when a function first asks for it, and kept for the life of the container: a function
loads nothing that it does not use. The order below is that of `earshot.ports`.
"""

import os
import random
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from earshot.config import clock_ahead, is_local, setting, stand_in
from earshot.domain import ids

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from earshot.adapters.by_address import LambdaByAddress
    from earshot.adapters.destination_secrets import DestinationSecrets
    from earshot.adapters.dynamodb.accounts import DynamoDBAccounts
    from earshot.adapters.dynamodb.alert_rules import DynamoDBAlertRules, DynamoDBSurveyOwners
    from earshot.adapters.dynamodb.alerts import DynamoDBAlertLimits, DynamoDBAlerts
    from earshot.adapters.dynamodb.api_keys import DynamoDBApiKeys
    from earshot.adapters.dynamodb.budgets import DynamoDBBudgets
    from earshot.adapters.dynamodb.bulk_erasures import DynamoDBBulkErasures
    from earshot.adapters.dynamodb.calendars import DynamoDBCalendars
    from earshot.adapters.dynamodb.campaigns import DynamoDBCampaigns
    from earshot.adapters.dynamodb.cases import DynamoDBCases
    from earshot.adapters.dynamodb.counts import DynamoDBCounts
    from earshot.adapters.dynamodb.daily_evaluations import DynamoDBDailyEvaluations
    from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries
    from earshot.adapters.dynamodb.destinations import DynamoDBDestinations
    from earshot.adapters.dynamodb.digest_sendings import DynamoDBDigestSendings
    from earshot.adapters.dynamodb.digests import DynamoDBDigests
    from earshot.adapters.dynamodb.funnels import DynamoDBFunnels
    from earshot.adapters.dynamodb.imports import DynamoDBImports
    from earshot.adapters.dynamodb.inbound_calls import DynamoDBInboundCalls
    from earshot.adapters.dynamodb.invitation_feedback import DynamoDBFeedback
    from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
    from earshot.adapters.dynamodb.known_people import DynamoDBKnownPeople
    from earshot.adapters.dynamodb.ledger import DynamoDBLedger
    from earshot.adapters.dynamodb.members import DynamoDBMembers
    from earshot.adapters.dynamodb.people import DynamoDBPeople
    from earshot.adapters.dynamodb.people_directory import DynamoDBPeopleDirectory
    from earshot.adapters.dynamodb.people_lists import DynamoDBPeopleLists
    from earshot.adapters.dynamodb.rate_limits import DynamoDBRateLimits
    from earshot.adapters.dynamodb.reached_places import DynamoDBReachedPlaces
    from earshot.adapters.dynamodb.reconciliations import DynamoDBReconciliations
    from earshot.adapters.dynamodb.recorded_responses import DynamoDBRecordedResponses
    from earshot.adapters.dynamodb.responses import DynamoDBResponses
    from earshot.adapters.dynamodb.scores import DynamoDBScores
    from earshot.adapters.dynamodb.sending_pauses import DynamoDBSendingPauses
    from earshot.adapters.dynamodb.sessions import DynamoDBSessions
    from earshot.adapters.dynamodb.showings import DynamoDBShowings
    from earshot.adapters.dynamodb.sign_ins import DynamoDBSignIns
    from earshot.adapters.dynamodb.stored_responses import DynamoDBStoredResponses
    from earshot.adapters.dynamodb.submission_policies import DynamoDBSubmissionPolicies
    from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressedHashes, DynamoDBSuppressions
    from earshot.adapters.dynamodb.survey_cases import DynamoDBSurveyCases
    from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
    from earshot.adapters.dynamodb.turns import DynamoDBTurns
    from earshot.adapters.eventbridge import EventBridgeBus
    from earshot.adapters.https_sender import HttpsSender
    from earshot.adapters.identity_tokens import IdentityTokens
    from earshot.adapters.link_tokens import Tokens
    from earshot.adapters.secrets import SecretsManagerSecret
    from earshot.adapters.ses_account import SesAccount
    from earshot.adapters.ses_mailer import SesMailer
    from earshot.adapters.ses_suppression_list import SesSuppressedDestinations
    from earshot.adapters.sqs import SqsDeliveryQueue, SqsTaskQueue
    from earshot.adapters.sqs_submissions import SqsSubmissionQueue
    from earshot.console.visit import ConsoleDeps
    from earshot.domain.deliveries import Delivery
    from earshot.domain.destination_url import DestinationUrl
    from earshot.domain.destinations import Destination
    from earshot.domain.digest_sendings import DigestSending
    from earshot.domain.digests import Digest
    from earshot.domain.events import Event
    from earshot.domain.invitation import Invitation
    from earshot.domain.response import Response
    from earshot.domain.site import Site
    from earshot.domain.submission_queues import QueueContract
    from earshot.emails.composer import Composer
    from earshot.emails.digest import DigestComposer
    from earshot.emails.invitation import Mail
    from earshot.ports.destinations import Message, NotYet, Sender
    from earshot.ports.links import DigestLinkReader, LinkReader
    from earshot.ports.messaging import Backlog
    from earshot.services.alerts.case_alerts import CaseAlerts
    from earshot.services.alerts.deliver import DeliverDeps
    from earshot.services.alerts.evaluate_alerts import EvaluateAlertsDeps
    from earshot.services.alerts.manage_alert_rules import ManageAlertRulesDeps
    from earshot.services.alerts.manage_destinations import ManageDestinationsDeps
    from earshot.services.alerts.messages import AlertMessages
    from earshot.services.alerts.withdraw_alerts import WithdrawAlerts
    from earshot.services.campaigns.manage_campaigns import ManageCampaignsDeps
    from earshot.services.campaigns.plan_campaigns import PlanCampaignsDeps
    from earshot.services.cases.apply_inbound import ApplyInboundDeps
    from earshot.services.cases.case_messages import CaseMessages
    from earshot.services.cases.case_openings import CaseOpenings
    from earshot.services.cases.change_case import ChangeCaseDeps
    from earshot.services.cases.change_messages import CaseChangeMessages
    from earshot.services.cases.follow_calendars import FollowCalendarsDeps
    from earshot.services.cases.leave_cases import LeaveCases
    from earshot.services.cases.note_responses import NoteResponsesDeps
    from earshot.services.cases.open_by_hand import OpenByHandDeps
    from earshot.services.cases.receive_inbound import ReceiveCallDeps
    from earshot.services.cases.take_steps import TakeStepsDeps
    from earshot.services.digests.digest_messages import DigestMessages
    from earshot.services.digests.find_addressee import AddressBook
    from earshot.services.digests.manage_digests import ManageDigestsDeps
    from earshot.services.digests.read_contents import DigestContentsDeps
    from earshot.services.digests.send_digest import SendDigestDeps
    from earshot.services.events.publish_events import PublishDeps
    from earshot.services.invitations.follow_link import FollowLinkDeps
    from earshot.services.invitations.invite_people import InviteDeps
    from earshot.services.invitations.plan_reminders import PlanRemindersDeps
    from earshot.services.invitations.receive_feedback import ReceiveFeedbackDeps
    from earshot.services.invitations.send_invitation import SendInvitationDeps
    from earshot.services.invitations.send_rate import SendRateLimiter
    from earshot.services.people.erase_person import ErasePersonDeps
    from earshot.services.people.expire_people import ExpirePeopleDeps
    from earshot.services.people.reconcile_suppressions import ReconcileSuppressionsDeps
    from earshot.services.responses.apply_retention import ApplyRetentionDeps
    from earshot.services.responses.erase_responses import EraseResponsesDeps
    from earshot.services.responses.limit_rate import Memory
    from earshot.services.responses.list_responses import ListResponsesDeps
    from earshot.services.responses.submit_responses import RecentPolicies
    from earshot.services.sessions.ask_to_sign_in import AskDeps, Limiter
    from earshot.services.sessions.send_sign_in import SendSignInDeps
    from earshot.services.sessions.sign_in import SignInDeps
    from earshot.services.team.manage_accounts import ManageAccountsDeps
    from earshot.services.team.manage_calendars import ManageCalendarsDeps
    from earshot.services.team.manage_members import ManageMembersDeps

LONGEST_PAUSE = 2.0


def now() -> int:
    """Return our clock in Unix milliseconds; `earshot clock` moves it under `make run`, and nothing does elsewhere."""
    return time.time_ns() // 1_000_000 + clock_ahead()


def pause(attempt: int) -> None:
    """Wait before another attempt: longer each time, and for a random time, so that competitors part."""
    time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.02 * 2**attempt)))  # noqa: S311


def draw() -> float:
    """Return a random number in [0, 1)."""
    return random.random()  # noqa: S311


def new_id() -> str:
    """Return a new id with the present time."""
    return id_at(now())


def id_at(time: int) -> str:
    """Return a new id with a time (Unix milliseconds): that of a response which came without an id."""
    return ids.mint(time, os.urandom(16))


def is_production() -> bool:
    """Return whether this is the stack that customers meet."""
    return os.environ.get("EARSHOT_STAGE") == "prod"


def people_retention_days() -> int:
    """Return for how many days people without contact are kept; 0: for good."""
    return int(setting("EARSHOT_PEOPLE_RETENTION_DAYS"))


def salt() -> str:
    """Return the stack's salt for hashes, which is secret."""
    return setting("EARSHOT_SALT")


@cache
def client(service: str) -> Any:
    """Return the client of an AWS service; it retries what may be retried.

    It sends parameters as they are: checking a hundred items against the service's model takes longer than all else.
    And it sends a fixed user agent: botocore puts its own together twice a call, a quarter of the time of a small one.
    """
    retries, agent = {"mode": "standard", "max_attempts": 4}, f"Boto3/{boto3.__version__} Earshot"
    config = Config(retries=retries, tcp_keepalive=True, parameter_validation=False, user_agent=agent)
    return boto3.client(service, config=config)


@cache
def secret(variable: str) -> "SecretsManagerSecret":
    """Return a secret by the variable that names it: each role may read only its own."""
    from earshot.adapters.secrets import SecretsManagerSecret

    return SecretsManagerSecret(client("secretsmanager"), setting(variable), now)


def cdn_secrets() -> "Callable[[], Sequence[bytes]] | None":
    """Return what reads the secrets of the CDN's requests, the current one and the former; None without a CDN."""
    return secret("EARSHOT_CDN_SECRET").keys if setting("EARSHOT_CDN_SECRET") else None


def hash_key() -> bytes:
    """Return the key that addresses are hashed with; it never changes."""
    return secret("EARSHOT_HASH_SECRET").key()


@cache
def surveys() -> "DynamoDBSurveys":
    from earshot.adapters.dynamodb.surveys import DynamoDBSurveys

    return DynamoDBSurveys(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def tracking_surveys() -> "DynamoDBSurveys":
    """Return the surveys for functions that add segment values: a new series may queue a backfill."""
    from earshot.adapters.dynamodb.surveys import DynamoDBSurveys

    return DynamoDBSurveys(client("dynamodb"), setting("EARSHOT_TABLE"), task_queue("EARSHOT_BACKFILL_QUEUE"))


@cache
def submission_policies() -> "DynamoDBSubmissionPolicies":
    from earshot.adapters.dynamodb.submission_policies import DynamoDBSubmissionPolicies

    return DynamoDBSubmissionPolicies(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def recent_policies() -> "RecentPolicies":
    """Return the policies that this container remembers."""
    from earshot.services.responses.submit_responses import RecentPolicies

    return RecentPolicies(submission_policies())


@cache
def stored_responses() -> "DynamoDBStoredResponses":
    from earshot.adapters.dynamodb.stored_responses import DynamoDBStoredResponses

    return DynamoDBStoredResponses(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def ledger() -> "DynamoDBLedger":
    from earshot.adapters.dynamodb.ledger import DynamoDBLedger

    return DynamoDBLedger(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def responses() -> "DynamoDBResponses":
    from earshot.adapters.dynamodb.responses import DynamoDBResponses

    return DynamoDBResponses(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def recorded_responses() -> "DynamoDBRecordedResponses":
    from earshot.adapters.dynamodb.recorded_responses import DynamoDBRecordedResponses

    return DynamoDBRecordedResponses(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def imports() -> "DynamoDBImports":
    from earshot.adapters.dynamodb.imports import DynamoDBImports

    return DynamoDBImports(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def bulk_erasures() -> "DynamoDBBulkErasures":
    from earshot.adapters.dynamodb.bulk_erasures import DynamoDBBulkErasures

    return DynamoDBBulkErasures(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def submission_queue(variable: str) -> "SqsSubmissionQueue":
    from earshot.adapters.sqs_submissions import SqsSubmissionQueue

    return SqsSubmissionQueue(client("sqs"), setting(variable))


@cache
def queue_contracts() -> "dict[str, QueueContract]":
    from earshot.domain.submission_queues import QUEUE_CONTRACTS, queue_named_by

    return {queue_named_by(setting(queue.setting)): queue for queue in QUEUE_CONTRACTS}


@cache
def counts() -> "DynamoDBCounts":
    from earshot.adapters.dynamodb.counts import DynamoDBCounts

    return DynamoDBCounts(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def scores() -> "DynamoDBScores":
    from earshot.adapters.dynamodb.scores import DynamoDBScores

    return DynamoDBScores(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def daily_evaluations() -> "DynamoDBDailyEvaluations":
    from earshot.adapters.dynamodb.daily_evaluations import DynamoDBDailyEvaluations

    return DynamoDBDailyEvaluations(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def people() -> "DynamoDBPeople":
    from earshot.adapters.dynamodb.people import DynamoDBPeople

    return DynamoDBPeople(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def people_directory() -> "DynamoDBPeopleDirectory":
    from earshot.adapters.dynamodb.people_directory import DynamoDBPeopleDirectory

    return DynamoDBPeopleDirectory(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def people_lists() -> "DynamoDBPeopleLists":
    from earshot.adapters.dynamodb.people_lists import DynamoDBPeopleLists

    return DynamoDBPeopleLists(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def suppressions() -> "DynamoDBSuppressions":
    from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressions

    return DynamoDBSuppressions(client("dynamodb"), setting("EARSHOT_TABLE"), hash_key)


@cache
def suppressed_hashes() -> "DynamoDBSuppressedHashes":
    """Return the suppressions for functions that know addresses by their hashes only, and may not read the hash key."""
    from earshot.adapters.dynamodb.suppressions import DynamoDBSuppressedHashes

    return DynamoDBSuppressedHashes(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def suppressed_destinations() -> "SesSuppressedDestinations":
    from earshot.adapters.ses_suppression_list import SesSuppressedDestinations

    return SesSuppressedDestinations(client("sesv2"))


@cache
def reconciliations() -> "DynamoDBReconciliations":
    from earshot.adapters.dynamodb.reconciliations import DynamoDBReconciliations

    return DynamoDBReconciliations(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def invitations() -> "DynamoDBInvitations":
    from earshot.adapters.dynamodb.invitations import DynamoDBInvitations

    return DynamoDBInvitations(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def feedback() -> "DynamoDBFeedback":
    from earshot.adapters.dynamodb.invitation_feedback import DynamoDBFeedback

    return DynamoDBFeedback(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def campaigns() -> "DynamoDBCampaigns":
    from earshot.adapters.dynamodb.campaigns import DynamoDBCampaigns

    return DynamoDBCampaigns(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def funnels() -> "DynamoDBFunnels":
    from earshot.adapters.dynamodb.funnels import DynamoDBFunnels

    return DynamoDBFunnels(client("dynamodb"), setting("EARSHOT_TABLE"))


def console_deps() -> "ConsoleDeps":
    """Return what pages of the console read with: each is made by the page that asks for it first."""
    from earshot.console.visit import ConsoleDeps

    return ConsoleDeps(
        surveys=surveys,
        counts=counts,
        scores=scores,
        responses=responses,
        ledger=ledger,
        people=people,
        funnels=funnels,
        cases=cases,
        members=members,
        sessions=sessions,
        campaigns=campaigns,
        alert_rules=alert_rules,
        evaluations=daily_evaluations,
        destinations=destinations,
        deliveries=deliveries,
        invitations=invitations,
        accounts=accounts,
        suppressed=suppressed_hashes,
    )


def tokens() -> "Tokens":
    from earshot.adapters.link_tokens import Tokens

    return Tokens(secret("EARSHOT_LINK_SECRET").keys(), now)


def link_reader() -> "LinkReader":
    from earshot.adapters import link_reader

    return link_reader.link_reader(tokens())


def digest_link_reader() -> "DigestLinkReader":
    from earshot.adapters import link_reader

    return link_reader.digest_link_reader(tokens())


def composer() -> "Composer":
    from earshot.emails.composer import Composer

    return Composer(setting("EARSHOT_PUBLIC_URL"), setting("EARSHOT_MAIL_FROM"), tokens().make)


@cache
def mailer() -> "SesMailer":
    from earshot.adapters.ses_mailer import SesMailer

    once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=15)  # twice might be two mails
    return SesMailer(boto3.client("sesv2", config=once), setting("EARSHOT_CONFIGURATION_SET"))


@cache
def mail_account() -> "SesAccount":
    from earshot.adapters.ses_account import SesAccount

    # Mails wait for this reply: without one they go on at a careful rate.
    patience = Config(retries={"total_max_attempts": 2}, connect_timeout=2, read_timeout=3)
    return SesAccount(boto3.client("sesv2", config=patience))


@cache
def send_rate_limiter() -> "SendRateLimiter":
    """Return the limiter of this container, one of as many as the queue's mapping lets run at once."""
    from earshot.services.invitations.send_rate import SendRateLimiter

    return SendRateLimiter(
        mail_account(), int(setting("EARSHOT_MAX_CONCURRENCY")), clock=time.monotonic, sleep=time.sleep
    )


@cache
def sending_pauses() -> "DynamoDBSendingPauses":
    from earshot.adapters.dynamodb.sending_pauses import DynamoDBSendingPauses

    return DynamoDBSendingPauses(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def budgets() -> "DynamoDBBudgets":
    from earshot.adapters.dynamodb.budgets import DynamoDBBudgets

    return DynamoDBBudgets(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def rate_limits() -> "DynamoDBRateLimits":
    from earshot.adapters.dynamodb.rate_limits import DynamoDBRateLimits

    return DynamoDBRateLimits(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def limits_known() -> "Memory":
    """Return the limits that this container remembers."""
    from earshot.services.responses.limit_rate import Memory

    return Memory()


@cache
def known_people() -> "DynamoDBKnownPeople":
    from earshot.adapters.dynamodb.known_people import DynamoDBKnownPeople

    return DynamoDBKnownPeople(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def showings() -> "DynamoDBShowings":
    from earshot.adapters.dynamodb.showings import DynamoDBShowings

    return DynamoDBShowings(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def by_address() -> "LambdaByAddress":
    from earshot.adapters.by_address import LambdaByAddress

    return LambdaByAddress(client("lambda"), setting("EARSHOT_ASK_BY_ADDRESS"))


def identity_tokens() -> "IdentityTokens":
    from earshot.adapters.identity_tokens import IdentityTokens

    return IdentityTokens(secret("EARSHOT_IDENTITY_SECRET").key)


@cache
def task_queue(variable: str) -> "SqsTaskQueue":
    from earshot.adapters.sqs import SqsTaskQueue

    return SqsTaskQueue(client("sqs"), setting(variable))


def park(task: "Mapping[str, Any]") -> None:
    """Make a message of a function's own queue a dead letter."""
    task_queue("EARSHOT_DEAD_LETTERS").send([task])


@cache
def dead_letters() -> "Mapping[str, Backlog]":
    """Return what counts the messages in each queue of dead letters, by the queue's name."""
    from earshot.adapters.sqs import SqsQueue

    urls = setting("EARSHOT_ALL_DEAD_LETTERS").split(",")
    return {url.rpartition("/")[2]: SqsQueue(client("sqs"), url).backlog for url in urls}


@cache
def bus() -> "EventBridgeBus":
    from earshot.adapters.eventbridge import EventBridgeBus

    return EventBridgeBus(client("events"), setting("EARSHOT_BUS"))


def publish_deps() -> "PublishDeps":
    from earshot.services.events.publish_events import PublishDeps

    return PublishDeps(
        bus=bus(),
        parking=task_queue("EARSHOT_PARKING_QUEUE"),
        scores=task_queue("EARSHOT_SCORE_QUEUE"),
        alerts=task_queue("EARSHOT_ALERT_QUEUE"),
        cases=cases,
        send_case_changes=_send_case_changes,
        pause=pause,
    )


def _send_case_changes(changes: "Sequence[Event]") -> None:
    from earshot.services.alerts.send_case_changes import send_case_changes

    send_case_changes(changes, destinations=destinations(), queue=delivery_queue())


@cache
def alert_rules() -> "DynamoDBAlertRules":
    from earshot.adapters.dynamodb.alert_rules import DynamoDBAlertRules

    return DynamoDBAlertRules(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def alerts() -> "DynamoDBAlerts":
    from earshot.adapters.dynamodb.alerts import DynamoDBAlerts

    return DynamoDBAlerts(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def alert_limits() -> "DynamoDBAlertLimits":
    from earshot.adapters.dynamodb.alerts import DynamoDBAlertLimits

    return DynamoDBAlertLimits(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def members() -> "DynamoDBMembers":
    from earshot.adapters.dynamodb.members import DynamoDBMembers

    return DynamoDBMembers(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def sessions() -> "DynamoDBSessions":
    from earshot.adapters.dynamodb.sessions import DynamoDBSessions

    return DynamoDBSessions(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def sign_ins() -> "DynamoDBSignIns":
    from earshot.adapters.dynamodb.sign_ins import DynamoDBSignIns

    return DynamoDBSignIns(client("dynamodb"), setting("EARSHOT_TABLE"))


def new_token() -> str:
    """Return 32 random bytes as text: of a session, of a link, or of a browser."""
    from secrets import token_urlsafe

    return token_urlsafe(32)


def new_code() -> str:
    """Return a code of six digits."""
    from secrets import randbelow

    return f"{randbelow(1_000_000):06}"


def sign_in_limiter() -> "Limiter":
    from earshot.services.sessions.ask_to_sign_in import Limiter

    return Limiter(rate_limits(), salt(), now())


def ask_deps() -> "AskDeps":
    from earshot.services.sessions.ask_to_sign_in import AskDeps

    return AskDeps(sign_ins(), sign_in_limiter(), delivery_queue())


def sign_in_deps() -> "SignInDeps":
    from earshot.services.sessions.sign_in import SignInDeps

    return SignInDeps(sign_ins(), members(), sign_in_limiter(), new_token, now())


def send_sign_in_deps() -> "SendSignInDeps":
    from earshot.emails.sign_in import compose_sign_in
    from earshot.services.sessions.send_sign_in import SendSignInDeps

    sender = setting("EARSHOT_MAIL_FROM")
    return SendSignInDeps(
        sign_ins=sign_ins(),
        members=members(),
        mailer=mailer(),
        queue=delivery_queue(),
        compose=lambda member, link, code: compose_sign_in(member, link, code, sender=sender),
        url=site().console_url,
        sender=sender,
        new_token=new_token,
        new_code=new_code,
        clock=now,
    )


def site() -> "Site":
    """Return the site that the console is part of."""
    from earshot.domain.site import Site

    return Site(setting("EARSHOT_PUBLIC_URL"), is_local())


@cache
def accounts() -> "DynamoDBAccounts":
    from earshot.adapters.dynamodb.accounts import DynamoDBAccounts

    return DynamoDBAccounts(client("dynamodb"), setting("EARSHOT_TABLE"))


def manage_members_deps() -> "ManageMembersDeps":
    from earshot.services.team.manage_members import ManageMembersDeps

    plans = task_queue("EARSHOT_PLAN_QUEUE")
    return ManageMembersDeps(members=members(), calendars=calendars(), plans=plans, sessions=sessions(), now=now())


def manage_calendars_deps() -> "ManageCalendarsDeps":
    from earshot.services.team.manage_calendars import ManageCalendarsDeps

    return ManageCalendarsDeps(
        calendars=calendars(), members=members(), surveys=surveys(), plans=task_queue("EARSHOT_PLAN_QUEUE")
    )


def manage_accounts_deps() -> "ManageAccountsDeps":
    from earshot.services.team.manage_accounts import ManageAccountsDeps

    return ManageAccountsDeps(accounts=accounts(), members=members(), now=now())


@cache
def cases() -> "DynamoDBCases":
    from earshot.adapters.dynamodb.cases import DynamoDBCases

    return DynamoDBCases(client("dynamodb"), setting("EARSHOT_TABLE"))


def list_responses_deps() -> "ListResponsesDeps":
    from earshot.services.responses.list_responses import ListResponsesDeps

    return ListResponsesDeps(responses(), ledger, people, cases)


def leave_cases() -> "LeaveCases":
    from earshot.services.cases.leave_cases import LeaveCases

    return LeaveCases(alerts=alerts(), cases=cases(), pause=pause)


@cache
def digests() -> "DynamoDBDigests":
    from earshot.adapters.dynamodb.digests import DynamoDBDigests

    return DynamoDBDigests(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def digest_sendings() -> "DynamoDBDigestSendings":
    from earshot.adapters.dynamodb.digest_sendings import DynamoDBDigestSendings

    return DynamoDBDigestSendings(client("dynamodb"), setting("EARSHOT_TABLE"))


def address_book() -> "AddressBook":
    from earshot.services.digests.find_addressee import AddressBook

    return AddressBook(members().all, destinations().get)


def digest_contents_deps() -> "DigestContentsDeps":
    from earshot.services.digests.digest_cases import DigestCases
    from earshot.services.digests.read_contents import DigestContentsDeps

    return DigestContentsDeps(
        counts=counts(),
        funnels=funnels(),
        responses=responses(),
        cases=DigestCases(cases(), stored_responses(), calendars()),
        clock=now,
    )


def digest_composer() -> "DigestComposer":
    from earshot.emails.digest import DigestComposer

    return DigestComposer(setting("EARSHOT_PUBLIC_URL"), setting("EARSHOT_MAIL_FROM"), tokens().make)


def plan_digest(digest: str) -> int:
    """Queue the sendings of a digest that are due, and return how many."""
    from earshot.services.digests import plan_digest as service

    deps = service.PlanDigestDeps(
        digests=digests(),
        sendings=digest_sendings(),
        surveys=surveys(),
        addresses=address_book(),
        queue=delivery_queue(),
        hash_key=hash_key,
        now=now(),
    )
    return service.plan_digest(digest, deps)


def send_digest_deps() -> "SendDigestDeps":
    from earshot.services.digests.read_contents import read_contents
    from earshot.services.digests.send_digest import SendDigestDeps

    read = digest_contents_deps()
    return SendDigestDeps(
        digests=digests(),
        sendings=digest_sendings(),
        surveys=surveys(),
        addresses=address_book(),
        contents=lambda digest, survey, to, period: read_contents(digest, survey, to, period, read),
        compose=digest_composer().compose,
        sender=setting("EARSHOT_MAIL_FROM"),
        mailer=mailer(),
        queue=delivery_queue(),
        hash_key=hash_key,
        clock=now,
    )


def send_digest(task: "Mapping[str, Any]") -> "DigestSending | None":
    """Send a digest to the recipient that a message names, and return what became of it."""
    from earshot.services.digests import send_digest as service

    return service.send_digest(task, send_digest_deps())


def test_digest(task: "Mapping[str, Any]") -> str:
    """Send a test of a digest to the recipient that a message names, and return what became of it."""
    from earshot.services.digests import send_digest as service

    return service.send_test(task, send_digest_deps())


def manage_digests_deps() -> "ManageDigestsDeps":
    from earshot.services.digests.manage_digests import ManageDigestsDeps

    return ManageDigestsDeps(
        digests=digests(),
        sendings=digest_sendings(),
        surveys=surveys(),
        addresses=address_book(),
        find_destination=destinations().get,
        queue=delivery_queue(),
        hash_key=hash_key,
        new_id=lambda: os.urandom(6).hex(),
        now=now(),
    )


def preview_digest(digest: "Digest", to: str | None, host: str, *, has_words: bool) -> "Mail":
    """Render a digest as it is now for one of its recipients; `host` is where the API was reached."""
    from earshot.emails.digest import DigestComposer, render_digest
    from earshot.services.digests.manage_digests import shown_to
    from earshot.services.digests.read_contents import read_contents
    from earshot.services.surveys.find_survey import find_whole_readable

    survey = find_whole_readable(digest.survey, surveys())
    addressee = shown_to(digest, to, survey, manage_digests_deps())
    period = digest.schedule.latest_due(addressee.zone, now())
    contents = read_contents(digest, survey, addressee, period, digest_contents_deps())
    composer = DigestComposer(setting("EARSHOT_PUBLIC_URL") or f"https://{host}", "", lambda *_: "")
    return render_digest(composer.view(digest, addressee, contents if has_words else contents.without_words()))


@cache
def survey_owners() -> "DynamoDBSurveyOwners":
    from earshot.adapters.dynamodb.alert_rules import DynamoDBSurveyOwners

    return DynamoDBSurveyOwners(client("dynamodb"), setting("EARSHOT_TABLE"))


def change_case_deps() -> "ChangeCaseDeps":
    from earshot.services.cases.change_case import ChangeCaseDeps

    return ChangeCaseDeps(cases=cases(), calendars=calendars(), members=members(), pause=pause, clock=now)


@cache
def turns() -> "DynamoDBTurns":
    from earshot.adapters.dynamodb.turns import DynamoDBTurns

    return DynamoDBTurns(client("dynamodb"), setting("EARSHOT_TABLE"))


def case_openings() -> "CaseOpenings":
    """Return how cases open, for one batch of messages."""
    from earshot.services.cases.case_openings import CaseOpenings

    return CaseOpenings(members(), accounts(), calendars(), turns())


def note_responses_deps() -> "NoteResponsesDeps":
    """Return what is needed to note on cases what became of responses."""
    from earshot.services.cases.note_responses import NoteResponsesDeps

    return NoteResponsesDeps(cases=cases(), responses=stored_responses(), people=people(), clock=now, pause=pause)


@cache
def survey_cases() -> "DynamoDBSurveyCases":
    from earshot.adapters.dynamodb.survey_cases import DynamoDBSurveyCases

    return DynamoDBSurveyCases(client("dynamodb"), setting("EARSHOT_TABLE"))


def case_alerts() -> "CaseAlerts":
    """Return what raises alerts in cases, for one batch of messages."""
    from earshot.services.alerts.case_alerts import CaseAlerts, CaseAlertsDeps

    return CaseAlerts(
        CaseAlertsDeps(
            alerts=alerts(), cases=cases(), surveys=survey_cases(), openings=case_openings, pause=pause, now=now()
        )
    )


def open_by_hand_deps() -> "OpenByHandDeps":
    from earshot.services.cases.open_by_hand import OpenByHandDeps

    return OpenByHandDeps(
        cases=cases(),
        surveys=surveys(),
        accounts=accounts(),
        members=members(),
        openings=case_openings(),
        new_id=new_id,
        pause=pause,
        clock=now,
    )


def apply_inbound_deps() -> "ApplyInboundDeps":
    from earshot.services.cases.apply_inbound import ApplyInboundDeps

    return ApplyInboundDeps(change=change_case_deps(), deliveries=deliveries(), pause=pause)


def evaluate_alerts_deps() -> "EvaluateAlertsDeps":
    """Return what a batch of messages is evaluated with."""
    from earshot.services.alerts.evaluate_alerts import EvaluateAlertsDeps, RulesReadOnce

    has_crm, rules = setting("EARSHOT_HAS_CRM") == "true", RulesReadOnce(alert_rules())
    return EvaluateAlertsDeps(
        rules=rules,
        alerts=alerts(),
        in_cases=cache(case_alerts),
        responses=stored_responses(),
        owners=survey_owners(),
        has_crm=has_crm,
        now=now(),
    )


@cache
def calendars() -> "DynamoDBCalendars":
    from earshot.adapters.dynamodb.calendars import DynamoDBCalendars

    return DynamoDBCalendars(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def destinations() -> "DynamoDBDestinations":
    from earshot.adapters.dynamodb.destinations import DynamoDBDestinations

    return DynamoDBDestinations(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def deliveries() -> "DynamoDBDeliveries":
    from earshot.adapters.dynamodb.deliveries import DynamoDBDeliveries

    return DynamoDBDeliveries(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def destination_secrets() -> "DestinationSecrets":
    from earshot.adapters.destination_secrets import DestinationSecrets

    return DestinationSecrets(client("secretsmanager"), setting("EARSHOT_STACK"), now)


@cache
def inbound_secrets() -> "DestinationSecrets":
    """Return the secrets that destinations sign their calls to us with."""
    from earshot.adapters.destination_secrets import DestinationSecrets

    return DestinationSecrets(client("secretsmanager"), setting("EARSHOT_STACK"), now, "inbound")


@cache
def inbound_calls() -> "DynamoDBInboundCalls":
    from earshot.adapters.dynamodb.inbound_calls import DynamoDBInboundCalls

    return DynamoDBInboundCalls(client("dynamodb"), setting("EARSHOT_TABLE"))


def receive_call_deps() -> "ReceiveCallDeps":
    from earshot.adapters.webhook_signature import is_signed
    from earshot.services.cases.receive_inbound import ReceiveCallDeps

    return ReceiveCallDeps(
        calls=inbound_calls(), secrets=inbound_secrets(), verify=is_signed, queue=delivery_queue(), now=now()
    )


@cache
def delivery_queue() -> "SqsDeliveryQueue":
    from earshot.adapters.sqs import SqsDeliveryQueue

    return SqsDeliveryQueue(client("sqs"), setting("EARSHOT_DELIVERY_QUEUE"))


@cache
def crm_secret() -> "SecretsManagerSecret | None":
    """Return the secret with the address of the CRM, None without one; a new address is used within a minute."""
    from earshot.adapters.secrets import SecretsManagerSecret

    name = setting("EARSHOT_CRM_SECRET")
    return SecretsManagerSecret(client("secretsmanager"), name, now, good_for=60_000) if name else None


def built_in_destination(destination: str) -> "Destination | None":
    """Return a destination of the deployment: the CRM, the survey's owner, staff or a contact; None for any other."""
    from earshot.domain.destinations import (
        CONTACT,
        CRM,
        OWNER,
        STAFF,
        contact_destination,
        crm_destination,
        owner_destination,
        staff_destination,
    )

    people = {OWNER: owner_destination, CONTACT: contact_destination, STAFF: staff_destination}
    if destination in people:
        return people[destination]()
    found = crm_secret() if destination == CRM else None
    return crm_destination(found.key().decode()) if found else None


@cache
def https_sender() -> "HttpsSender":
    from earshot.adapters.https_sender import HttpsSender

    return HttpsSender()


def read_destination_url(url: str, *own: str) -> "DestinationUrl":
    """Read the address of a destination; ValueError if no destination may have it, as one of our `own` hosts."""
    from earshot.domain import destination_url

    return destination_url.read_destination_url(url, own_hosts=own_hosts().union(own), local_ports=local_ports())


@cache
def own_hosts() -> "frozenset[str]":
    """Return the names under which Earshot itself is reached."""
    from urllib.parse import urlsplit

    urls = (setting("EARSHOT_PUBLIC_URL"), setting("EARSHOT_API_URL"))
    return frozenset(filter(None, (urlsplit(url).hostname for url in urls)))


@cache
def local_ports() -> "frozenset[int] | None":
    """Return Earshot's own ports under `make run`; None in every other stage."""
    from urllib.parse import urlsplit

    if not is_local():
        return None
    return frozenset(filter(None, (urlsplit(setting("EARSHOT_PUBLIC_URL")).port,)))


@cache
def destination_sender(kind: str) -> "Sender":
    """Return what speaks to a kind of destination; a new kind has its line here."""
    if kind == "webhook":
        from earshot.adapters.destinations.webhook import WebhookSender

        return WebhookSender(https_sender(), read_destination_url)
    if kind == "slack":
        from earshot.adapters.destinations.slack import API as SLACK
        from earshot.adapters.destinations.slack import LIMITS, SlackSender
        from earshot.adapters.https_sender import HttpsSender

        return SlackSender(HttpsSender(limits=LIMITS), read_destination_url, stand_in("EARSHOT_SLACK_API") or SLACK)
    if kind == "hubspot":
        from earshot.adapters.destinations.hubspot import HubSpotSender
        from earshot.adapters.destinations.hubspot_api import API as HUBSPOT
        from earshot.adapters.https_sender import HttpsSender, Limits

        # An attempt is several calls, which together end before the function does.
        sender = HttpsSender(limits=Limits(read=4.0, total=4.0))
        return HubSpotSender(sender, read_destination_url, stand_in("EARSHOT_HUBSPOT_API") or HUBSPOT)
    if kind == "email":
        from earshot.adapters.destinations.email import EmailSender

        address = setting("EARSHOT_MAIL_FROM")
        return EmailSender(mailer(), surveys(), destinations(), members(), address, _compose_for_staff)
    raise ValueError(f"there is no kind of destination {kind!r}")


def _compose_for_staff(
    kind: str, data: "Mapping[str, Any]", survey: str, *, sender: tuple[str, str], to: "Sequence[str]"
) -> bytes:
    """Write a mail to members of staff of its dotted type."""
    from earshot.domain.message_types import TO_STAFF

    if kind in TO_STAFF:
        from earshot.emails.case import compose_case

        return compose_case(kind, data, survey, sender=sender, to=to)
    from earshot.emails.alert import compose_alert

    return compose_alert(kind, data, survey, sender=sender, to=to)


def alert_messages() -> "AlertMessages":
    from earshot.services.alerts.messages import AlertMessages

    return AlertMessages(
        responses=stored_responses(),
        alerts=alerts(),
        people=people(),
        limits=alert_limits(),
        url=setting("EARSHOT_PUBLIC_URL"),
    )


def case_messages() -> "CaseMessages":
    from earshot.services.cases.case_messages import CaseMessages

    return CaseMessages(
        cases=cases(),
        members=members(),
        accounts=accounts(),
        responses=stored_responses(),
        people=people(),
        surveys=surveys(),
        calendars=calendars(),
        url=setting("EARSHOT_PUBLIC_URL"),
        clock=now,
    )


def case_change_messages() -> "CaseChangeMessages":
    from earshot.services.cases.change_messages import CaseChangeMessages

    return CaseChangeMessages(cases(), setting("EARSHOT_PUBLIC_URL"))


def take_steps_deps() -> "TakeStepsDeps":
    from earshot.services.cases.take_steps import TakeStepsDeps

    return TakeStepsDeps(
        cases=cases(),
        members=members(),
        surveys=surveys(),
        calendars=calendars(),
        queue=delivery_queue(),
        pause=pause,
        clock=now,
    )


def digest_messages() -> "DigestMessages":
    from earshot.emails.digest_view import slack_data
    from earshot.services.digests.digest_messages import DigestMessages
    from earshot.services.digests.read_contents import read_contents

    read, composer = digest_contents_deps(), digest_composer()
    return DigestMessages(
        digests=digests(),
        surveys=surveys(),
        addresses=address_book(),
        contents=lambda digest, survey, to, period: read_contents(digest, survey, to, period, read),
        write=lambda *asked: slack_data(composer.view(*asked)),
    )


def follow_calendars_deps() -> "FollowCalendarsDeps":
    from earshot.services.cases.follow_calendars import FollowCalendarsDeps

    return FollowCalendarsDeps(cases=cases(), queue=delivery_queue(), plans=task_queue("EARSHOT_PLAN_QUEUE"))


def _message_of(
    delivery: "Delivery", destination: "Destination", found: "Response | None"
) -> "Message | NotYet | None":
    """Return what is sent of a delivery: an alert, a mail to staff about a case, its change, or a digest."""
    from earshot.domain.destinations import STAFF
    from earshot.domain.message_types import DIGEST, OF_CASES

    if delivery.destination == STAFF:
        return case_messages()(delivery)
    if delivery.type in OF_CASES.values():
        return case_change_messages()(delivery)
    if delivery.type == DIGEST:
        return digest_messages()(delivery)
    return alert_messages()(delivery, destination, found)


def deliver_deps() -> "DeliverDeps":
    from earshot.services.alerts.deliver import DeliverDeps

    return DeliverDeps(
        deliveries=deliveries(),
        destinations=destinations(),
        built_in=built_in_destination,
        message=_message_of,
        find=stored_responses().find,
        sender=destination_sender,
        credentials=destination_secrets(),
        limits=alert_limits(),
        queue=delivery_queue(),
        clock=now,
        draw=draw,
    )


def new_name(kind: str) -> str:
    """Return a new id of the names that may stand in a path: of a destination or of a rule."""
    return f"{kind}-{os.urandom(6).hex()}"


def manage_alert_rules_deps() -> "ManageAlertRulesDeps":
    from earshot.services.alerts.manage_alert_rules import ManageAlertRulesDeps

    return ManageAlertRulesDeps(
        rules=alert_rules(),
        destinations=destinations(),
        members=members(),
        new_id=lambda: new_name("rule"),
        now=now(),
    )


def manage_destinations_deps(host: str) -> "ManageDestinationsDeps":
    """Return what managing destinations works with; `host` is the name under which the API was reached."""
    from earshot.adapters.webhook_signature import make_secret
    from earshot.services.alerts.manage_destinations import ManageDestinationsDeps

    return ManageDestinationsDeps(
        destinations=destinations(),
        deliveries=deliveries(),
        credentials=destination_secrets(),
        inbound=inbound_secrets(),
        alerts=alerts(),
        rules=alert_rules(),
        surveys=surveys(),
        responses=responses(),
        queue=delivery_queue(),
        built_in=shown_built_in,
        check_url=lambda url: read_destination_url(url, host),
        new_id=lambda: new_name("to"),
        new_secret=lambda: make_secret(os.urandom(32)),
        now=now(),
    )


def shown_built_in(destination: str) -> "Destination | None":
    """Return a destination of the deployment as it is shown: without the CRM's address, which often has a token."""
    from earshot.domain.destinations import CRM, OWNER, crm_destination, owner_destination

    if destination == CRM and setting("EARSHOT_HAS_CRM") == "true":
        return crm_destination("")
    return owner_destination() if destination == OWNER else None


@cache
def api_keys() -> "DynamoDBApiKeys":
    from earshot.adapters.dynamodb.api_keys import DynamoDBApiKeys

    return DynamoDBApiKeys(client("dynamodb"), setting("EARSHOT_TABLE"))


def erase_responses_deps() -> "EraseResponsesDeps":
    from earshot.services.responses.erase_responses import EraseResponsesDeps

    return EraseResponsesDeps(
        responses=responses(),
        bulk_erasures=bulk_erasures(),
        ledger=ledger(),
        people=people(),
        invitations=invitations(),
        alerts=withdraw_alerts(),
        pause=pause,
    )


def apply_retention_deps() -> "ApplyRetentionDeps":
    from earshot.services.responses.apply_retention import ApplyRetentionDeps

    return ApplyRetentionDeps(
        responses=responses(),
        ledger=ledger(),
        people=people(),
        invitations=invitations(),
        alerts=withdraw_alerts(),
        queue=task_queue("EARSHOT_BACKFILL_QUEUE"),
        pause=pause,
    )


def erase_person_deps() -> "ErasePersonDeps":
    from earshot.services.people.erase_person import ErasePersonDeps

    return ErasePersonDeps(
        people=people(),
        suppressions=suppressions(),
        hash_key=hash_key,
        ledger=ledger(),
        invitations=invitations(),
        alerts=withdraw_alerts(),
        places=reached_places(),
        pause=pause,
    )


def withdraw_alerts() -> "WithdrawAlerts":
    from earshot.services.alerts.withdraw_alerts import WithdrawAlerts

    return WithdrawAlerts(alerts=alerts(), deliveries=deliveries(), cases=leave_cases(), pause=pause, clock=now)


@cache
def reached_places() -> "DynamoDBReachedPlaces":
    from earshot.adapters.dynamodb.reached_places import DynamoDBReachedPlaces

    return DynamoDBReachedPlaces(client("dynamodb"), setting("EARSHOT_TABLE"))


def expire_people_deps() -> "ExpirePeopleDeps":
    from earshot.services.people.expire_people import ExpirePeopleDeps

    return ExpirePeopleDeps(
        lists=people_lists(),
        people=people(),
        hash_key=hash_key,
        invitations=invitations(),
        ledger=ledger(),
        cases=cases(),
        alerts=withdraw_alerts(),
        queue=task_queue("EARSHOT_BACKFILL_QUEUE"),
        pause=pause,
    )


def invite_deps(correlation: str = "") -> "InviteDeps":
    from earshot.services.invitations.invite_people import InviteDeps

    return InviteDeps(
        people=people(),
        accounts=accounts(),
        suppressions=suppressions(),
        hash_key=hash_key,
        invitations=invitations(),
        queue=task_queue("EARSHOT_EMAIL_QUEUE"),
        pause=pause,
        new_id=new_id,
        now=now(),
        correlation=correlation,
    )


def manage_campaigns_deps(correlation: str) -> "ManageCampaignsDeps":
    from earshot.services.campaigns.manage_campaigns import ManageCampaignsDeps

    return ManageCampaignsDeps(campaigns(), task_queue("EARSHOT_CAMPAIGN_QUEUE"), now(), correlation)


def plan_campaigns_deps() -> "PlanCampaignsDeps":
    from earshot.services.campaigns.plan_campaigns import PlanCampaignsDeps

    return PlanCampaignsDeps(
        campaigns=campaigns(),
        directory=people_directory(),
        surveys=surveys(),
        tasks=task_queue("EARSHOT_CAMPAIGN_QUEUE"),
        invite=invite_deps(),
    )


def plan_reminders_deps() -> "PlanRemindersDeps":
    from earshot.services.invitations.plan_reminders import PlanRemindersDeps

    mails = task_queue("EARSHOT_EMAIL_QUEUE")
    return PlanRemindersDeps(
        invitations=invitations(),
        mails=mails,
        plans=task_queue("EARSHOT_PLAN_QUEUE"),
        backlog=mails.backlog,
        now=now(),
    )


def send_invitation_deps(time_left: "Callable[[], int]", noted: "Callable[[Invitation], None]") -> "SendInvitationDeps":
    from earshot.services.invitations.send_invitation import SendInvitationDeps

    mails = composer()
    return SendInvitationDeps(
        surveys=surveys(),
        people=people(),
        suppressions=suppressions(),
        invitations=invitations(),
        ledger=ledger(),
        budgets=budgets(),
        mailer=mailer(),
        pauses=sending_pauses(),
        compose=mails.compose,
        address=mails.address,
        rate_limiter=send_rate_limiter(),
        time_left=time_left,
        clock=now,
        noted=noted,
    )


def receive_feedback_deps() -> "ReceiveFeedbackDeps":
    from earshot.services.invitations.receive_feedback import ReceiveFeedbackDeps

    return ReceiveFeedbackDeps(suppressions(), feedback(), now())


def reconcile_suppressions_deps() -> "ReconcileSuppressionsDeps":
    from earshot.services.people.reconcile_suppressions import ReconcileSuppressionsDeps

    queue = task_queue("EARSHOT_FEEDBACK_QUEUE")
    return ReconcileSuppressionsDeps(suppressed_destinations(), suppressions(), reconciliations(), queue, now())


def follow_link_deps(correlation: str) -> "FollowLinkDeps":
    from earshot.services.invitations.follow_link import FollowLinkDeps

    return FollowLinkDeps(
        read_link=link_reader(),
        surveys=surveys(),
        people=people(),
        suppressions=suppressed_hashes(),
        invitations=invitations(),
        feedback=feedback(),
        recorded=recorded_responses(),
        queue=submission_queue("EARSHOT_LINK_QUEUE"),
        now=now(),
        correlation=correlation,
    )
