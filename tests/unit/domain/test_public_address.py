"""An address is public only if nothing of a machine, of a private network, or of a special purpose is behind it."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network

import pytest
from AntiSSRF import AntiSSRFPolicy, IPAddressRanges, PolicyConfigOptions
from hypothesis import example, given
from hypothesis import strategies as st

from earshot.domain.public_address import why_not_public

# A second opinion, which is maintained by others.
ORACLE = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
REFUSED_BY_ORACLE = [ip_network(network) for network in IPAddressRanges.recommended_latest]

REFUSED = {
    "127.0.0.1": "of this machine (loopback)",
    "127.255.255.254": "of this machine (loopback)",
    "0.0.0.0": "of this machine (unspecified)",
    "0.1.2.3": "of this machine (unspecified)",
    "10.0.0.1": "in a private network",
    "172.16.0.1": "in a private network",
    "172.31.255.255": "in a private network",
    "192.168.1.1": "in a private network",
    "100.64.0.1": "in a provider's private network",
    "100.127.255.255": "in a provider's private network",
    "169.254.169.254": "of the local link, where clouds have their metadata",
    "169.254.169.253": "of the local link, where clouds have their metadata",
    "169.254.170.2": "of the local link, where clouds have their metadata",
    "168.63.129.16": "of a cloud's own services",
    "192.0.0.9": "for network protocols",
    "192.0.0.170": "for network protocols",
    "192.0.2.1": "for documentation only",
    "198.51.100.1": "for documentation only",
    "203.0.113.1": "for documentation only",
    "198.18.0.1": "for benchmarks of networks",
    "192.31.196.1": "that sinks queries for private names (AS112)",
    "192.175.48.1": "that sinks queries for private names (AS112)",
    "192.52.193.1": "of a multicast relay",
    "192.88.99.1": "of a 6to4 relay",
    "224.0.0.1": "of a group of machines (multicast)",
    "239.255.255.250": "of a group of machines (multicast)",
    "240.0.0.1": "that is reserved",
    "255.255.255.255": "that is reserved",
    "::1": "of this machine (loopback)",
    "::": "of this machine (unspecified)",
    "::127.0.0.1": "that embeds an IPv4 address",
    "::8.8.8.8": "that embeds an IPv4 address",
    "::ffff:127.0.0.1": "of this machine (loopback)",
    "::ffff:7f00:1": "of this machine (loopback)",
    "::ffff:169.254.169.254": "of the local link, where clouds have their metadata",
    "::ffff:10.0.0.1": "in a private network",
    "::ffff:168.63.129.16": "of a cloud's own services",
    "::ffff:0:127.0.0.1": "that embeds an IPv4 address",
    "64:ff9b::a9fe:a9fe": "that embeds an IPv4 address (NAT64)",
    "64:ff9b::8.8.8.8": "that embeds an IPv4 address (NAT64)",
    "64:ff9b:1::a00:1": "that embeds an IPv4 address (NAT64)",
    "2002:a9fe:a9fe::": "that embeds an IPv4 address (6to4)",
    "2002:7f00:1::1": "that embeds an IPv4 address (6to4)",
    "2001:0:53aa:64c:0:fff:5601:5601": "that embeds an IPv4 address (Teredo)",
    "2001:2::1": "for network protocols",
    "2001:10::1": "for network protocols",
    "2001:20::1": "for network protocols",
    "2001:db8::1": "for documentation only",
    "3fff::1": "for documentation only",
    "2620:4f:8000::1": "that sinks queries for private names (AS112)",
    "fd00:ec2::254": "in a private network",
    "fc00::1": "in a private network",
    "fec0::1": "in a private network",
    "fe80::1": "of the local link",
    "fe80::1%eth0": "of the local link",
    "2606:4700::1111%eth0": "of the local link",
    "ff02::1": "of a group of machines (multicast)",
    "100::1": "where everything is discarded",
    "100:0:0:1::1": "that is reserved",
    "5f00::1": "of a router's segments",
    "200::1": "that is reserved",
    "4000::1": "that is reserved",
}
PUBLIC = (
    *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0"),
    *("126.255.255.255", "128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0"),
    *("172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0"),
    *("223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1", "2001:200::1", "2620:4f:8001::1"),
)


@pytest.mark.parametrize(("address", "reason"), REFUSED.items())
def test_an_address_that_is_not_public_is_refused_with_its_reason(address: str, reason: str) -> None:
    assert why_not_public(address) == reason


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_not_refused_nor_is_the_one_next_to_a_range(address: str) -> None:
    assert why_not_public(address) == ""


@pytest.mark.parametrize(
    "text",
    [
        *("", "localhost", "2130706433", "0177.0.0.1", "127.1", "0x7f.1", "0x7f000001", "127.0.0.01", "8.8.8.8/32"),
        *(" 8.8.8.8", "8.8.8.8\n", "[::1]", "8.8.8.8.", "١.1.1.1", "1.1.1", "::ffff:1.1.1", "1::2::3", "256.1.1.1"),
    ],
)  # fmt: skip
def test_what_is_no_address_in_the_usual_notation_is_refused(text: str) -> None:
    assert why_not_public(text) == "in an unusual notation"


@st.composite
def near_an_edge(draw: st.DrawFn) -> str:
    """Return an address in, before or after a range that the oracle refuses."""
    network = draw(st.sampled_from(REFUSED_BY_ORACLE))
    first, last = int(network[0]), int(network[-1])
    most = 2**network.max_prefixlen - 1
    number = draw(st.sampled_from([first - 1, first, last, last + 1]) | st.integers(first, last))
    return str(type(network[0])(min(max(number, 0), most)))


ADDRESSES = st.one_of(
    st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number))),
    st.integers(0, 2**128 - 1).map(lambda number: str(IPv6Address(number))),
    st.integers(0, 2**32 - 1).map(lambda number: f"::ffff:{IPv4Address(number)}"),
    st.integers(2**125, 2**126 - 1).map(lambda number: str(IPv6Address(number))),
    near_an_edge(),
)


@given(ADDRESSES)
@example("64:ff9b::a9fe:a9fe")
@example("168.63.129.16")
def test_whatever_the_oracle_refuses_is_refused(address: str) -> None:
    if not ORACLE._is_str_ip_address_connection_allowed(address):
        assert why_not_public(address), address


def test_every_range_of_the_oracle_is_refused_as_a_whole() -> None:
    for network in REFUSED_BY_ORACLE:
        for address in (network[0], network[network.num_addresses // 2], network[-1]):
            assert why_not_public(str(address)), (network, address)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_is_no_more_public_inside_an_ipv6_address(number: int) -> None:
    inner = IPv4Address(number)
    assert bool(why_not_public(f"::ffff:{inner}")) == bool(why_not_public(str(inner)))
    for prefix in ("::", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"):
        outer = IPv6Address(int(IPv6Address(prefix)) + number)
        assert why_not_public(str(outer)), outer
    assert why_not_public(str(IPv6Address((0x2002 << 112) + (number << 80))))


@given(st.integers(0, 2**128 - 1))
def test_no_ipv6_address_outside_the_global_unicast_range_is_public(number: int) -> None:
    address = IPv6Address(number)
    if address not in IPv6Network("2000::/3") and address.ipv4_mapped is None:
        assert why_not_public(str(address))
