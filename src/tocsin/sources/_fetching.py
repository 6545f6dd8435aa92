"""Pages from the network, put in files and read by the source of their form."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tocsin.errors import InputError, UnreadableInput
from tocsin.net import Fetched, is_url, shown
from tocsin.sources._sniffing import MEDIA_ENDINGS, VAGUE_MEDIA, sniffed
from tocsin.sources._walking import Input, ending, endings, read_input

__all__ = ["cited", "feed_links", "fetched_input"]

_FEED_ITEM = "feed item"  # the form of the documents of a feed

# What an address may carry besides the page it names: whose it is, and which letter it was sent in.
_SECRET = ("token", "access_token", "auth", "key", "apikey", "api_key", "sig", "signature", "session", "sessionid")
_TRACKING = ("fbclid", "gclid", "mc_cid", "mc_eid")


def fetched_input(fetched: Fetched, folder: Path) -> Input | InputError:
    """Put a page into a file in `folder`, with the ending of its form, and return it as an input to read.

    Its form is told by how it begins where that is certain, else by what the site says of it, else by its address,
    else by how it seems to begin. It is restricted if it came from a private network.
    """
    name = fetched.asked
    if not fetched.body:
        return UnreadableInput(name, "is empty; check the address in a browser")
    digest = hashlib.sha256(fetched.body).hexdigest()
    path = folder / digest
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(fetched.body)
    form = _form(fetched, path)
    if not form:
        path.unlink()
        told = fetched.content_type or "nothing"
        return InputError(name, f"is of a form that is not read here (the site says: {told[:60]}); leave it out")
    whole = path.with_name(digest + form)
    path.rename(whole)
    return Input(name, whole, digest, url=cited(fetched.url), restricted=fetched.private)


def _form(fetched: Fetched, path: Path) -> str:
    certain = sniffed(path)
    if certain in endings():
        return certain
    said = fetched.content_type
    named = ending(PurePosixPath(urlsplit(fetched.url).path).name)
    named = named if named in endings() else ""
    if said in VAGUE_MEDIA or said == "text/plain":  # which servers say of every text they do not know
        return named or sniffed(path, tables=True) or (".txt" if said == "text/plain" else "")
    told = MEDIA_ENDINGS.get(said, "")
    return told if told in endings() else named


def feed_links(given: Input) -> Iterator[str]:
    """Yield the addresses of the pages that the entries of a feed link to, each once; of other forms, nothing."""
    seen = {given.name, given.url}
    for found in read_input(given):
        if isinstance(found, InputError) or found.item.document.form != _FEED_ITEM:
            continue
        link = found.item.document.url
        if is_url(link) and (name := shown(link)) not in seen:
            seen.add(name)
            yield name


def cited(url: str) -> str:
    """`url` as a document is cited by: without keys and the marks of whoever sent the link.

    Examples
    --------
    >>> cited("https://news.example/a?id=7&utm_source=x&token=s3cret")
    'https://news.example/a?id=7'
    """
    parts = urlsplit(url)
    if not parts.query:
        return url
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(k, v) for k, v in pairs if not _passing(k.lower())]
    return url if len(kept) == len(pairs) else urlunsplit(parts._replace(query=urlencode(kept)))


def _passing(parameter: str) -> bool:
    return parameter in _SECRET or parameter in _TRACKING or parameter.startswith(("utm_", "x-amz-", "x-goog-"))
