"""A file goes out in the form that the caller reads, under a tag of that form."""

from typing import Any

import pytest

from earshot.api.files import accepts_gzip, file_response
from earshot.api.http import HttpResponse
from earshot.api.request import Request
from earshot.pages.served_file import served

FILE = served(b"hello " * 100)


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP", "deflate;q=1, gzip;q=0.001", "*", "br;q=1, *;q=0.5"])
def test_gzip_is_taken_by_name_or_with_all_others(accepted: str) -> None:
    assert accepts_gzip(accepted)


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.000", "*;q=1, gzip;q=0", "xgzip"])
def test_gzip_is_not_sent_to_who_does_not_take_it(accepted: str) -> None:
    assert not accepts_gzip(accepted)


def test_the_two_forms_of_a_file_have_a_tag_each() -> None:
    tags = {form: asked(form)["headers"]["etag"] for form in ("gzip", "identity")}

    assert tags["gzip"] != tags["identity"]
    assert asked("gzip", tags["identity"])["statusCode"] == 200
    assert asked("gzip", tags["gzip"])["statusCode"] == 304


def test_the_same_content_is_packed_into_the_same_bytes() -> None:
    assert served(FILE.plain) == FILE


def asked(encoding: str, known: str = "") -> HttpResponse[Any]:
    headers = {"accept-encoding": encoding, "if-none-match": known}
    event = {"routeKey": "GET /file", "headers": headers}
    return file_response(FILE, "text/plain", Request(event), kept="public, max-age=60")
