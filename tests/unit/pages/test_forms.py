"""What comes back from a page's form: read strictly, and nothing a person wrote is lost."""

from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.errors import InvalidError
from earshot.pages.forms import (
    FORM,
    LARGEST,
    FormError,
    FormFault,
    ResponseForm,
    asks_to_unsubscribe,
    read_preselection,
    read_response_form,
)

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
ONE_CLICK_IN_PARTS = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--{BOUNDARY}--\r\n'
).encode()


def read(content_type: str = FORM, /, **fields: str) -> ResponseForm:
    return read_response_form(urlencode(fields).encode(), content_type)


def fault_of(raw: bytes, content_type: str = FORM) -> FormError:
    with pytest.raises(FormError) as caught:
        read_response_form(raw, content_type)
    return caught.value


def test_a_response_is_read_as_it_was_given() -> None:
    form = read(score="9", comment="Très bien & <b>rapide</b> 👍", topic="")

    assert form == ResponseForm(9, "Très bien & <b>rapide</b> 👍")


def test_only_the_score_is_needed() -> None:
    assert read(score="0") == ResponseForm(0)


@pytest.mark.parametrize("score", range(11))
def test_every_score_from_0_to_10_is_taken(score: int) -> None:
    assert read(score=str(score)).score == score


@pytest.mark.parametrize("wrong", ["", "11", "-1", "9.0", "09", "+9", " 9", "9\n", "1e1", "nine", "９", "٩", "0x9"])
def test_what_only_looks_like_a_score_is_none(wrong: str) -> None:
    assert fault_of(urlencode({"score": wrong, "comment": "kept"}).encode()).fault is FormFault.NO_SCORE
    assert read_preselection(wrong) is None


def test_a_form_without_a_score_keeps_its_comment() -> None:
    error = fault_of(b"comment=It+was+fine")

    assert (error.fault, error.score, error.comment) == (FormFault.NO_SCORE, None, "It was fine")


def test_a_form_whose_comment_is_too_long_keeps_both() -> None:
    error = fault_of(urlencode({"score": "3", "comment": "x" * 10_001}).encode())

    assert (error.fault, error.score, error.comment) == (FormFault.COMMENT_TOO_LONG, 3, "x" * 10_001)


def test_contact_is_requested_where_the_box_was_ticked() -> None:
    assert read(score="3", contact_requested="true").contact_requested
    assert not any(read(score="3", contact_requested=sent).contact_requested for sent in ("", "false", "yes", "True"))
    for kept in ({"comment": "It was fine"}, {"score": "3", "comment": "x" * 10_001}):
        assert not fault_of(urlencode(kept).encode()).contact_requested
        assert fault_of(urlencode(kept | {"contact_requested": "true"}).encode()).contact_requested


@pytest.mark.parametrize("name", ["x", "é", "ع", "好", "👍", "\r\n"])
def test_a_comment_of_ten_thousand_characters_fits_in_every_script(name: str) -> None:
    times = 5_000 if name == "👍" else 10_000  # a browser counts an emoji as two

    assert read(score="10", comment=f"a{name * (times - 2)}b").comment is not None


def test_line_ends_are_counted_and_kept_as_one_character() -> None:
    assert read(score="10", comment="a\r\n\r\nb").comment == "a\n\nb"


@pytest.mark.parametrize("blank", ["", " ", "\r\n\t "])
def test_a_blank_comment_is_none(blank: str) -> None:
    assert read(score="10", comment=blank).comment is None


def test_a_filled_hidden_field_is_reported() -> None:
    assert read(score="9", topic="http://pills.example").honeypot == "http://pills.example"


def test_fields_nobody_asked_for_are_passed_over() -> None:
    assert read(score="9", utm_source="mail") == ResponseForm(9)


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"])
def test_the_type_of_a_form_may_carry_parameters(content_type: str) -> None:
    assert read(content_type, score="9") == ResponseForm(9)


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b'{"score": 9}', "application/json"),
        (b"score=9", "text/plain"),
        (b"score=9", ""),
        (b"score=9&score=1", FORM),
        (b"score=9&comment=%FF", FORM),
        (b"score=9&comment=\xff", FORM),
    ],
)
def test_what_is_no_form_is_refused(raw: bytes, content_type: str) -> None:
    assert fault_of(raw, content_type).fault is FormFault.NOT_A_FORM


@pytest.mark.parametrize("code", [0xD800, 0xDFFF, 0xFFFE, 0xFFFF])
def test_what_is_no_character_is_taken_out_of_a_comment_and_nothing_else_is_lost(code: int) -> None:
    sent = f"Très{chr(code)} bien\x00\u0085 \U0001fffe{chr(code)}".encode("utf-8", "surrogatepass")
    assert read_response_form(b"score=9&comment=" + quote_from_bytes(sent).encode(), FORM).comment == (
        "Très bien\x00\u0085 \U0001fffe"
    )
    score, comment = (b'--B\r\nContent-Disposition: form-data; name="%s"' % name for name in (b"score", b"comment"))
    parts = b"\r\n".join((score, b"", b"9", comment, b"", sent, b"--B--", b""))
    assert read_response_form(parts, "multipart/form-data; boundary=B").comment == "Très bien\x00\u0085 \U0001fffe"


def test_a_form_has_its_limits() -> None:
    assert fault_of(b"score=9&comment=" + b"x" * LARGEST).fault is FormFault.TOO_LARGE
    assert fault_of("&".join(f"f{number}=" for number in range(21)).encode()).fault is FormFault.TOO_LARGE
    assert read_response_form(b"score=9" + b"".join(b"&f%d=" % number for number in range(19)), FORM).score == 9


def test_a_form_error_is_a_refusal_that_names_its_field() -> None:
    error = fault_of(b"")

    assert isinstance(error, InvalidError)
    assert [fault.field for fault in error.faults] == ["score"]


def test_a_response_may_come_in_parts_too() -> None:
    parts = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in {"score": "9", "comment": "Très\r\nbien ", "topic": ""}.items()
    )

    form = read_response_form(parts + f"--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}")

    assert form == ResponseForm(9, "Très\nbien ")


@given(st.binary(max_size=300), st.sampled_from([FORM, "", "text/plain", "multipart/form-data; boundary=x"]))
def test_no_junk_breaks_the_reading_of_a_response(raw: bytes, content_type: str) -> None:
    try:
        form = read_response_form(raw, content_type)
    except FormError:
        return
    assert 0 <= form.score <= 10


@given(st.dictionaries(st.sampled_from(["score", "comment", "topic", "x"]), st.text(max_size=60)))
def test_no_text_breaks_the_reading_of_a_response(fields: dict[str, str]) -> None:
    raw = urlencode(fields, errors="surrogatepass").encode()
    try:
        form = read_response_form(raw, FORM)
    except FormError:
        return
    assert str(form.score) == fields["score"]
    assert form.honeypot == fields.get("topic", "")


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufffe\uffff")


@given(st.integers(0, 10), st.text(CHARACTERS, min_size=1))
def test_every_comment_comes_through_unaltered(score: int, comment: str) -> None:
    assert read(score=str(score), comment=comment) == ResponseForm(score, comment if comment.strip() else None)


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"List-Unsubscribe=One-Click", FORM),
        (b"List-Unsubscribe=One-Click", f"{FORM}; charset=utf-8"),
        (ONE_CLICK_IN_PARTS, f"multipart/form-data; boundary={BOUNDARY}"),
        (ONE_CLICK_IN_PARTS.replace(b"\r\n", b"\n"), f'multipart/form-data; boundary="{BOUNDARY}"'),
        (b"confirm=yes", FORM),
    ],
)
def test_the_button_and_a_mail_clients_one_click_unsubscribe(raw: bytes, content_type: str) -> None:
    assert asks_to_unsubscribe(raw, content_type)


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"", ""),
        (b"", FORM),
        (b"List-Unsubscribe=One-Click", "text/plain"),
        (b"List-Unsubscribe=Two-Clicks", FORM),
        (b"confirm=no", FORM),
        (b"confirm=yes&confirm=yes", FORM),
        (b"\xff", FORM),
        (b"x" * (LARGEST + 1), FORM),
        (ONE_CLICK_IN_PARTS, "multipart/form-data"),
        (ONE_CLICK_IN_PARTS, "multipart/form-data; boundary=other"),
    ],
)
def test_nothing_else_unsubscribes(raw: bytes, content_type: str) -> None:
    assert not asks_to_unsubscribe(raw, content_type)


@given(st.binary(max_size=400), st.text(max_size=40))
def test_no_junk_breaks_the_unsubscribing(raw: bytes, parameter: str) -> None:
    asks_to_unsubscribe(raw, FORM)
    asks_to_unsubscribe(raw, f"multipart/form-data; boundary={parameter}")
    asks_to_unsubscribe(b"--x\r\n" + raw + b"\r\n--x--", f"multipart/form-data; boundary=x; {parameter}")


@pytest.mark.parametrize(("value", "score"), [("9", 9), ("0", 0), ("10", 10), (None, None), ("", None), ("11", None)])
def test_a_link_may_propose_a_score(value: str | None, score: int | None) -> None:
    assert read_preselection(value) == score
