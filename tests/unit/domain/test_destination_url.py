"""The address of a destination: HTTPS, to a public name, and never back to Earshot or into a network."""

import contextlib
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.destination_url import DestinationUrl, read_destination_url
from earshot.domain.public_address import why_not_public

OWN = ("feedback.example.com", "abc123.execute-api.eu-west-1.amazonaws.com")


def read(text: str) -> DestinationUrl:
    return read_destination_url(text, own_hosts=OWN)


@pytest.mark.parametrize(
    ("text", "host", "port", "target"),
    [
        ("https://hooks.example.org", "hooks.example.org", 443, "/"),
        ("https://hooks.example.org/a/b?c=d&e", "hooks.example.org", 443, "/a/b?c=d&e"),
        ("https://hooks.example.org?c=d", "hooks.example.org", 443, "/?c=d"),
        ("HTTPS://Hooks.Example.ORG./A", "hooks.example.org", 443, "/A"),
        ("https://hooks.example.org:443/", "hooks.example.org", 443, "/"),
        ("https://hooks.example.org:/", "hooks.example.org", 443, "/"),
        ("https://hooks.example.org:8443/", "hooks.example.org", 8443, "/"),
        ("https://hooks.example.org:9443/", "hooks.example.org", 9443, "/"),
        ("https://hooks.example.org:4443/", "hooks.example.org", 4443, "/"),
        ("https://bücher.example.org/ü?ö", "xn--bcher-kva.example.org", 443, "/%C3%BC?%C3%B6"),
        ("https://BÜCHER.example.org/", "xn--bcher-kva.example.org", 443, "/"),
        ("https://straße.example.org/", "xn--strae-oqa.example.org", 443, "/"),
        ("https://xn--bcher-kva.example.org/", "xn--bcher-kva.example.org", 443, "/"),
        ("https://my_team.example.org/a@b", "my_team.example.org", 443, "/a@b"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/"),
        ("https://[2606:4700::1111]:8443/", "2606:4700::1111", 8443, "/"),
        ("https://[2606:4700:0:0::1111]/", "2606:4700::1111", 443, "/"),
        ("https://7.example.org/", "7.example.org", 443, "/"),
    ],
)
def test_an_address_is_read_into_the_parts_that_are_connected_to(text: str, host: str, port: int, target: str) -> None:
    assert read(text) == DestinationUrl("https", host, port, target)


@pytest.mark.parametrize(
    ("text", "authority"),
    [
        ("https://hooks.example.org/", "hooks.example.org"),
        ("https://hooks.example.org:8443/", "hooks.example.org:8443"),
        ("https://[2606:4700::1111]/", "[2606:4700::1111]"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443"),
        ("http://localhost/", "localhost"),
        ("http://localhost:443/", "localhost:443"),
    ],
)
def test_the_host_header_names_the_port_where_it_is_not_the_usual_one(text: str, authority: str) -> None:
    assert read_destination_url(text, own_hosts=OWN, local_ports=()).authority == authority


def test_what_may_be_secret_is_not_shown() -> None:
    url = read("https://hooks.example.org:8443/T0/B0/xoxb?sig=secret")
    assert url.origin == "https://hooks.example.org:8443"
    assert repr(url) == "DestinationUrl(https://hooks.example.org:8443/…)"


@pytest.mark.parametrize(
    "text", ["http://hooks.example.org/", "ftp://x", "crm", "//hooks.example.org/", "https:/x.org"]
)
def test_everything_but_https_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it must begin with https://"):
        read(text)


@pytest.mark.parametrize("port", [0, 22, 80, 444, 6379, 8080, 9001, 65535])
def test_a_port_at_which_no_https_is_served_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match=f"its port is {port}; .* 443, 4443, 8443, 9443 only"):
        read(f"https://hooks.example.org:{port}/")


@pytest.mark.parametrize("user", ["me", "me:secret", "", ":", "hooks.example.org:443", "a@b"])
def test_a_user_name_or_a_password_is_refused(user: str) -> None:
    with pytest.raises(ValueError, match="user name or a password; leave them out"):
        read(f"https://{user}@hooks.example.org/")


@pytest.mark.parametrize(
    "wrong", [" ", "\t", "\n", "\r\n", "\x00", "\x7f", "\u2003", "\u200b", "\u202e", "\\", "\ud800"]
)
def test_a_space_and_what_nobody_sees_are_refused(wrong: str) -> None:
    for text in (f"https://hooks.example.org/{wrong}a", f"{wrong}https://hooks.example.org", f"https://a{wrong}.org"):
        with pytest.raises(ValueError, match="remove it"):
            read(text)


def test_what_is_too_long_empty_or_never_sent_is_refused() -> None:
    whole = "https://hooks.example.org/"
    assert read(whole + "a" * (2048 - len(whole)))
    with pytest.raises(ValueError, match="it has 2049 characters; at most 2048"):
        read(whole + "a" * (2049 - len(whole)))
    longest = ".".join(["a" * 50, "b" * 50, "c" * 50, "d" * 50, "e" * 49])
    assert read(f"https://{longest}").host == longest
    with pytest.raises(ValueError, match="its host name is not valid"):
        read(f"https://{longest}e")
    with pytest.raises(ValueError, match="it is empty"):
        read("")
    with pytest.raises(ValueError, match="what follows one is never sent"):
        read(whole + "#part")


@pytest.mark.parametrize("text", ["https://", "https:///a", "https://.", "https://a..org/", "https://-a.org/"])
def test_an_address_without_a_valid_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="its host name"):
        read(text)


@pytest.mark.parametrize(
    "host",
    [
        *("a-.example.org", "a" * 64 + ".org", ".".join(["a" * 60] * 5), "a,b.org", "a%2eb.org", "a%00.org", "%.org"),
        *("exa mple".replace(" ", "%20") + ".org", "a!.org", "example.org:99999", "example.org:x", "[::1", "::1"),
        *("１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1", "ⓔxample.org", "a\u0301.\u0338.org", "[v1.a]", "[1.2.3.4]"),
    ],
)  # fmt: skip
def test_a_host_that_cannot_be_read_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="host"):
        read(f"https://{host}/")


LOOPBACK = (
    *("127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0X7F.1", "0x7f.0.0.1", "0177.0.0.1"),
    *("017700000001", "127.0.0.01", "0", "0.0.0.0", "0x0", "0x", "00", "127.0.0.1%2e", "%31%32%37.0.0.1", "1.2.3.0x"),
    *("4294967296", "99999999999", "1.2.3.4.5", "256.1.1.1", "08.1.1.1", "example.7", "a.0x10"),
)
INNER = (
    *("169.254.169.254", "169.254.43518", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.0xfe.169.254"),
    *("10.0.0.1", "10.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "168.63.129.16", "192.88.99.1", "224.0.0.1"),
    *("255.255.255.255", "198.18.0.1", "192.31.196.1", "203.0.113.7"),
)
INNER6 = (
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::FFFF:0:1]"),
    *(
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::7f00:1]",
        "[2002:a9fe:a9fe::]",
        "[fd00:ec2::254]",
    ),
    *(
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[fe80::1%eth0]",
        "[2606:4700::1111%25lo]",
        "[fec0::1]",
        "[5f00::1]",
        "[ff02::1]",
    ),
    *("[2001:db8::1]", "[3fff::1]", "[100::1]", "[::ffff:0:7f00:1]"),
)
INNER_NAMES = (
    *("localhost", "LOCALHOST", "localhost.", "a.localhost", "intranet", "printer", "ip6-localhost", "db.internal"),
    *("metadata.google.internal", "nas.local", "host.docker.internal", "router.home.arpa", "x.lan", "x.corp", "x.home"),
    *("localhost.localdomain", "a.private", "wiki.intranet"),
)


@pytest.mark.parametrize("host", [*LOOPBACK, *INNER, *INNER6, *INNER_NAMES])
def test_a_private_address_is_refused_in_every_spelling_in_every_stage(host: str) -> None:
    for local_ports in (None, (8080,)):
        for port in ("", ":443", ":8443"):
            with pytest.raises(ValueError, match=r"host|leads nowhere"):
                read_destination_url(f"https://{host}{port}/", own_hosts=OWN, local_ports=local_ports)


@pytest.mark.parametrize("host", [*LOOPBACK[1:], *INNER, *INNER6, *INNER_NAMES[1:]])
def test_the_stage_local_takes_no_other_spelling_of_this_machine_and_no_private_address(host: str) -> None:
    with pytest.raises(ValueError, match="it must begin with https://"):
        read_destination_url(f"http://{host}:9000/", own_hosts=OWN, local_ports=(8080,))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    ("rest", "port", "target"), [(":9/crm?a", 9, "/crm?a"), (":1", 1, "/"), (":65535", 65535, "/"), ("/a", 80, "/a")]
)
def test_the_stage_local_alone_takes_a_server_on_this_machine(host: str, rest: str, port: int, target: str) -> None:
    text = f"http://{host}{rest}"
    url = read_destination_url(text, own_hosts=OWN, local_ports=(8080,))
    assert (url, url.is_local) == (DestinationUrl("http", host, port, target), True)
    with pytest.raises(ValueError, match="it must begin with https://"):
        read(text)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_stage_local_does_not_deliver_to_itself(host: str) -> None:
    with pytest.raises(ValueError, match="it leads back to Earshot itself"):
        read_destination_url(f"http://{host}:8080/v1", own_hosts=OWN, local_ports=(4566, 8080))
    with pytest.raises(ValueError, match="leads back"):
        read_destination_url(f"http://{host}:08080/v1", own_hosts=OWN, local_ports=(4566, 8080))


@pytest.mark.parametrize(
    "text",
    [
        *("http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:9@evil.example.org/", "http://localhost:"),
        *("http://127.0.0.1.example.org/", "http://127.0.0.1:9/ a", "http://127.0.0.1:9/#a", "HTTP://localhost:9/"),
        *("http://127.0.0.1:9\n", "http://localhost:9/\n", "http://me@localhost:9/", "http://127.0.0.1:٩/"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_server_on_this_machine_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_destination_url(text, own_hosts=OWN, local_ports=(8080,))


@pytest.mark.parametrize("host", [*OWN, "FEEDBACK.example.com", "feedback.example.com.", "feedb%61ck.example.com"])
def test_earshots_own_hosts_are_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(ValueError, match=r"it leads back to Earshot itself|its host name contains a %"):
        read(f"https://{host}/v1/surveys/shop/responses")
    with pytest.raises(ValueError, match="leads back"):
        read_destination_url("https://a.example.org", own_hosts=["A.Example.org."])
    assert read("https://www.feedback.example.com").host == "www.feedback.example.com"


PARTS = st.sampled_from(
    [*"0123456789abcdefxX.:[]%@/?#\\-_ \u3002\uff11", "127", "0x7f", "https://", "localhost", "169.254"]
)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_whatever_is_taken_is_a_public_name_or_a_public_address_for_the_operating_system_too(host: str) -> None:
    try:
        url = read(f"https://{host}")
    except ValueError:
        return
    assert url.host.isascii()
    assert url.host == url.host.lower()
    try:
        packed = socket.inet_aton(url.host)
    except OSError:
        return
    assert socket.inet_ntoa(packed) == url.host
    assert not why_not_public(url.host)


@given(
    st.text(max_size=80), st.sampled_from(["", "https://", "https://a.org", "https://a.org/", "http://127.0.0.1:9/"])
)
def test_no_text_is_an_unforeseen_fault(text: str, beginning: str) -> None:
    with contextlib.suppress(ValueError):
        url = read_destination_url(beginning + text, own_hosts=OWN, local_ports=())
        assert url.target.startswith("/")
        assert url.target.isascii()
