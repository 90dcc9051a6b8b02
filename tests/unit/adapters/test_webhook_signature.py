"""Signatures that receivers verify with the libraries of Standard Webhooks."""

import base64
import json
import shutil
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from earshot.adapters.webhook_signature import (
    LONGEST_KEY,
    PREFIX,
    SHORTEST_KEY,
    is_signed,
    make_secret,
    signed_headers,
)
from earshot.domain.inbound_calls import SignedCall
from tests.factories import NOON

# Where Node looks for packages when it runs in build/.
MODULES = Path(__file__).parents[3] / "build/node_modules"
ID = "3fd4cae2-5be5-5a3f-9c41-5a9a8df2b5f0"
BODY = '{"type":"response.detractor","data":{"comment":"Die Lieferung kam zu spät 😠"}}'.encode()
NEW, OLD = make_secret(bytes(range(32))), make_secret(b"\xff" * 24)


def now() -> int:
    # The libraries read the machine's clock, and take no other.
    return time.time_ns() // 1_000_000


def test_a_signature_is_the_one_of_the_specification() -> None:
    # The example of https://github.com/standard-webhooks/standard-webhooks, libraries/python/tests.
    headers = signed_headers(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330_000,
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.binary(min_size=SHORTEST_KEY, max_size=LONGEST_KEY), st.text(max_size=200))
def test_the_library_verifies_what_was_signed(key: bytes, text: str) -> None:
    secret, body = make_secret(key), json.dumps(text, ensure_ascii=True).encode()
    headers = signed_headers([secret], ID, now(), body)
    assert Webhook(secret).verify(body, headers) == text


def test_while_secrets_are_changed_a_receiver_verifies_with_either() -> None:
    headers = signed_headers([NEW, OLD], ID, now(), BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (NEW, OLD):
        Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OLD).verify(BODY, signed_headers([NEW], ID, now(), BODY))


def test_another_body_id_or_time_breaks_it() -> None:
    at = now()
    headers = signed_headers([NEW], ID, at, BODY)
    for changed in ({"webhook-id": ID[:-1] + "1"}, {"webhook-timestamp": str(at // 1000 + 1)}):
        with pytest.raises(WebhookVerificationError):
            Webhook(NEW).verify(BODY, headers | changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY + b" ", headers)


def test_an_attempt_is_signed_with_its_own_time() -> None:
    first, second = (signed_headers([NEW], ID, NOON + late, BODY) for late in (0, 5_000))
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 5
    assert first["webhook-signature"] != second["webhook-signature"]


def test_without_a_secret_there_is_no_signature() -> None:
    assert signed_headers([], ID, NOON, BODY) == {"webhook-id": ID, "webhook-timestamp": str(NOON // 1000)}


@pytest.mark.parametrize("wrong", ["", "a.b", "a b", "a\r\nb", "ü", "x" * 129])
def test_an_id_that_would_move_the_border_of_what_is_signed_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="letters, digits, _ and - only"):
        signed_headers([NEW], wrong, NOON, BODY)


def test_a_secret_is_made_of_random_bytes_and_says_what_it_is() -> None:
    secret = make_secret(bytes(range(24)))
    assert secret == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
    assert base64.b64decode(secret.removeprefix(PREFIX)) == bytes(range(24))


@pytest.mark.parametrize("length", [0, 23, 65])
def test_a_key_that_is_too_short_or_too_long_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=f"24 to 64 bytes, not {length}"):
        make_secret(b"x" * length)
    with pytest.raises(ValueError, match="24 to 64 bytes"):
        signed_headers([PREFIX + base64.b64encode(b"x" * length).decode()], ID, NOON, BODY)


@pytest.mark.parametrize("secret", ["whsec_!", "whsec_abc", "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY ", "ü" * 40])
def test_a_secret_that_is_not_base64_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_ and base64") as refused:
        signed_headers([secret], ID, NOON, BODY)
    assert secret not in str(refused.value)


def signed_by_the_library(*secrets: str, body: bytes = BODY) -> SignedCall:
    moment = datetime.fromtimestamp(NOON // 1000, UTC)
    signatures = [Webhook(secret).sign(ID, moment, body.decode()) for secret in secrets]
    return SignedCall(ID, str(NOON // 1000), tuple(signatures))


@given(st.binary(min_size=SHORTEST_KEY, max_size=LONGEST_KEY), st.text(max_size=200))
def test_what_the_library_signs_is_good(key: bytes, text: str) -> None:
    secret, body = make_secret(key), json.dumps(text, ensure_ascii=True).encode()
    assert is_signed(signed_by_the_library(secret, body=body), body, [secret])


def test_one_good_signature_by_one_of_the_secrets_is_enough() -> None:
    assert is_signed(signed_by_the_library(NEW), BODY, [OLD, NEW])
    assert is_signed(signed_by_the_library(OLD, NEW), BODY, [NEW])
    assert not is_signed(signed_by_the_library(OLD), BODY, [NEW])
    assert not is_signed(signed_by_the_library(NEW), BODY, [])


def test_another_body_id_time_or_scheme_is_not_what_was_signed() -> None:
    good = signed_by_the_library(NEW)
    (signature,) = good.signatures
    changed = [
        replace(good, id=ID[:-1] + "1"),
        replace(good, seconds=str(NOON // 1000 + 1)),
        *(
            replace(good, signatures=(each,))
            for each in ("", "v1,", "v1,ü", "v1", signature[3:], f"v1a,{signature[3:]}")
        ),
        *(
            replace(good, signatures=(each,))
            for each in (signature.lower(), signature[:-1], f"{signature}=", "v1,\ud800")
        ),
        replace(good, signatures=()),
    ]
    assert [is_signed(each, BODY, [NEW]) for each in changed] == [False] * len(changed)
    assert not is_signed(good, BODY + b" ", [NEW])
    # A part of the time that moves into the body makes the same bytes only with another full stop.
    moved = replace(good, seconds=good.seconds[:-1])
    assert not is_signed(moved, good.seconds[-1:].encode() + b"." + BODY, [NEW])


NODE = """
const {Webhook} = require('standardwebhooks');
const {secret, body, headers} = JSON.parse(process.argv[1]);
console.log(JSON.stringify(new Webhook(secret).verify(body, headers)));
"""


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_the_library_for_node_verifies_what_was_signed(secret: str) -> None:
    if shutil.which("node") is None:
        pytest.skip("there is no node on this machine")
    if not (MODULES / "standardwebhooks").is_dir():
        pytest.skip("node has no standardwebhooks (npm install --prefix build standardwebhooks)")
    sent = {"secret": secret, "body": BODY.decode(), "headers": signed_headers([NEW, OLD], ID, now(), BODY)}
    done = subprocess.run(
        ["node", "-e", NODE, json.dumps(sent)],
        cwd=MODULES.parent,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert json.loads(done.stdout) == json.loads(BODY)
