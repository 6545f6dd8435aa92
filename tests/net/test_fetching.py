"""Pages are fetched politely, from where they may be, whole or not at all."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from serving import Answer, Site, serving
from tocsin import net
from tocsin.errors import FetchError, UsageError
from tocsin.net import Fetcher, Known, Policy, fetch, shown
from tocsin.net._fetching import _trust

HERE = Policy(allowed=True, allow=(ip_network("127.0.0.0/8"),), delay=0, timeout=5, most_bytes=1_000_000)
OUTSIDE = Policy(allowed=True, delay=0, timeout=5)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def refused(url: str, policy: Policy = HERE) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(url, policy)
    assert caught.value.path == shown(url)
    return caught.value.reason


def test_public_names() -> None:
    assert net.__all__ == sorted(net.__all__, key=lambda name: (name.islower(), name))
    assert all(getattr(net, name).__doc__ for name in net.__all__ if name != "Network")


def test_a_page(site: Site) -> None:
    url = site.put("/a?x=1", "<p>Marhaba مرحبا", "text/HTML; charset=utf-8")
    fetched = fetch(f"{url}#top", HERE)
    assert fetched.body.decode() == "<p>Marhaba مرحبا"
    assert (fetched.asked, fetched.url, fetched.content_type) == (url, url, "text/html")
    assert (fetched.unchanged, fetched.private) == (False, True)
    (request,) = site.requests
    assert request.headers["User-Agent"].startswith("Tocsin/")
    assert not {"Cookie", "Referer", "Authorization"} & set(request.headers)


def test_off_unless_said(site: Site) -> None:
    with pytest.raises(UsageError, match="--fetch"):
        fetch(site.put("/a", "a"), Policy())
    assert not site.all_requests


def test_only_this_machine_s_allowed_network(site: Site) -> None:
    url = site.put("/a", "a")
    assert "not on the public internet" in refused(url, OUTSIDE)
    assert "not on the public internet" in refused(url.replace("127.0.0.1", "localhost"), OUTSIDE)
    port = url.rpartition(":")[2]
    for host in ("2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"):
        assert "not on the public internet" in refused(f"http://{host}:{port}", OUTSIDE), host
    assert "not on the public internet" in refused("http://169.254.169.254/latest/meta-data/", HERE)
    assert not site.all_requests


def test_a_name_with_one_private_address_among_public_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("1.1.1.1", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    assert "10.0.0.7 is private" in refused("http://news.example/")


def test_the_connection_goes_to_the_address_that_was_checked(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def once(host: str, *rest: Any, **named: Any) -> list[Any]:
        if host == "news.example":
            looked_up.append(host)
            return real("127.0.0.1", *rest, **named)
        assert host == "127.0.0.1", "looked up a second time"
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", once)
    site.put("/a", "a")
    assert fetch(site.url.replace("127.0.0.1", "news.example") + "/a", HERE).body == b"a"
    assert len(looked_up) == len(site.all_requests) == 2  # robots.txt, and the page
    assert site.requests[0].headers["Host"].startswith("news.example:")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://news.example/a", "neither http nor https"),
        ("file:///etc/passwd", "neither http nor https"),
        ("http://", "names no site"),
        ("http:///a", "names no site"),
        ("http://[::1", "no web address"),
        ("http://me:secret@127.0.0.1/", "a name or a password"),
        ("http://127.0.0.1:99999/", "no web address"),
    ],
)
def test_what_is_no_address_to_fetch(url: str, says: str) -> None:
    with pytest.raises(FetchError, match=says) as caught:
        fetch(url, HERE)
    assert "secret" not in str(caught.value)


def test_redirects_are_followed_and_checked(site: Site) -> None:
    target = site.put("/b", "b")
    site.pages["/a"] = Answer(status=302, headers={"Location": "/b", "Set-Cookie": "id=1"})
    fetched = fetch(f"{site.url}/a", HERE)
    assert (fetched.asked, fetched.url, fetched.body) == (f"{site.url}/a", target, b"b")
    assert "Cookie" not in site.requests[-1].headers
    for location, says in (
        ("http://169.254.169.254/latest", "not on the public internet"),
        ("http://10.0.0.1/", "not on the public internet"),
        ("file:///etc/passwd", "neither http nor https"),
        ("http://me:secret@127.0.0.1/", "a name or a password"),
        ("/a", "redirects"),
    ):
        site.pages["/a"] = Answer(status=301, headers={"Location": location})
        assert says in refused(f"{site.url}/a"), location


def test_from_https_to_http_is_not_followed() -> None:
    from httpx import URL

    from tocsin.net._urls import next_url

    assert str(next_url(URL("https://news.example/a"), "b")) == "https://news.example/b"
    assert str(next_url(URL("http://news.example/a"), "https://news.example/")) == "https://news.example/"
    with pytest.raises(FetchError, match="from https to http"):
        next_url(URL("https://news.example/a"), "http://news.example/")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 451, 500, 503, 304, 100 + 499])
def test_other_answers_are_told(site: Site, status: int) -> None:
    site.pages["/a"] = Answer(b"oh" if status != 304 else b"", status=status)
    assert str(status) in refused(f"{site.url}/a")


# Limits


def test_too_long(site: Site) -> None:
    url = site.put("/a", b"x" * 1_000_001)
    assert "longer than 1 MB" in refused(url)
    site.put("/a", b"x" * 1_000_000)
    assert len(fetch(url, HERE).body) == 1_000_000


def test_too_long_without_saying_so(site: Site) -> None:
    sent = 0

    def forever(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent
        while True:
            handler.wfile.write(b"x" * 100_000)
            sent += 100_000

    site.pages["/a"] = Answer(stream=forever)
    assert "longer than 1 MB" in refused(f"{site.url}/a")
    assert sent < 20_000_000


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress, lambda d: zlib.compress(d)[2:-4]])
def test_packed_pages(site: Site, packed: Any) -> None:
    encoding = "gzip" if packed is gzip.compress else "deflate"
    page = b"<p>shelling</p>" * 1000
    url = site.put("/a", packed(page), **{"Content-Encoding": encoding})
    assert fetch(url, HERE).body == page
    site.put("/a", packed(b"\0" * 50_000_000), **{"Content-Encoding": encoding})
    assert "longer than 1 MB" in refused(url)
    site.put("/a", packed(page)[:-20], **{"Content-Encoding": encoding})
    assert "broken" in refused(url)


def test_packed_otherwise_or_twice(site: Site) -> None:
    for encoding in ("br", "gzip, gzip"):
        url = site.put("/a", b"??", **{"Content-Encoding": encoding})
        assert "not asked for" in refused(url)


def test_too_slow(site: Site) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        for _ in range(1000):
            handler.wfile.write(b"x")
            time.sleep(0.02)

    site.pages["/a"] = Answer(stream=drip)
    begun = time.monotonic()
    policy = Policy(allowed=True, allow=HERE.allow, delay=0, timeout=0.3)
    assert "did not answer in time" in refused(f"{site.url}/a", policy)
    assert time.monotonic() - begun < 2


def test_nobody_there() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert "cannot be reached" in refused(f"http://127.0.0.1:{port}/")


# Manners


def test_robots_are_asked_once_and_heeded(site: Site) -> None:
    site.put("/open", "a")
    site.put("/closed", "b")
    site.pages["/robots.txt"] = Answer("User-agent: tocsin\nDisallow: /closed\n\nUser-agent: *\nDisallow: /\n")
    with Fetcher(HERE) as fetcher:
        assert fetcher.fetch(f"{site.url}/open").body == b"a"
        with pytest.raises(FetchError, match=r"robots\.txt asks programs not to"):
            fetcher.fetch(f"{site.url}/closed")
    assert [r.path for r in site.all_requests] == ["/robots.txt", "/open"]


def test_robots_of_where_a_redirect_leads(site: Site) -> None:
    with serving() as other:
        other.put("/b", "b")
        other.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /")
        site.pages["/a"] = Answer(status=302, headers={"Location": f"{other.url}/b"})
        assert "robots.txt asks" in refused(f"{site.url}/a")
        assert not other.requests


def test_robots_in_trouble(site: Site) -> None:
    site.put("/a", "a")
    for status, fetched in ((200, True), (403, True), (404, True), (429, False), (500, False), (503, False)):
        site.pages["/robots.txt"] = Answer(status=status)
        if fetched:
            assert fetch(f"{site.url}/a", HERE).body == b"a"
        else:
            assert f"robots.txt was answered with {status}" in refused(f"{site.url}/a")
    site.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /\n" + "# \n" * 400_000)
    assert "robots.txt asks" in refused(f"{site.url}/a")


def test_waits_between_two_requests_to_one_site(site: Site) -> None:
    site.put("/a", "a")
    waited: list[float] = []
    policy = Policy(allowed=True, allow=HERE.allow, delay=7)
    with Fetcher(policy, waited.append) as fetcher:
        fetcher.fetch(f"{site.url}/a")
    assert waited == [pytest.approx(7, abs=1)]
    site.pages["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 30\n")
    waited.clear()
    with Fetcher(policy, waited.append) as fetcher:
        fetcher.fetch(f"{site.url}/a")
        fetcher.fetch(f"{site.url}/a")
    assert waited == [pytest.approx(30, abs=1)] * 2


def test_a_page_that_is_known_is_not_sent_again(site: Site) -> None:
    url = site.put("/feed", "<rss/>", "application/rss+xml")
    first = fetch(url, HERE)
    again = fetch(url, HERE, first.known)
    assert (again.unchanged, again.body, again.known) == (True, b"", first.known)
    site.put("/feed", "<rss></rss>", "application/rss+xml")
    assert not fetch(url, HERE, first.known).unchanged
    dated = Known(last_modified="Wed, 06 Mar 2019 10:00:00 GMT")
    fetch(url, HERE, dated)
    assert site.requests[-1].headers["If-Modified-Since"] == dated.last_modified


def test_the_environment_s_proxy_is_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch(site.put("/a", "a"), HERE).body == b"a"


def test_a_proxy_that_was_named(site: Site) -> None:
    site.pages["http://1.1.1.1/a"] = Answer("by proxy")
    site.pages["http://1.1.1.1/robots.txt"] = Answer(status=404)
    policy = Policy(allowed=True, delay=0, proxy=site.url)
    assert fetch("http://1.1.1.1/a", policy).body == b"by proxy"
    assert "not on the public internet" in refused("http://10.0.0.1/a", policy)
    assert len(site.all_requests) == 2


def test_logs_hold_no_queries(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.pages["/a?name=Layla"] = Answer(status=302, headers={"Location": "/b?name=Layla"})
    site.put("/b?name=Layla", "a")
    fetch(f"{site.url}/a?name=Layla", HERE)
    assert "/a" in caplog.text
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("tocsin")]
    assert ours
    assert not any("Layla" in message for message in ours)


def test_a_look_up_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def slow(*_: Any, **__: Any) -> list[Any]:
        answered.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    begun = time.monotonic()
    assert "did not answer in time" in refused("http://slow.example/a", replace(HERE, timeout=0.3))
    assert time.monotonic() - begun < 30
    answered.set()


def test_a_limit_below_that_of_robots_txt_is_kept(site: Site) -> None:
    url = site.put("/a", "x" * 60_000)
    assert "is longer than" in refused(url, replace(HERE, most_bytes=50_000))
    assert len(fetch(url, replace(HERE, most_bytes=60_000)).body) == 60_000


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for 127.0.0.1 that nobody but itself vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    unencrypted = serialization.NoEncryption()
    body = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unencrypted)
    path.write_bytes(body + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secured(certificate: Path) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(context) as site:
        yield site


def test_a_certificate_that_nobody_vouches_for(secured: Site) -> None:
    reason = refused(secured.put("/a", "a"))
    assert "does not prove to be who it says (self-signed certificate)" in reason
    assert "authority of your own" in reason
    assert not secured.all_requests


def test_an_authority_of_one_s_own_and_another_name(
    secured: Site, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    _trust.cache_clear()
    try:
        assert fetch(secured.put("/a", "a"), HERE).body == b"a"
        assert "does not prove" in refused(secured.url.replace("127.0.0.1", "localhost") + "/a")
        assert secured.url.startswith("https://")
    finally:
        _trust.cache_clear()
