"""Groups of commands that report a fault in one sentence, in the words of the options that were typed."""

import re
from typing import Any

import typer
from typer.core import TyperGroup

from earshot_cli.errors import CommandError
from earshot_cli.problems import RefusedError
from earshot_cli.screen import note

# Options whose names differ from those of the API's fields.
OPTION_OF = {
    "daily_budget": "budget",
    "every_days": "every",
    "from": "first",
    "to": "end",
    "score": "target",
    "window": "since",
    "scopes": "scope",
    "segments": "segment",
}
# Options of the command itself, whose names the API has for other things (`widget.link.url`).
OWN_OPTIONS = frozenset({"url", "api_key", "json", "file", "yes"})
INDEX = re.compile(r"\[\d+\]")


class CommandGroup(TyperGroup):
    """Reports a fault and exits with its code; a traceback is left to what was not expected."""

    _running: Any

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command to run, and remember it for the faults of its options."""
        found = super().resolve_command(ctx, args)
        self._running = found[1]
        return found

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except RefusedError as error:
            note(error.sentences(self._option), "red")
            raise typer.Exit(error.exit_code) from None
        except CommandError as error:
            note(str(error), "red")
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            note("Stopped before it was done.", "yellow")
            raise typer.Exit(130) from None

    def _option(self, field: str) -> str:
        """Return the option that a field of the API came from, or the field where none did."""
        name = INDEX.sub("", field.rpartition(".")[2])
        for parameter in self._running.params:
            if parameter.name in OWN_OPTIONS:
                continue
            if parameter.name in {name, OPTION_OF.get(name)} and parameter.param_type_name == "option":
                return str(max(parameter.opts, key=len))
        return field


class GroupWithDefault(CommandGroup):
    """Passes words that are none of its commands to the hidden command as arguments."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed."""
        default = next(name for name, command in self.commands.items() if command.hidden)
        is_other = bool(args) and args[0] in self.commands and args[0] != default
        return super().parse_args(ctx, args if is_other else [default, *args])
