"""Reports about armed conflict in, a defensible event dataset out.

In a notebook::

    import tocsin

    account = tocsin.run(["reports/"], "dataset/", published="2019-03-06")
    with tocsin.open("dataset/workspace") as dataset:
        for event in dataset.events():
            print(event.when.start, event.code, event.disputed)
        frame = dataset.events_table().to_pandas()
    print(tocsin.explain("Shelling killed three people in Idlib on Monday.").claims)
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Nothing leaves the machine unasked. The runtime of the bundled encoder would otherwise note what it runs in the
# user's cache and report it to its maker; it looks at this once, when it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from tocsin import places
    from tocsin.pipeline import Account, Dataset, Explanation
    from tocsin.pipeline.notebook import check, events, explain, geoparse, open, run

__all__ = ["Account", "Dataset", "Explanation", "check", "events", "explain", "geoparse", "open", "places", "run"]

_WHERE = {
    "Account": "tocsin.pipeline",
    "Dataset": "tocsin.pipeline",
    "Explanation": "tocsin.pipeline",
    "check": "tocsin.pipeline.notebook",
    "events": "tocsin.pipeline.notebook",
    "explain": "tocsin.pipeline.notebook",
    "geoparse": "tocsin.pipeline.notebook",
    "open": "tocsin.pipeline.notebook",
    "run": "tocsin.pipeline.notebook",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: `import tocsin` must not load a language model.
    from importlib import import_module

    if name == "places":
        return import_module("tocsin.places")
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'tocsin' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
