"""The public face: few names, sorted, documented, and there at once."""

import subprocess
import sys

import tocsin

QUICK = "import sys, tocsin; sys.exit(bool({'numpy', 'spacy', 'onnxruntime', 'sqlalchemy'} & set(sys.modules)))"


def test_public_names() -> None:
    assert tocsin.__all__ == sorted(tocsin.__all__)
    assert all(getattr(tocsin, name).__doc__ for name in tocsin.__all__)
    assert set(tocsin.__all__) <= set(dir(tocsin))
    assert subprocess.run([sys.executable, "-c", QUICK], check=False).returncode == 0
