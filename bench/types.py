"""How well the type of an event is told from a note; see ``bench/sub_event_types.py``.

python bench/types.py [--gold FILE] [--predictions FILE] [--codebook FILE]
"""

import sys

# This file has the name of a standard module, and its folder comes first where Python looks for modules: for this
# script and for every other one in it.
_here = sys.path.pop(0)
if __name__ == "__main__":
    import types

    sys.path.insert(0, _here)
    from sub_event_types import main

    main()
else:
    del sys.modules[__name__]
    import types  # noqa: F401  the standard one, which takes this module's place

    sys.path.insert(0, _here)
