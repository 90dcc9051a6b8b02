"""A route takes its rate and its burst, and what one route takes is no other's."""

from earshot_cli.local.route_limits import Limit, RouteLimits

INTAKE = "/v1/surveys/shop/responses"


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def admitted(limits: RouteLimits, method: str, path: str, times: int) -> int:
    return sum(limits.admit(method, path) for _ in range(times))


def test_a_route_takes_its_burst_at_once_and_its_rate_from_then_on() -> None:
    clock = Clock()
    limits = RouteLimits(Limit(1, 1), {"POST /v1/surveys/{survey}/responses": Limit(10, 25)}, clock)
    assert admitted(limits, "POST", INTAKE, 100) == 25
    clock.now += 0.5
    assert admitted(limits, "POST", INTAKE, 100) == 5
    clock.now += 3600
    assert admitted(limits, "POST", INTAKE, 100) == 25


def test_surveys_share_their_route_and_routes_share_nothing() -> None:
    limits = RouteLimits(Limit(1, 3), {"POST /v1/surveys/{survey}/responses": Limit(1, 2)}, Clock())
    assert admitted(limits, "POST", INTAKE, 2) == 2
    assert not limits.admit("POST", "/v1/surveys/other/responses")
    assert admitted(limits, "GET", INTAKE, 9) == 3
    assert admitted(limits, "GET", "/v1/keys", 9) == 3


def test_what_no_route_takes_is_counted_as_one() -> None:
    limits = RouteLimits(Limit(9, 9), {"$default": Limit(1, 2)}, Clock())
    assert limits.admit("GET", "/wp-login.php")
    assert limits.admit("BREW", "/v1/keys")
    assert not limits.admit("GET", "/.env")


def test_the_limits_of_the_template_are_read() -> None:
    settings = {"ThrottlingBurstLimit": 2, "ThrottlingRateLimit": 1}
    api = {
        "DefaultRouteSettings": settings,
        "RouteSettings": {"GET /widget.js": {**settings, "ThrottlingBurstLimit": 5}},
    }
    limits = RouteLimits.of_template({"Resources": {"Api": {"Properties": api}}})
    assert admitted(limits, "GET", "/widget.js", 9) == 5
    assert admitted(limits, "GET", "/v1/keys", 9) == 2
