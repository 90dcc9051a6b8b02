"""A cursor is any text, written so that it fits a URL."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.api.cursors import read_cursor, write_cursor


@given(text=st.text(st.characters(codec="utf-8")))
def test_a_cursor_fits_a_url_and_is_read_back(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]*", write_cursor(text))
    assert read_cursor(write_cursor(text), "no") == text


@pytest.mark.parametrize("value", ["a", "a+b=", "é", "/w", "_w", None, 5])
def test_a_value_that_is_not_a_cursor_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^no$"):
        read_cursor(value, "no")
