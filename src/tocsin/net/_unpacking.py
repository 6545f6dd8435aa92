"""Bodies as they arrive, unpacked as far as the limit allows and no further."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

__all__ = ["ENCODINGS", "TooLong", "UnknownEncoding", "unpacked"]

ENCODINGS = "gzip, deflate"
"""What we say we understand."""


class TooLong(Exception):
    """More bytes than the limit, as sent or as unpacked."""


class UnknownEncoding(Exception):
    """Packed in a way that we did not ask for."""


def unpacked(chunks: Iterable[bytes], encoding: str, most: int) -> bytes:
    """Return the body that `chunks` hold.

    Parameters
    ----------
    chunks : iterable of bytes
        As sent.
    encoding : str
        The header Content-Encoding, empty where there is none.
    most : int
        Most bytes, as sent and as unpacked. Nothing beyond it is unpacked: a bomb costs no memory.

    Raises
    ------
    TooLong
        If there is more.
    UnknownEncoding
        If it is packed otherwise, or twice.
    zlib.error
        If it is broken.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        return _gathered(chunks, most)
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise UnknownEncoding(encoding[:40])
    return _inflated(chunks, encoding == "deflate", most)


def _gathered(chunks: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > most:
            raise TooLong
    return bytes(body)


def _inflated(chunks: Iterable[bytes], maybe_raw: bool, most: int) -> bytes:
    # 32 + 15: gzip or zlib, by what its head says.
    engine = zlib.decompressobj(32 + zlib.MAX_WBITS)
    body, sent = bytearray(), 0
    for chunk in chunks:
        first, sent = sent == 0, sent + len(chunk)
        if sent > most:
            raise TooLong
        try:
            body += engine.decompress(chunk, most + 1 - len(body))
        except zlib.error:
            if not (first and maybe_raw):
                raise
            # "deflate" is the zlib form, but some servers send the bare stream.
            engine = zlib.decompressobj(-zlib.MAX_WBITS)
            body += engine.decompress(chunk, most + 1 - len(body))
        if len(body) > most or engine.unconsumed_tail:
            raise TooLong
    if sent and not engine.eof:
        raise zlib.error("it ends in the middle")
    return bytes(body)
