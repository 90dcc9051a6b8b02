"""The calls on calendars of business hours."""

from earshot.api.calendars import calendar_view
from earshot.domain.business_time import Calendar
from earshot_cli.openapi.operations import Body, Operation, Reply

TAG = "Team"
CALENDAR_ID = "office"
_OFFICE = Calendar(
    id=CALENDAR_ID,
    timezone="Europe/Berlin",
    hours={
        **dict.fromkeys(("mon", "tue", "wed", "thu"), (("09:00", "12:00"), ("13:00", "17:00"))),
        "fri": (("09:00", "15:00"),),
    },
    holidays=("2026-12-25", "2026-12-26"),
)
_SHOWN = calendar_view(_OFFICE)
REQUEST = {name: value for name, value in _SHOWN.items() if name not in ("id", "revision")}

OPERATIONS = (
    Operation(
        name="put_calendar",
        tag=TAG,
        summary="Make a calendar, or replace it as a whole; what is due of open cases moves with it.",
        description="`revision`, if it is given, is the one that the change rests on.",
        again="The calendar is the same.",
        body=Body({"office": REQUEST}),
        replies={200: Reply("The calendar, changed.", _SHOWN), 201: Reply("The calendar, new.", _SHOWN)},
        problems=(409,),
    ),
    Operation(
        name="list_calendars",
        tag=TAG,
        summary="List all calendars.",
        replies={200: Reply("The calendars.", {"calendars": [_SHOWN], "cursor": None})},
    ),
    Operation(
        name="read_calendar",
        tag=TAG,
        summary="Read a calendar.",
        replies={200: Reply("The calendar.", _SHOWN)},
    ),
    Operation(
        name="delete_calendar",
        tag=TAG,
        summary="Delete a calendar that no member and no survey names.",
        again="The second call is a 404.",
        replies={204: Reply("It is deleted.")},
        problems=(409,),
    ),
)
