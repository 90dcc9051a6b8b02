"""The names of browsers in the list of sessions."""

import pytest

from earshot.domain.browsers import browser_of

MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        (f"{MAC}/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15", "Safari on macOS"),
        (f"{MAC}/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome on macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/142 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit Chrome/142 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", ""),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_a_browser_has_a_short_name_that_nobody_else_wrote(agent: str, name: str) -> None:
    assert browser_of(agent) == name
