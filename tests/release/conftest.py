"""What the tests of release share: the codebook, read once."""

from __future__ import annotations

import pytest

from tocsin.codebook import Codebook, load_codebook


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return load_codebook()
