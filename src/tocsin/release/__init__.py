"""What may leave: policy and masking. Turns events into public ones, the only type that export is handed."""

from __future__ import annotations

from tocsin.release._gate import gate_event
from tocsin.release._masking import ReleaseError, gate, scan_for_secrets
from tocsin.release._names import PlaceNames, SeenNames
from tocsin.release._policy import LOCAL_SOURCE, Policy
from tocsin.release._publish import publish

__all__ = [
    "LOCAL_SOURCE",
    "PlaceNames",
    "Policy",
    "ReleaseError",
    "SeenNames",
    "gate",
    "gate_event",
    "publish",
    "scan_for_secrets",
]
