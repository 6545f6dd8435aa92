"""Which addresses are the public internet, and which are somebody's own machines."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

__all__ = ["Address", "Network", "is_allowed", "refusal", "resolve"]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Python's own tables change between its versions, so what must never be reached is written out. IANA's registries of
# special-purpose addresses, and the addresses that clouds give their own services.
_REFUSED = tuple(
    (ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "a provider's own"),
        ("127.0.0.0/8", "this machine's own"),
        ("168.63.129.16/32", "a cloud's own service"),
        ("169.254.0.0/16", "link-local, where clouds keep their credentials"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "reserved for examples"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved for measuring"),
        ("198.51.100.0/24", "reserved for examples"),
        ("203.0.113.0/24", "reserved for examples"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "this machine's own"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "reserved for examples"),
        ("3fff::/20", "reserved for examples"),
    )
)
# All that is given out to the public lies here; what does not is reserved.
_GIVEN_OUT = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_TEREDO = IPv6Network("2001::/32")
# The middle of an address of RFC 5214, which ends in an IPv4 address.
_ISATAP = (0x00005EFE, 0x02005EFE)


def refusal(address: Address, allow: Sequence[Network] = ()) -> str:
    """Say why `address` is not to be connected to, empty where it may be.

    Parameters
    ----------
    address : IPv4Address or IPv6Address
        Where a connection would go. An IPv6 address that stands for an IPv4 address (mapped, 6to4, NAT64, Teredo,
        ISATAP) is judged by both.
    allow : sequence of networks
        Networks that are allowed whatever they are.

    Examples
    --------
    >>> refusal(ip_address("::ffff:10.0.0.1"))
    '10.0.0.1 is private'
    >>> refusal(ip_address("10.0.0.1"), [ip_network("10.0.0.0/8")])
    ''
    """
    if is_allowed(address, allow):
        return ""
    embedded = _embedded(address)
    for inside in embedded:
        if reason := refusal(inside):
            return reason
    for network, what in _REFUSED:
        if network.version == address.version and address in network:
            return f"{address} is {what}"
    if isinstance(address, IPv6Address) and address not in _GIVEN_OUT and not embedded:
        return f"{address} is reserved"
    # What Python knows besides, in whichever version.
    if not embedded and not address.is_global:
        return f"{address} is not on the public internet"
    return ""


def is_allowed(address: Address, allow: Sequence[Network]) -> bool:
    """Whether `address`, or the IPv4 address that it maps, is in a network of `allow`."""
    mapped = getattr(address, "ipv4_mapped", None)
    candidates = [address, mapped] if mapped is not None else [address]
    return any(c.version == network.version and c in network for network in allow for c in candidates)


def _embedded(address: Address) -> list[IPv4Address]:
    """The IPv4 addresses that packets to an IPv6 address may end up at."""
    if not isinstance(address, IPv6Address):
        return []
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    found = [a for a in (address.ipv4_mapped, address.sixtofour) if a is not None]
    if address in _TEREDO:
        found += address.teredo or ()
    if address in _NAT64:
        found.append(last)
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        found.append(last)
    return found


def resolve(host: str, port: int, within: float) -> list[Address]:
    """Every address of `host`, in the order to try them.

    Raises
    ------
    OSError
        If it has none.
    TimeoutError
        If the answer takes more than `within` seconds.
    """
    found = _looked_up(host, port, within)
    # A scope ("%eth0") belongs to link-local addresses, which are refused in any case.
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))


def _looked_up(host: str, port: int, within: float) -> list[Any]:
    # The system's own look-up knows no limit: it goes on by itself where it takes too long, and nobody listens.
    answer: SimpleQueue[list[Any] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            answer.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
        except Exception as error:  # raised where it is waited for
            answer.put(error)

    Thread(target=look_up, name=f"looking up {host}", daemon=True).start()
    try:
        found = answer.get(timeout=max(within, 0.0))
    except Empty:
        raise TimeoutError(f"looking up {host} took too long") from None
    if isinstance(found, Exception):
        raise found
    return found
