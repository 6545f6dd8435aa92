"""Web addresses as given, as fetched and as shown."""

from __future__ import annotations

import re

import httpx

from tocsin.errors import FetchError

__all__ = ["checked", "host_of", "is_url", "next_url", "shown"]

# Two letters at least, so that a drive letter is not taken for a scheme.
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")
_LONGEST = 4_000


def is_url(words: str) -> bool:
    """Whether `words` are meant as an address on a network, of whatever kind.

    Examples
    --------
    >>> is_url("https://news.example/feed"), is_url("reports/monday.txt")
    (True, False)
    """
    return _SCHEME.match(words) is not None


def shown(url: str) -> str:
    """`url` as it may be shown and kept: without a name and password, and without what comes after ``#``.

    Examples
    --------
    >>> shown("https://me:secret@news.example/a?page=2#top")
    'https://news.example/a?page=2'
    """
    try:
        parsed = httpx.URL(url.strip())
        return str(parsed.copy_with(username=None, password=None, fragment=None))
    except (httpx.InvalidURL, ValueError, TypeError):
        return re.sub(r"//[^/@]*@", "//", url.strip()).partition("#")[0][:200]


def checked(url: str) -> httpx.URL:
    """`url` as it can be fetched.

    Raises
    ------
    FetchError
        If it is none that is fetched here.
    """
    name = shown(url)
    try:
        parsed = httpx.URL(url.strip()).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchError(name, f"is no web address ({error}); correct it") from error
    if parsed.scheme not in ("http", "https"):
        raise FetchError(name, "is neither http nor https, which are all that is fetched; save it as a file")
    if parsed.userinfo:
        raise FetchError(
            name, "holds a name or a password, which would be kept and sent on; save the page as a file instead"
        )
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise FetchError(name, f"is no web address (there is no port {parsed.port}); correct it")
    if not host_of(parsed) or len(str(parsed)) > _LONGEST:
        raise FetchError(name[:200], "names no site, or is longer than any address is; correct it")
    return parsed


def next_url(url: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect from `url` leads.

    Raises
    ------
    FetchError
        If that must not be followed.
    """
    try:
        target = url.join(location)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise FetchError(shown(str(url)), "redirects to what is no web address; open it in a browser") from error
    try:
        target = checked(str(target))
    except FetchError as error:
        raise FetchError(shown(str(url)), f"redirects to {error.path}, which {error.reason}") from error
    if url.scheme == "https" and target.scheme == "http":
        raise FetchError(
            shown(str(url)), "redirects from https to http, where anybody could change it; it was not followed"
        )
    return target


def host_of(url: httpx.URL) -> str:
    """The host of `url` as it is asked for in the network, without a final dot."""
    return url.raw_host.decode("ascii").rstrip(".")
