"""An origin is named as browsers send it."""

import pytest

from earshot.domain.widget import check_origin


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://Shop.example:443/", "https://shop.example"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("null", "null"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("ionic://localhost", "ionic://localhost"),
        ("tauri://localhost", "tauri://localhost"),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
        ("app://-", "app://-"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(given: str, kept: str) -> None:
    assert check_origin(given) == kept


@pytest.mark.parametrize("given", ["shop.example", "https://shop.example/path", "NULL", "*", "https://", "://x", ""])
def test_what_no_browser_sends_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="is not an origin like"):
        check_origin(given)


@pytest.mark.parametrize("given", ["file:///home", "data:text/html,x", "about:blank", "blob:https://shop.example/1"])
def test_an_invalid_origin_is_explained_by_what_browsers_send(given: str) -> None:
    with pytest.raises(ValueError, match="browsers send 'null'"):
        check_origin(given)
