"""Connections that go to the very address that was checked, and end when the time is up."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Any

import httpcore

from tocsin.net._addresses import Network, is_allowed, refusal, resolve

__all__ = ["CheckedBackend", "RefusedAddress", "check_host"]


class RefusedAddress(Exception):
    """A name that leads, by any of its addresses, where nothing is fetched from."""


class CheckedBackend(httpcore.NetworkBackend):
    """Opens connections for one fetcher.

    A name is looked up once a connection; all its addresses are checked, and the connection goes to one of them. So a
    name that answers differently the next time (rebinding) leads nowhere else. Without `checking` it connects anywhere:
    to a proxy, which its user chose.
    """

    def __init__(self, allow: tuple[Network, ...], *, checking: bool = True) -> None:
        self._allow, self._checking = allow, checking
        self._backend = httpcore.SyncBackend()
        self.deadline = float("inf")
        """When (monotonic clock) all reading and writing ends, however slowly a server drips."""
        self.private = False
        """Whether the last connection went to a network that is allowed though private."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of `host` that answers.

        Raises
        ------
        RefusedAddress
            If any of its addresses is refused.
        """
        try:
            addresses = resolve(host, port, self.left(timeout))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        for address in addresses:
            if self._checking and (reason := refusal(address, self._allow)):
                raise RefusedAddress(reason)
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._backend.connect_tcp(
                    str(address), port, self.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            self.private = is_allowed(address, self._allow)
            return _TimedStream(stream, self)
        raise failed

    def left(self, timeout: float | None) -> float:
        """Seconds that the next step may take.

        Raises
        ------
        httpcore.ReadTimeout
            If there are none.
        """
        left = self.deadline - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time is up")
        return left if timeout is None else min(timeout, left)


class _TimedStream(httpcore.NetworkStream):
    """A stream that keeps its backend's deadline."""

    def __init__(self, stream: httpcore.NetworkStream, backend: CheckedBackend) -> None:
        self._stream, self._backend = stream, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _TimedStream(stream, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def check_host(host: str, port: int, allow: tuple[Network, ...], within: float) -> None:
    """Check `host` as far as it can be from here, for where a proxy does the looking up and connecting.

    Raises
    ------
    RefusedAddress
        If any address it is known by here is refused.
    """
    try:
        addresses = resolve(host, port, within)
    except (OSError, UnicodeError):
        return
    for address in addresses:
        if reason := refusal(address, allow):
            raise RefusedAddress(reason)
