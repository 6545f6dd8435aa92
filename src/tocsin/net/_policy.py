"""What may be fetched, how much, and how politely."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from tocsin.net._addresses import Network

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a :class:`~tocsin.net.Fetcher` may do. As it stands it may do nothing.

    Attributes
    ----------
    allowed : bool
        Whether anything may be fetched at all.
    pages : int
        Most pages that the entries of feeds link to and that are fetched in one go.
    timeout : float
        Seconds that one page may take from the first to the last byte, with all its redirects.
    most_bytes : int
        Longest page, as sent and when unpacked.
    delay : float
        Seconds between two requests to one site; its robots.txt may ask for more.
    user_agent : str
        How requests sign; Tocsin's name and version where empty.
    allow : tuple of networks
        Networks that may be reached although they are private, such as an office's own.
    proxy : str
        Address of a proxy to go through; empty for none. The environment's is never used.
    """

    allowed: bool = False
    pages: int = 50
    timeout: float = 60.0
    most_bytes: int = 20_000_000
    delay: float = 1.0
    user_agent: str = ""
    allow: tuple[Network, ...] = ()
    proxy: str = ""

    @property
    def signature(self) -> str:
        """What requests sign with."""
        return self.user_agent or f"Tocsin/{version('tocsin')} (conflict event coding; fetches what its user names)"

    @property
    def product(self) -> str:
        """The name that a robots.txt would call us by."""
        return self.signature.strip().partition("/")[0].partition(" ")[0]
