"""One run of the local stack, from the first line on the terminal to the last process gone."""

import asyncio
import math
import signal
import socket
import time
from collections.abc import Coroutine
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot_cli.local.aws import leave_the_users_account_alone
from earshot_cli.local.demo_pages import Demo
from earshot_cli.local.deploy import deploy
from earshot_cli.local.drain import drain
from earshot_cli.local.engine import Engine
from earshot_cli.local.errors import EngineError, LocalStackError
from earshot_cli.local.gateway import Gateway
from earshot_cli.local.outbox import Outbox
from earshot_cli.local.owner import console_link
from earshot_cli.local.route_limits import RouteLimits
from earshot_cli.local.routes import open_routes
from earshot_cli.local.screen import step, what_to_do_next, write
from earshot_cli.local.seed import Api, Connection, save, seed, set_up_mail
from earshot_cli.local.settings import Settings
from earshot_cli.local.template import Template
from earshot_cli.local.ttl_settings import turn_on_expiry, turn_on_recovery
from earshot_cli.local.warm_up import warm_up


class Wishes:
    """Ctrl-C and SIGTERM: once to stop in good order, twice to stop without waiting for the queues."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.hurry = False
        self._first = math.inf
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._heard)

    def _heard(self) -> None:
        # One Ctrl-C may arrive twice, from the terminal and from make.
        now = time.monotonic()
        self._first = min(self._first, now)
        self.hurry = now - self._first > 1
        self.stop.set()


class Session:
    """One run of the stack over an engine that boots already; TemplateError if there is nothing to deploy."""

    def __init__(
        self, settings: Settings, listener: socket.socket, engine: Engine, also: socket.socket | None = None
    ) -> None:
        leave_the_users_account_alone()
        self._settings, self._listener, self._engine, self._also = settings, listener, engine, also
        self._template = Template.read(settings, f"http://127.0.0.1:{listener.getsockname()[1]}")

    def run(self) -> None:
        """Run until it is to stop; LocalStackError if something ends it before."""
        try:
            asyncio.run(self._run())
        except (BotoCoreError, ClientError) as error:
            raise LocalStackError(f"The local stack stopped: {error}") from error

    async def _run(self) -> None:
        settings, engine = self._settings, self._engine
        wishes, demo = Wishes(), Demo()
        limits = RouteLimits.of_template(self._template.body) if settings.enforce_limits else None
        gateway = Gateway(self._listener, Outbox(settings.outbox), demo, settings.hosts, limits=limits, also=self._also)
        try:
            await gateway.listen()
            preparing = asyncio.to_thread(_prepare, settings, self._template, engine, gateway, demo)
            if await _prepared(wishes, preparing):
                warming = asyncio.create_task(asyncio.to_thread(warm_up, gateway.url, engine.endpoint))
                warming.add_done_callback(_hear_nothing)
                await _until_stopped(wishes, engine, settings)
                await _finish(wishes, engine, gateway)
        finally:
            with step("Everything is saved and stopped"):
                await asyncio.to_thread(engine.stop, write)
                await gateway.close()


def _prepare(settings: Settings, template: Template, engine: Engine, gateway: Gateway, demo: Demo) -> None:
    with step("The engine is up"):
        engine.wait()
    with step("The stack is deployed"):
        deployed = deploy(engine.endpoint, template)
        turn_on_expiry(engine.endpoint, template.body, deployed.resources)
        turn_on_recovery(engine.endpoint, template.body, deployed.resources)
        set_up_mail(engine.endpoint, template.parameter("MailIdentity"), settings.strictness.ses)
        gateway.forward_to(engine.endpoint, open_routes(engine.endpoint, deployed))
    table, secret = deployed.output("TableName"), deployed.resources["HashSecret"]
    api = Api(gateway.url, engine.endpoint, table, deployed.output("KeysFunction"), secret)
    with step("The API is up, with a key and a survey to try"):
        key = seed(settings, api)
    invitations = deployed.output("InvitationsFunction")
    connection = Connection(
        gateway.url,
        key,
        engine.endpoint.url,
        engine.endpoint.token,
        clock=str(settings.clock),
        console=gateway.console,
        invitations_function=invitations,
    )
    demo.show(connection.survey, key)
    save(settings, connection)
    with step("An owner may sign in"):
        way_in = console_link(api, key, invitations, gateway.console)
    what_to_do_next(connection, way_in)


async def _prepared(wishes: Wishes, work: Coroutine[Any, Any, None]) -> bool:
    """Return whether the preparations came to their end before someone wished to stop."""
    preparing, stopping = asyncio.create_task(work), asyncio.create_task(wishes.stop.wait())
    await asyncio.wait({preparing, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if preparing.done():
        stopping.cancel()
        preparing.result()
        return True
    preparing.add_done_callback(_hear_nothing)
    return False


def _hear_nothing(task: "asyncio.Task[None]") -> None:
    """Drop the error of a thread that runs into the end of the engine."""
    if not task.cancelled():
        task.exception()


async def _until_stopped(wishes: Wishes, engine: Engine, settings: Settings) -> None:
    while engine.alive:
        try:
            await asyncio.wait_for(wishes.stop.wait(), timeout=0.5)
        except TimeoutError:
            continue
        return
    raise EngineError(f"The engine stopped by itself; see {settings.log}.")


async def _finish(wishes: Wishes, engine: Engine, gateway: Gateway) -> None:
    await gateway.shut()
    with step("What was accepted is recorded and published"):
        left = await asyncio.to_thread(drain, engine.endpoint, lambda: wishes.hurry)
    if left:
        write(f"  {left} changes were not published in time; their events are lost.")
