"""The runtime of the encoder keeps no record of what it is used for, and tells nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CODE = "from tocsin.coding._encoder import encode; encode(['Shelling killed three people.'])"


def test_encoding_leaves_nothing_behind(tmp_path: Path) -> None:
    places = {name: str(tmp_path) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA")}
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"} | places
    subprocess.run([sys.executable, "-c", CODE], env=environment, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []
