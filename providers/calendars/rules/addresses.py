"""Which addresses of the internet a calendar may be fetched from: those that belong to everybody's internet, and no others."""

from __future__ import annotations

import ipaddress

MOST_REDIRECTS = 3
LONGEST_ADDRESS = 2000
# What Python's tables call global and still leads inside, or to many at once (RFC 6890 and its registries).
_CLOSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
    )
)  # fmt: skip


class AddressRefused(Exception):
    """This address is never asked. The sentence says why without repeating the address."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public internet; what hides another address inside counts as that one or is refused."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    closed = any(address in network for network in _CLOSED if network.version == address.version)
    return address.is_global and not closed and not address.is_multicast


def is_allowed(host: str, port: int, allowed: tuple[str, ...]) -> bool:
    """Whether the operator exempts a host (at every port, or at this one) from these bans."""
    return host.lower() in allowed or f"{host.lower()}:{port}" in allowed
