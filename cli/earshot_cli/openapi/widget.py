"""The calls of a widget: its script, its words and rules, and whether a known person may be asked."""

from earshot.api.widget_views import widget_view
from earshot_cli.openapi.examples import SURVEY
from earshot_cli.openapi.operations import ETAG, Body, Operation, Reply

TAG = "Widget"
SCRIPT = "text/javascript; charset=utf-8"
STYLE = "text/css; charset=utf-8"

_KNOWN = {"token": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "event": "shown", "id": "019aa8f4-3b00-7b1e-8c2d-5f0e9a7c4d11"}
_UNCHANGED = Reply("The browser has it already.")


def _script(name: str, summary: str, problems: tuple[int, ...] = ()) -> Operation:
    replies = {
        200: Reply("The script, or the style sheet.", media=SCRIPT, also=(STYLE,), headers=ETAG),
        304: _UNCHANGED,
    }
    return Operation(name=name, tag=TAG, summary=summary, replies=replies, problems=problems)


OPERATIONS = (
    _script("read_widget", "Read the newest widget."),
    _script("read_widget_version", "Read a version of the widget, which never changes."),
    Operation(
        name="read_widget_config",
        tag=TAG,
        summary="Read the words and rules of a survey's widget.",
        replies={
            200: Reply("The config.", widget_view(SURVEY, "en"), headers=ETAG),
            304: _UNCHANGED,
        },
        problems=(403,),
    ),
    Operation(
        name="ask_known_person",
        tag=TAG,
        summary=("Check whether a signed person may be asked; with `event`, record that they were."),
        again="An `event` within an hour of the last one is not written, nor a known `id`.",
        body=Body(
            {
                "token": {"token": _KNOWN["token"]},
                "shown": _KNOWN,
            },
            ("application/json", "text/plain"),
        ),
        replies={200: Reply("Whether they may be asked.", {"ask": True})},
        problems=(401, 403),
    ),
    Operation(
        name="allow_widgets",
        tag=TAG,
        summary="Allow a page to use the widget's calls (the browser's preflight).",
        replies={204: Reply("What may be sent, and by which pages.")},
    ),
)
