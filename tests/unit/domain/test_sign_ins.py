"""What an asking knows of its mail, and where signing in leads."""

from dataclasses import replace

import pytest

from earshot.domain.members import removed
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import (
    ASKING_MS,
    INVITATION_MS,
    Asking,
    Given,
    TeamInvitation,
    address_hash,
    code_hash,
    is_addressed_to,
    next_page,
)
from tests.factories import NOON, make_member

KIM = make_member("kim")
ASKED = Asking(hash_of("browser"), address_hash(KIM.email), NOON)
GIVEN = replace(ASKED, given=Given("kim", hash_of("link"), code_hash("012345", ASKED.hash)))


def test_an_asking_knows_its_link_and_its_code_by_hashes_alone() -> None:
    assert GIVEN.has_link("link")
    assert not GIVEN.has_link("Link")
    assert GIVEN.has_code("012345")
    assert not GIVEN.has_code("012346")
    assert "012345" not in str(GIVEN)


def test_before_its_mail_is_sent_nothing_fits() -> None:
    assert not ASKED.has_link("")
    assert not ASKED.has_code("")


def test_the_hash_of_a_code_is_good_for_one_asking() -> None:
    other = replace(GIVEN, hash=hash_of("another browser"))
    assert not other.has_code("012345")


def test_each_is_over_after_its_time() -> None:
    assert [ASKED.is_over(NOON + ASKING_MS + more) for more in (-1, 0)] == [False, True]
    invitation = TeamInvitation(hash_of("x"), "kim", address_hash(KIM.email), NOON)
    assert [invitation.is_over(NOON + INVITATION_MS + more) for more in (-1, 0)] == [False, True]


@pytest.mark.parametrize("address", ["Kim@Example.com", "kim@EXAMPLE.COM"])
def test_an_address_is_one_in_each_spelling(address: str) -> None:
    assert is_addressed_to(address_hash(address), KIM, NOON)


@pytest.mark.parametrize(
    "member",
    [
        removed(KIM, NOON),
        replace(KIM, email="other@example.com"),
        replace(KIM, made_at=NOON + 1),
    ],
)
def test_what_was_made_for_an_address_is_no_longer_for_a_member_who_changed(member: object) -> None:
    assert not is_addressed_to(address_hash(KIM.email), member, NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize("page", ["/app", "/app/cases", "/app/s/demo?period=30d&x=%2F", "/app?theme=dark"])
def test_a_page_of_the_console_is_shown_after_signing_in(page: str) -> None:
    assert next_page(page) == page


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "/",
        "/apples",
        "//evil.example.com",
        "https://evil.example.com/app",
        "/app\\evil",
        "/app/\r\nset-cookie: a=b",
        "/app/ x",
        "/app/ü",
        "/app/#x",
        "/app/sign-in",
        "/app/sign-out",
        "/app/invitation/x",
        "/app/" + "x" * 500,
    ],
)
def test_anything_else_is_the_first_page(asked: str) -> None:
    assert next_page(asked) == "/app"
