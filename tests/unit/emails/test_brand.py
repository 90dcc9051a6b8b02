"""A brand in a mail: text can be read on any color, and nothing a survey was saved with stops or spoils its mails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.colors import DEFAULT, contrast
from earshot.emails.brand import MailBrand

CHANNEL = st.integers(0, 255)
COLORS = st.builds("#{:02x}{:02x}{:02x}".format, CHANNEL, CHANNEL, CHANNEL)


def test_a_name_is_enough() -> None:
    brand = MailBrand("Northwind Rail")

    assert (brand.name, brand.color, brand.logo_url) == ("Northwind Rail", DEFAULT, None)


@given(COLORS)
def test_text_can_be_read_on_any_color(color: str) -> None:
    assert contrast(MailBrand("Acme", color).text_color, color) >= 4.5


@pytest.mark.parametrize(("color", "text"), [("#0f6b5c", "#ffffff"), ("#ffd400", "#000000"), ("#767676", "#ffffff")])
def test_text_is_white_where_white_can_be_read(color: str, text: str) -> None:
    assert MailBrand("Acme", color).text_color == text


@pytest.mark.parametrize(
    "color", ["", "red", "#fff", "#12345g", "#123456\n", "red;background:url(https://spy.example)"]
)
def test_nothing_but_a_color_reaches_a_style(color: str) -> None:
    with pytest.raises(ValueError, match="color"):
        MailBrand("Acme", color)


@pytest.mark.parametrize(
    "url", ["", "http://cdn.example/l.png", "javascript:alert(1)", 'https://cdn.example/"onerror=x']
)
def test_a_logo_comes_by_https_only(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        MailBrand("Acme", DEFAULT, url)


def test_a_name_becomes_one_honest_line() -> None:
    assert MailBrand("Ac\u202eme\r\nBcc: x\x00").name == "Acme Bcc: x"
    assert len(MailBrand("a" * 200).name) == 100


@given(st.text())
def test_no_name_stops_a_mail(name: str) -> None:
    assert "\n" not in MailBrand(name).name
