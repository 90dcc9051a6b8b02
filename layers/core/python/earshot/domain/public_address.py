"""Check that an IP address is a public one, so that no destination leads into this machine or a private network.

`ipaddress.is_global` is not enough: it takes multicast, translated and site-local addresses and Azure's virtual machine
host for global, and differs between versions of Python. The ranges here are those of IANA's registries for special
purposes, of https://www.rfc-editor.org/rfc/rfc6890 and its successors.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# Each reason completes "an address …". The first range that holds an address gives the reason.
_IPV4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("127.0.0.0/8", "of this machine (loopback)"),
        ("0.0.0.0/8", "of this machine (unspecified)"),
        ("10.0.0.0/8", "in a private network"),
        ("172.16.0.0/12", "in a private network"),
        ("192.168.0.0/16", "in a private network"),
        ("169.254.0.0/16", "of the local link, where clouds have their metadata"),
        ("168.63.129.16/32", "of a cloud's own services"),
        ("100.64.0.0/10", "in a provider's private network"),
        ("192.0.0.0/24", "for network protocols"),
        ("192.0.2.0/24", "for documentation only"),
        ("198.51.100.0/24", "for documentation only"),
        ("203.0.113.0/24", "for documentation only"),
        ("198.18.0.0/15", "for benchmarks of networks"),
        ("192.31.196.0/24", "that sinks queries for private names (AS112)"),
        ("192.175.48.0/24", "that sinks queries for private names (AS112)"),
        ("192.52.193.0/24", "of a multicast relay"),
        ("192.88.99.0/24", "of a 6to4 relay"),
        ("224.0.0.0/4", "of a group of machines (multicast)"),
        ("240.0.0.0/4", "that is reserved"),
    )
)
_IPV6 = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::1/128", "of this machine (loopback)"),
        ("::/128", "of this machine (unspecified)"),
        ("::/96", "that embeds an IPv4 address"),
        ("::ffff:0:0:0/96", "that embeds an IPv4 address"),
        ("64:ff9b::/96", "that embeds an IPv4 address (NAT64)"),
        ("64:ff9b:1::/48", "that embeds an IPv4 address (NAT64)"),
        ("2002::/16", "that embeds an IPv4 address (6to4)"),
        ("2001::/32", "that embeds an IPv4 address (Teredo)"),
        ("2001::/23", "for network protocols"),
        ("2001:db8::/32", "for documentation only"),
        ("3fff::/20", "for documentation only"),
        ("2620:4f:8000::/48", "that sinks queries for private names (AS112)"),
        ("fc00::/7", "in a private network"),
        ("fec0::/10", "in a private network"),
        ("fe80::/10", "of the local link"),
        ("ff00::/8", "of a group of machines (multicast)"),
        ("100::/64", "where everything is discarded"),
        ("5f00::/16", "of a router's segments"),
    )
)
# IANA hands out public IPv6 addresses from this range alone.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_RESERVED = "that is reserved"


def why_not_public(address: str) -> str:
    """Return why no destination may have an IP address, as a phrase that completes "an address …"; "" if one may."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "in an unusual notation"
    if isinstance(parsed, IPv6Address):
        return _why_not_public_ipv6(parsed)
    return _why_not_public_ipv4(parsed)


def _why_not_public_ipv4(address: IPv4Address) -> str:
    for network, reason in _IPV4:
        if address in network:
            return reason
    return "" if address.is_global else _RESERVED


def _why_not_public_ipv6(address: IPv6Address) -> str:
    if address.scope_id is not None:
        return "of the local link"
    # The operating system connects to the IPv4 address itself.
    if address.ipv4_mapped is not None:
        return _why_not_public_ipv4(address.ipv4_mapped)
    for network, reason in _IPV6:
        if address in network:
            return reason
    return "" if address in _GLOBAL_UNICAST and address.is_global else _RESERVED
