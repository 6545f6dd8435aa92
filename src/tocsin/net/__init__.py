"""The one way out: off unless the user says so, and never to a private address.

A :class:`Fetcher` gets web addresses under a :class:`Policy`. It says who it is, asks each site's robots.txt, waits
between two requests to one site, keeps no cookies and sends no referer.
"""

from tocsin.net._addresses import Network, refusal
from tocsin.net._fetching import Fetched, Fetcher, Known, fetch
from tocsin.net._policy import Policy
from tocsin.net._urls import is_url, shown

__all__ = ["Fetched", "Fetcher", "Known", "Network", "Policy", "fetch", "is_url", "refusal", "shown"]
