"""What a widget asks for: its script, its words and rules, and whether somebody known may be asked."""

from earshot.api.schema import Schema
from earshot.api.widget_views import widget_view
from earshot.domain.widget import PLACEMENTS
from earshot_cli.openapi.examples import SURVEY
from earshot_cli.openapi.operations import Body, Operation, ResponseSpec, array, object_schema, or_null, ref
from earshot_cli.openapi.schemas import COUNT, FLAG, LINK, TEXT, words

TAG = "Widget"
SCRIPT = "text/javascript; charset=utf-8"
STYLE = "text/css; charset=utf-8"
_BY_BAND = object_schema(detractor=TEXT, passive=TEXT, promoter=TEXT)
_COLORS = object_schema(**dict.fromkeys(("brand", "on-brand", "day", "night"), TEXT))
_CONFIG: Schema = object_schema(
    "A survey's widget; of a closed survey only `survey` and `open`.",
    survey=TEXT,
    open=FLAG,
    language=TEXT,
    direction=words("ltr", "rtl"),
    placement=words(*PLACEMENTS),
    texts=object_schema(
        **dict.fromkeys(("question", "low", "high", "hint", "send", "close", "tab", "choose", "thanks"), TEXT),
        **dict.fromkeys(("time", "waiting", "closed", "refused", "copy", "failed"), TEXT),
        comment=_BY_BAND,
        thanks_text=_BY_BAND,
    ),
    link=or_null(LINK),
    colors=_COLORS,
    partials=FLAG,
    tracked=array(TEXT),
    targeting=object_schema(
        urls=array(TEXT),
        delay=COUNT,
        scroll=COUNT,
        sample={"type": "number", "minimum": 0, "maximum": 1},
        quiet_days=COUNT,
    ),
) | {"required": ["survey", "open"]}

_KNOWN = {"token": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "event": "shown", "id": "019aa8f4-3b00-7b1e-8c2d-5f0e9a7c4d11"}
SCHEMAS = {"WidgetConfig": _CONFIG}
_UNCHANGED = ResponseSpec("The browser has it already.")
_ETAG = {"ETag": {"schema": TEXT}}


def _script(name: str, summary: str, problems: tuple[int, ...] = ()) -> Operation:
    answers = {
        200: ResponseSpec("The script, or the style sheet.", TEXT, media=SCRIPT, also=(STYLE,), headers=_ETAG),
        304: _UNCHANGED,
    }
    return Operation(name=name, tag=TAG, summary=summary, answers=answers, problems=problems)


OPERATIONS = (
    _script("read_widget", "Read the newest widget."),
    _script("read_widget_version", "Read a version of the widget, which never changes."),
    Operation(
        name="read_widget_config",
        tag=TAG,
        summary="Read the words and rules of a survey's widget.",
        answers={
            200: ResponseSpec("The config.", ref("WidgetConfig"), widget_view(SURVEY, "en"), headers=_ETAG),
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
        answers={200: ResponseSpec("Whether they may be asked.", object_schema(ask=FLAG), {"ask": True})},
        problems=(401, 403),
    ),
    Operation(
        name="allow_widgets",
        tag=TAG,
        summary="Answer a browser's preflight for a page with the widget.",
        answers={204: ResponseSpec("What may be sent, and by which pages.")},
    ),
)
