"""No address that is not on the public internet is ever connected to, however it is written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.net import refusal

private = st.one_of(
    *(
        st.ip_addresses(v=4, network=network)
        for network in (
            "10.0.0.0/8",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "100.64.0.0/10",
        )
    )
)
EMBEDDINGS = {
    "mapped": lambda a: 0xFFFF << 32 | a,
    "compatible": lambda a: a,
    "6to4": lambda a: 0x2002 << 112 | a << 80 | 1,
    "NAT64": lambda a: 0x64FF9B << 96 | a,
    "NAT64 of one's own": lambda a: 0x64FF9B0001 << 80 | a,
    "Teredo, the client": lambda a: 0x20010000 << 96 | 0x08080808 << 64 | (a ^ 0xFFFFFFFF),
    "Teredo, the server": lambda a: 0x20010000 << 96 | a << 64 | 0xF7F7F7F7,
    "ISATAP": lambda a: 0x2A00_1450 << 96 | 0x5EFE << 32 | a,
}


@given(st.ip_addresses())
def test_what_python_knows_as_not_public_is_refused(address: IPv4Address | IPv6Address) -> None:
    bad = (
        not address.is_global
        or address.is_multicast
        or address.is_loopback
        or address.is_link_local
        or address.is_private
        or address.is_unspecified
        or address.is_reserved
    )
    by_another = any(address in ip_network(n) for n in ("64:ff9b::/96", "::ffff:0:0/96") if address.version == 6)
    if bad and not by_another:
        assert refusal(address)


@given(private)
def test_private_ones_are_refused_in_every_disguise(address: IPv4Address) -> None:
    assert refusal(address)
    for name, embed in EMBEDDINGS.items():
        assert refusal(IPv6Address(embed(int(address)))), name


@given(st.ip_addresses(v=4).filter(lambda a: a.is_global and not a.is_multicast and not refusal(a)))
def test_public_ones_are_not(address: IPv4Address) -> None:
    assert not refusal(IPv6Address(EMBEDDINGS["mapped"](int(address))))
    assert not refusal(IPv6Address(EMBEDDINGS["NAT64"](int(address))))


@given(st.ip_addresses())
def test_what_is_allowed_is_that_network_only(address: IPv4Address | IPv6Address) -> None:
    allow = [ip_network("10.1.0.0/16"), ip_network("fd00:1::/32")]
    inside = any(address.version == n.version and address in n for n in allow)
    mapped = getattr(address, "ipv4_mapped", None)
    inside |= mapped is not None and mapped in allow[0]
    assert (refusal(address, allow) == "") == (inside or refusal(address) == "")


@pytest.mark.parametrize(
    "written",
    ["0.0.0.0", "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "255.255.255.255", "224.0.0.1",
     "::", "::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "::ffff:169.254.169.254", "5f00::1", "100::1",
     "2001:db8::1", "4000::1", "64:ff9b::a9fe:a9fe"],
)  # fmt: skip
def test_well_known_ones(written: str) -> None:
    assert refusal(ip_address(written))


@pytest.mark.parametrize("written", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:81b::200e"])
def test_the_internet_is_there(written: str) -> None:
    assert refusal(ip_address(written)) == ""
