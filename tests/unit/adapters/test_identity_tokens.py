"""The person a signed token names, whatever JSON types its signer writes, and the result of one that names nobody."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.identity_tokens import IdentityTokens
from earshot.domain.identity_claims import LONGEST_TOKEN, ExpiredTokenError, TokenRules, UntrustedTokenError
from tests.factories import DAY, NOON
from tests.signed_tokens import signed

NOW = NOON // 1000
IDENTITIES = IdentityTokens(lambda: b"key")
SECRET = IDENTITIES.secret("shop")
GOOD: dict[str, Any] = {"sub": "ann", "exp": NOW + 60}


def why(token: str) -> str:
    with pytest.raises(UntrustedTokenError) as refused:
        IDENTITIES.read("shop", TokenRules(), token, NOON)
    return str(refused.value)


@pytest.mark.parametrize(
    ("sub", "person"),
    [
        (17, "17"),
        (0, "0"),
        (-5, "-5"),
        (2**63, "9223372036854775808"),
        ("17", "17"),
        ("017", "017"),
        ("Änn 17", "Änn 17"),
        ("ann@example.com", "ann@example.com"),
        ("ann+nps%1/2?@example.com", "ann+nps%1/2?@example.com"),
    ],
)
def test_text_and_whole_numbers_name_a_person(sub: object, person: str) -> None:
    assert IDENTITIES.read("shop", TokenRules(), signed(SECRET, GOOD | {"sub": sub}), NOON) == person


@pytest.mark.parametrize("sub", [True, False, 17.0, 1.5, ["ann"], {"id": "ann"}, [], {}])
def test_what_is_neither_text_nor_a_whole_number_names_nobody(sub: object) -> None:
    assert why(signed(SECRET, GOOD | {"sub": sub})) == "its `sub` must be text or a whole number"


@pytest.mark.parametrize(
    ("sub", "reason"),
    [
        (" ann", "it begins or ends with white space; remove it"),
        ("ann\n", "it contains a control character"),
        ("   ", "it begins or ends with white space; remove it"),
        ("a/b", "it contains '/', which a path may change, so it could mean another person; replace it"),
        ("a?b", "it contains '?', which a path may change, so it could mean another person; replace it"),
        ("100%", "it contains '%', which a path may change, so it could mean another person; replace it"),
        ("a+b", "it contains '+', which a path may change, so it could mean another person; replace it"),
        ("a\ufffd", "it contains U+FFFD, which a path may change, so it could mean another person; replace it"),
        ("..", "it cannot be part of a path: an id is not '.' or '..'"),
        ("A\u0308nn", "it is not in Unicode's composed form (NFC), so it looks like another id; send it in NFC"),
        ("an\ufffen", "it contains an invalid character (an unpaired surrogate, U+FFFE or U+FFFF)"),
        ("an\ud800n", "it contains an invalid character (an unpaired surrogate, U+FFFE or U+FFFF)"),
        ("x" * 257, "it has 257 bytes of UTF-8; at most 256 are allowed"),
        (10**300, "it has 301 bytes of UTF-8; at most 256 are allowed"),
    ],
)
def test_a_sub_is_held_to_the_rules_of_an_id_that_a_key_sends(sub: object, reason: str) -> None:
    assert why(signed(SECRET, GOOD | {"sub": sub})) == f"its `sub` is not a valid person id: {reason}"


@pytest.mark.parametrize("claims", [{"exp": NOW + 60}, GOOD | {"sub": None}, GOOD | {"sub": ""}])
def test_a_token_without_a_person_is_named_so(claims: dict[str, Any]) -> None:
    assert why(signed(SECRET, claims)) == "it has no `sub`, the person's id"


@pytest.mark.parametrize(
    "other",
    [
        {"iss": 3},
        {"iss": "https://shop.example"},
        {"aud": 4},
        {"aud": "earshot"},
        {"aud": ["a", "b"]},
        {"jti": 5},
        {"iat": NOW + 30.5},
        {"iat": "now"},
        {"nbf": NOW + 30},
        {"nbf": str(NOW)},
        {"exp": NOW + 0.25},
        {"exp": float(NOW - 60)},
    ],
)
def test_other_claims_of_any_type_cost_nobody_their_person(other: dict[str, Any]) -> None:
    assert IDENTITIES.read("shop", TokenRules(), signed(SECRET, GOOD | other), NOON) == "ann"


@pytest.mark.parametrize(
    ("exp", "reason"),
    [
        (NOW - 61, "it expired at 2026-"),
        (NOW - 60.5, "it expired at 2026-"),
        (-(10**300), "it expired before the year 1"),
        (-(10**400), "it expired before the year 1"),
        (None, "it has no `exp`, the time it expires (Unix seconds)"),
        (str(NOW + 60), "its `exp` is not a number (Unix seconds)"),
        (True, "its `exp` is not a number (Unix seconds)"),
        ([], "its `exp` is not a number (Unix seconds)"),
        (float("inf"), "its `exp` is not a number (Unix seconds)"),
        (float("nan"), "its `exp` is not a number (Unix seconds)"),
    ],
)
def test_an_expired_and_an_endless_token_are_distinguished(exp: object, reason: str) -> None:
    assert why(signed(SECRET, GOOD | {"exp": exp})).startswith(reason)


@pytest.mark.parametrize("around", ["{}\n", " {}", "\t{}\r\n"])
def test_white_space_around_a_token_is_none_of_it(around: str) -> None:
    assert IDENTITIES.read("shop", TokenRules(), around.format(signed(SECRET, GOOD)), NOON) == "ann"


def test_a_token_is_read_up_to_the_one_bound_and_no_further() -> None:
    token = signed(SECRET, GOOD | {"note": "x" * 2900})
    assert 2048 < len(token) <= LONGEST_TOKEN
    assert IDENTITIES.read("shop", TokenRules(), token + " " * LONGEST_TOKEN, NOON) == "ann"
    long = signed(SECRET, GOOD | {"note": "x" * 4096})
    assert why(long) == f"it has {len(long)} characters; at most {LONGEST_TOKEN} are allowed"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (signed("0" * 64, GOOD), "it is not signed with this survey's secret"),
        (signed(IDENTITIES.secret("other"), GOOD), "it is not signed with this survey's secret"),
        (signed(SECRET, GOOD, {"alg": "HS512"}), "it is not signed with HS256"),
        (signed(SECRET, GOOD, {"alg": "none"}), "it is not signed with HS256"),
        (signed(SECRET, GOOD, {"typ": "JWT"}), "it is not signed with HS256"),
        (signed(SECRET, "[1]"), "it is not a JSON Web Token (RFC 7519)"),
        (signed(SECRET, "{"), "it is not a JSON Web Token (RFC 7519)"),
        (signed(SECRET, "[" * 2000), "it is not a JSON Web Token (RFC 7519)"),
        ("not.a.token", "it is not a JSON Web Token (RFC 7519)"),
        ("ann", "it is not a JSON Web Token (RFC 7519)"),
        ("", "it is not a JSON Web Token (RFC 7519)"),
    ],
)
def test_an_invalid_token_gives_the_reason(token: str, reason: str) -> None:
    assert why(token) == reason


def test_an_expired_token_still_names_its_person_for_a_week() -> None:
    over = signed(SECRET, GOOD | {"exp": NOW - 100})
    with pytest.raises(ExpiredTokenError) as expired:
        IDENTITIES.read("shop", TokenRules(), over, NOON)
    assert (expired.value.person, expired.value.expiry) == ("ann", NOON - 100_000)
    for shown, is_covered in ((NOON - 40_000, True), (NOON - 39_999, False), (NOON - 7 * DAY, True)):
        assert expired.value.covers(shown, NOON) is is_covered
    assert not expired.value.covers(NOON - 7 * DAY - 1, NOON)
    with pytest.raises(UntrustedTokenError) as refused:
        IDENTITIES.read("shop", TokenRules(), over, NOON + 7 * DAY)
    assert not isinstance(refused.value, ExpiredTokenError)


@pytest.mark.parametrize(
    ("hours", "ahead", "is_good"),
    [(744, 744, True), (744, 745, False), (1, 1, True), (1, 2, False), (8760, 8760, True)],
)
def test_a_token_may_not_be_valid_longer_than_its_survey_allows(hours: int, ahead: int, is_good: bool) -> None:
    token = signed(SECRET, GOOD | {"exp": NOW + ahead * 3600 + 60})
    if is_good:
        assert IDENTITIES.read("shop", TokenRules(longest=hours), token, NOON) == "ann"
        return
    with pytest.raises(UntrustedTokenError, match=f"its `exp` is more than {hours} hours ahead"):
        IDENTITIES.read("shop", TokenRules(longest=hours), token, NOON)


def test_a_token_is_not_good_before_its_time() -> None:
    assert why(signed(SECRET, GOOD | {"nbf": NOW + 61})).startswith("it is not valid before its `nbf` 2026-")


def test_a_token_under_the_former_secret_is_good_until_that_ends() -> None:
    first, second, third = (signed(IDENTITIES.secret("shop", number), GOOD) for number in (1, 2, 3))
    rules = TokenRules().turned(NOON, hours=1)
    assert [IDENTITIES.read("shop", rules, token, NOON) for token in (first, second)] == ["ann", "ann"]
    with pytest.raises(UntrustedTokenError, match="not signed with this survey's secret"):
        IDENTITIES.read("shop", rules, third, NOON)
    for ended in (TokenRules().turned(NOON, hours=0), replace(rules, former_until=NOON)):
        with pytest.raises(UntrustedTokenError, match="former secret, which is no longer valid: read the current one"):
            IDENTITIES.read("shop", ended, first, NOON)
        assert IDENTITIES.read("shop", ended, second, NOON) == "ann"
    with pytest.raises(UntrustedTokenError, match="not signed with this survey's secret"):
        IDENTITIES.read("shop", rules.turned(NOON, hours=1), first, NOON)
