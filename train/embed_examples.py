"""Keep the vectors of the core codebook's examples beside the encoder, so that a first run need not work them out.

usage: python train/embed_examples.py
"""

from __future__ import annotations

import numpy as np

from tocsin.codebook import load_codebook
from tocsin.coding._encoder import encode
from tocsin.coding._types import _SHIPPED, _key, save_vectors, training_examples


def main() -> None:
    texts = [text for text, _ in training_examples(load_codebook())]
    vectors = encode(texts).astype(np.float32)
    save_vectors(_SHIPPED, {_key(text): vector for text, vector in zip(texts, vectors, strict=True)})
    print(f"{len(texts)} examples, {_SHIPPED.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
