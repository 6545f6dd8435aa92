"""Getting a page: asked for politely, checked at every step, taken whole or not at all."""

from __future__ import annotations

import logging
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from types import TracebackType

import httpcore
import httpx
from protego import Protego

from tocsin.errors import FetchError, UsageError
from tocsin.net._connecting import CheckedBackend, RefusedAddress, check_host
from tocsin.net._policy import Policy
from tocsin.net._unpacking import ENCODINGS, TooLong, UnknownEncoding, unpacked
from tocsin.net._urls import checked, host_of, next_url, shown

__all__ = ["Fetched", "Fetcher", "Known", "fetch"]

MOST_REDIRECTS = 5
"""Redirects followed for one page. A moved page takes one or two; RFC 9309 asks for five with robots.txt."""

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_ROBOTS = 512 * 1024  # RFC 9309: crawlers must read at least 500 kibibytes
# A site may ask for a longer pause than ours; one that asks for more than this would hold up every other.
_LONGEST_DELAY = 60.0
# RFC 9309 lets rules be kept for a day; a watch that asks every quarter of an hour would double its requests otherwise.
_RULES_HOLD, _TROUBLE_HOLDS = 6 * 3600.0, 300.0
_CONNECT_S, _READ_S = 10.0, 30.0
_ACCEPT = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/pdf, */*;q=0.5"

_log = logging.getLogger("tocsin.net")


@dataclass(frozen=True, slots=True)
class Known:
    """What a site said of its page when it was last fetched, so that it need not send it again."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it was sent.

    Attributes
    ----------
    asked, url : str
        The address asked for, and the one the page came from after all redirects.
    body : bytes
        Unpacked; empty where it is `unchanged`.
    content_type : str
        As the site says, in lower case and without parameters; empty where it says nothing.
    known : Known
        To be handed in the next time.
    unchanged : bool
        Whether the page is the one of last time, and was not sent.
    private : bool
        Whether it came from a network that is private and was allowed.
    fetched_at : datetime
        In UTC.
    """

    asked: str
    url: str
    body: bytes
    content_type: str
    known: Known
    unchanged: bool
    private: bool
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer of a site: its status, its headers with names in lower case, its body unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    private: bool


class _Rules:
    """What a site's robots.txt says, or what is the `trouble` with it, and until when (monotonic clock) that holds."""

    def __init__(self, trouble: str, text: str = "") -> None:
        self.trouble = trouble
        self.parsed = Protego.parse(text)
        self.until = time.monotonic() + (_TROUBLE_HOLDS if trouble else _RULES_HOLD)


def fetch(url: str, policy: Policy, known: Known | None = None) -> Fetched:
    """Fetch one page; see :meth:`Fetcher.fetch`."""
    with Fetcher(policy) as fetcher:
        return fetcher.fetch(url, known)


class Fetcher:
    """Fetches pages under one policy; remembers each site's robots.txt and when it was last asked.

    Parameters
    ----------
    policy : Policy
    wait : callable
        Sleeps that many seconds.
    """

    def __init__(self, policy: Policy, wait: Callable[[float], object] = time.sleep) -> None:
        self.policy = policy
        self._wait = wait
        self._backend = CheckedBackend(policy.allow, checking=not policy.proxy)
        self._pool: httpcore.ConnectionPool | None = None
        self._robots: dict[str, _Rules] = {}
        self._asked: dict[str, float] = {}

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open."""
        if self._pool is not None:
            self._pool.close()

    def fetch(self, url: str, known: Known | None = None) -> Fetched:
        """Fetch the page at `url`.

        Parameters
        ----------
        url : str
            An http or https address.
        known : Known, optional
            What was said of it the last time; the page is then only sent if it has changed since.

        Raises
        ------
        FetchError
            If it is not fetched: the address is none that may be, the site's robots.txt asks not to, it does not
            answer in time, with an error, or with more than the limit.
        UsageError
            If the policy does not allow fetching at all.
        """
        if not self.policy.allowed:
            raise UsageError(
                f"{shown(url)}: nothing is fetched from the network unless you say so; add --fetch, "
                "or set fetch = true under [net] in tocsin.toml"
            )
        target = checked(url)
        _log.info("fetching %s", _unqueried(target))
        with self._said(shown(url)):
            source, answer = self._followed(target, known, asking_robots=True)
        unchanged = answer.status == 304
        if not (200 <= answer.status < 300 or (unchanged and known is not None)):
            raise FetchError(shown(url), _refused(answer.status))
        return Fetched(
            asked=shown(url),
            url=shown(str(source)),
            body=b"" if unchanged else answer.body,
            content_type=answer.headers.get("content-type", "").partition(";")[0].strip().lower(),
            known=Known(answer.headers.get("etag", ""), answer.headers.get("last-modified", "")),
            unchanged=unchanged,
            private=answer.private,
            fetched_at=datetime.now(UTC),
        )

    @contextmanager
    def _said(self, name: str) -> Iterator[None]:
        """Put whatever goes wrong on the way in words."""
        most = f"{self.policy.most_bytes / 1e6:,.0f} MB"
        try:
            yield
        except FetchError as error:
            if error.path == name:
                raise
            raise FetchError(name, f"redirects to {error.path}, which {error.reason}") from error
        except RefusedAddress as error:
            raise FetchError(
                name,
                f"leads to a machine that is not on the public internet ({error}); "
                "allow its network under [net] in tocsin.toml if it is your own",
            ) from error
        except httpcore.TimeoutException as error:
            raise FetchError(
                name, f"did not answer in time (at most {self.policy.timeout:g} seconds); try again later"
            ) from error
        except TooLong as error:
            raise FetchError(name, f"is longer than {most}; save it as a file if it is meant") from error
        except UnknownEncoding as error:
            raise FetchError(name, f"was sent packed as {error}, which was not asked for; save it as a file") from error
        except zlib.error as error:
            raise FetchError(name, f"was sent broken ({error}); try again later") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, ssl.SSLError, OSError) as error:
            if (doubt := _doubt(error)) is not None:
                raise FetchError(
                    name,
                    f"does not prove to be who it says ({doubt}); if its certificate is from an authority of your own, "
                    "have this machine trust that",
                ) from error
            raise FetchError(
                name, f"cannot be reached ({_short(error)}); check the address, or try again later"
            ) from error

    def _followed(self, url: httpx.URL, known: Known | None, *, asking_robots: bool) -> tuple[httpx.URL, _Answer]:
        """Ask for `url`, and for where it redirects to; each is checked as if it had been given."""
        left = self.policy.timeout
        for _ in range(MOST_REDIRECTS + 1):
            if asking_robots:
                self._ask_robots(url)
            self._be_polite(url)
            begun = time.monotonic()
            self._backend.deadline = begun + left
            answer = self._get(url, known, whole=asking_robots)
            left -= time.monotonic() - begun
            if answer.status not in _REDIRECTS or not answer.headers.get("location"):
                return url, answer
            url = next_url(url, answer.headers["location"])
        raise FetchError(shown(str(url)), f"is more than {MOST_REDIRECTS} redirects away; open it in a browser")

    def _get(self, url: httpx.URL, known: Known | None, *, whole: bool) -> _Answer:
        """Ask once. What is longer than the limit is refused, or if it need not be whole, cut."""
        most = self.policy.most_bytes if whole else _MOST_ROBOTS
        headers = {
            "Host": url.netloc.decode("ascii"),
            "User-Agent": self.policy.signature,
            "Accept": _ACCEPT,
            "Accept-Encoding": ENCODINGS,
            "Connection": "close",
        }
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        timeout = {"connect": _CONNECT_S, "read": _READ_S, "write": _READ_S, "pool": _CONNECT_S}
        if self.policy.proxy:
            check_host(host_of(url), url.port or 0, self.policy.allow, self._backend.left(_CONNECT_S))
            self._backend.private = False
        with self._connections().stream(
            "GET", _wire(url), headers=_encoded(headers), extensions={"timeout": timeout}
        ) as response:
            got = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            wanted = 200 <= response.status < 300
            if wanted and whole and got.get("content-length", "").isdigit() and int(got["content-length"]) > most:
                raise TooLong
            chunks = response.iter_stream() if whole else _first(response.iter_stream(), most)
            body = unpacked(chunks, got.get("content-encoding", ""), most) if wanted else b""
        return _Answer(response.status, got, body, self._backend.private)

    def _connections(self) -> httpcore.ConnectionPool:
        if self._pool is None:
            # One request a connection: the next comes after a pause, and is looked up and checked anew.
            if self.policy.proxy:
                self._pool = httpcore.HTTPProxy(
                    self.policy.proxy,
                    ssl_context=_trust(),
                    max_keepalive_connections=0,
                    network_backend=self._backend,
                )
            else:
                self._pool = httpcore.ConnectionPool(
                    ssl_context=_trust(), max_keepalive_connections=0, network_backend=self._backend
                )
        return self._pool

    # Manners ------------------------------------------------------------------------------------------------------

    def _ask_robots(self, url: httpx.URL) -> None:
        rules = self._rules(url)
        if rules.trouble:
            raise FetchError(
                shown(str(url)), f"was not fetched because the site's robots.txt {rules.trouble}; try again later"
            )
        if not rules.parsed.can_fetch(str(url), self.policy.product):
            raise FetchError(
                shown(str(url)),
                "was not fetched because the site's robots.txt asks programs not to; open it in a browser and save it",
            )

    def _rules(self, url: httpx.URL) -> _Rules:
        """The rules of a site."""
        site = _site(url)
        rules = self._robots.get(site)
        if rules is not None and time.monotonic() < rules.until:
            return rules
        try:
            _, answer = self._followed(url.copy_with(raw_path=b"/robots.txt"), None, asking_robots=False)
            rules = _parsed(answer)
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            # The first page tells what is wrong; the next ones need not wait for the same again.
            self._robots[site] = _Rules(f"could not be read ({_short(error)})")
            raise
        except (FetchError, TooLong, UnknownEncoding, zlib.error) as error:
            rules = _Rules(f"could not be read ({_short(error)})")
        self._robots[site] = rules
        return rules

    def _be_polite(self, url: httpx.URL) -> None:
        """Wait until the site may be asked again."""
        site = _site(url)
        asks = self._robots[site].parsed.crawl_delay(self.policy.product) if site in self._robots else None
        delay = max(self.policy.delay, min(asks or 0.0, _LONGEST_DELAY))
        if site in self._asked and (left := self._asked[site] + delay - time.monotonic()) > 0:
            self._wait(left)
        self._asked[site] = time.monotonic()


def _parsed(answer: _Answer) -> _Rules:
    """RFC 9309: no file, no rules; a site in trouble is left alone. One that says "too many requests" is in trouble."""
    if answer.status >= 500 or answer.status == 429:
        return _Rules(f"was answered with {answer.status}")
    text = answer.body.decode("utf-8", "replace") if 200 <= answer.status < 300 else ""
    return _Rules("", text.removeprefix("\ufeff"))


def _refused(status: int) -> str:
    if status in (404, 410):
        return f"is not there ({status}); check the address"
    if status in (401, 402, 403, 451):
        return f"is not open to programs ({status}); open it in a browser and save it"
    if status == 429:
        return "was asked for too often (429); try again later"
    if status >= 500:
        return f"is in trouble ({status}); try again later"
    return f"was answered with {status}, which is no page; open it in a browser"


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """Who may vouch for a site: the usual authorities, and those that this machine trusts besides."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(k.encode("ascii"), v.encode("latin-1", "replace")) for k, v in headers.items()]


def _wire(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=host_of(url).encode("ascii"), port=url.port, target=url.raw_path or b"/"
    )


def _first(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """The first `most` bytes; the rest of a robots.txt of any length is not looked at."""
    for chunk in chunks:
        yield chunk[:most]
        most -= len(chunk)
        if most <= 0:
            return


def _site(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _unqueried(url: httpx.URL) -> str:
    """`url` for a log: what comes after a question mark may be a name or a key."""
    return str(url.copy_with(query=None))


def _doubt(error: BaseException | None) -> str | None:
    """What is wrong with a site's certificate, where that is what is behind `error`."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
