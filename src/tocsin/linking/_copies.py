"""Which documents repeat each other, word for word or re-edited.

Candidates come from MinHash signatures of word shingles, banded so that only texts that share a band are ever
compared; each candidate is then checked by aligning the words. Two reports of one incident in different words
share no long runs of words, so they are not copies.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from datasketch import MinHash, MinHashLSH
from rapidfuzz.distance import Levenshtein, Opcode

from tocsin.records import Copy, Document, text_hash

__all__ = ["find_copies", "lineages"]

SHINGLE = 3
"""Words in a shingle: an edit of one word spoils three of them, while unrelated news still shares almost none."""

BANDS, BAND_ROWS = 42, 3
"""With 42 bands of 3, texts with a Jaccard similarity of .3 become candidates in 68 % of cases, .4 in 94 %, .5 in
99.6 %; unrelated news (about .01) in 4 of 100,000."""

LEAD_WORDS = 60
"""Copies are cut from the end, so the opening has a signature of its own; 60 words are its first two paragraphs."""

SHORT_WORDS = 40
"""A table's row or a message is too short for runs of words to prove anything; see `_short_copy`."""

FEWEST_WORDS = 6
"""Shorter texts ("Update", "To be continued") repeat by chance."""

MOST_WORDS = 10_000
"""Aligning takes n·m bits; two texts of ten thousand words take 12 MB. What comes after does not change the verdict."""

LONGEST_RUN_BY_CHANCE = 3
"""Matched words count only in runs of this many or more: "said on Tuesday that" occurs in any two reports."""

SHORTER_COVERED, LONGER_COVERED = 0.6, 0.52
"""Shares of both texts that matching runs must cover. Above a half of the longer one, a digest of two articles is a
copy of neither; quotations alone stay far below."""

EXCERPT_COVERED, EXCERPT_SHARE = 0.8, 0.15
"""A cut-down version lies almost wholly in the earlier text and is at least this share of it."""

SWAPS_PER_WORD, FEWEST_SWAPS = 1 / 15, 3
"""Forms filled in anew (daily bulletins) swap figures and names all over an unchanged frame, one in four or five words
of it; an updated or re-worded story swaps one in twenty or fewer."""

SHORT_SIMILARITY = 0.85
SHORT_DAYS = 7
"""A short text that recurs later than a week ("Shelling in the north kills two") speaks of something else."""

DRIFTED = 0.85
"""A copy less similar to its origin than this is itself compared with later texts: copies are made of copies."""

MOST_CHANGES, MOST_CHANGED_WORDS = 20, 12

_PERMUTATIONS = MinHash(num_perm=BANDS * BAND_ROWS, seed=1, scheme="affine32").permutations

# Scripts written without spaces count a character as a word.
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True, eq=False)
class _Card:
    """What is kept of a document while the others are read."""

    id: str
    source: str
    origin: str
    published: date | None
    words: int
    sameness: str
    whole: np.ndarray
    lead: np.ndarray


def find_copies(documents: Iterable[Document]) -> tuple[Copy, ...]:
    """Return every document that repeats another, with the one it repeats and what it changed.

    The origin of a story is its earliest text, then the one that others credit, then the longest. The outcome
    does not depend on the order of `documents`. Translations are not found.

    Parameters
    ----------
    documents : iterable of Document
        Read twice where it can be iterated twice; then only signatures (about 1 kB a document) and the
        compressed texts of candidates are held. An iterator is read once and its texts are held compressed.

    Returns
    -------
    tuple of Copy
        In the order of `document_id`. `origin_id` is never itself a copy.
    """
    texts: dict[str, bytes] = {}
    once = iter(documents) is documents
    cards: dict[str, _Card] = {}
    for document in documents:
        if document.id not in cards and (card := _card(document)):
            cards[document.id] = card
            if once:
                texts[document.id] = _pack(document.text)
    wanted = _candidates(cards.values())
    if not once:
        texts = {document.id: _pack(document.text) for document in documents if document.id in wanted}
    return _assign([cards[i] for i in wanted], texts)


def lineages(document_ids: Iterable[str], copies: Iterable[Copy]) -> dict[str, str]:
    """Return for each document the id of the one its story began with: its own where it repeats nothing."""
    origin = {copy.document_id: copy.origin_id for copy in copies}
    found = {}
    for document_id in document_ids:
        root, seen = document_id, {document_id}
        while root in origin and origin[root] not in seen:
            root = origin[root]
            seen.add(root)
        found[document_id] = root
    return found


def _card(document: Document) -> _Card | None:
    words = _fold(_words(document.text[: MOST_WORDS * 20]))
    if len(words) < FEWEST_WORDS:
        return None
    hashes = np.fromiter((zlib.crc32(w.encode()) for w in words), dtype=np.uint64, count=len(words))
    return _Card(
        id=document.id,
        source=document.source.casefold().strip(),
        origin=document.origin.casefold().strip(),
        published=document.published.start if document.published else None,
        words=len(words),
        sameness=text_hash(" ".join(words)),
        whole=_signature(hashes),
        lead=_signature(hashes[:LEAD_WORDS]),
    )


def _signature(words: np.ndarray) -> np.ndarray:
    """MinHash of the shingles of `words` (hashes), shape (BANDS * BAND_ROWS,)."""
    size = min(SHINGLE, len(words))
    shingles = np.zeros(len(words) - size + 1, dtype=np.uint64)
    for offset in range(size):
        shingles = shingles * np.uint64(1_000_003) + words[offset : offset + len(shingles)]
    shingles = (shingles ^ (shingles >> np.uint64(29))) & np.uint64(0xFFFFFFFF)
    # The shingles are hashed already; datasketch only needs them as they are.
    sketch = MinHash(num_perm=BANDS * BAND_ROWS, seed=1, hashfunc=int, scheme="affine32", permutations=_PERMUTATIONS)
    sketch.update_batch(np.unique(shingles).tolist())
    return np.asarray(sketch.hashvalues)


def _sketch(values: np.ndarray) -> MinHash:
    return MinHash(num_perm=BANDS * BAND_ROWS, seed=1, hashfunc=int, scheme="affine32", hashvalues=values)


def _index() -> MinHashLSH:
    return MinHashLSH(num_perm=BANDS * BAND_ROWS, params=(BANDS, BAND_ROWS))


def _candidates(cards: Iterable[_Card]) -> list[str]:
    """Ids of the documents that share a band with another; best origin first."""
    ranked = _ranked(cards)
    if not ranked:
        return []
    shares = np.zeros(len(ranked), dtype=bool)
    for signatures in ([card.whole for card in ranked], [card.lead for card in ranked]):
        bands = np.stack(signatures).astype(np.uint64).reshape(len(ranked), BANDS, BAND_ROWS)
        # A band's rows as one number: a collision only costs a comparison.
        keys = (bands * np.array([1, 1_000_003, 998_244_353], dtype=np.uint64)).sum(axis=2)
        for band in range(BANDS):
            order = np.argsort(keys[:, band], kind="stable")
            column = keys[order, band]
            twice = column[1:] == column[:-1]
            shares[order[1:][twice]] = True
            shares[order[:-1][twice]] = True
    return [card.id for card, shared in zip(ranked, shares, strict=True) if shared]


def _ranked(cards: Iterable[_Card]) -> list[_Card]:
    """Best origin first: earliest, then credited by others, then crediting nobody, then longest, then by id."""
    cards = list(cards)
    credited = {card.origin for card in cards if card.origin}

    def rank(card: _Card) -> tuple[date, int, int, str]:
        if not card.origin or card.origin == card.source:
            credit = 0 if card.source in credited else 1
        else:
            credit = 2
        return (card.published or date.max, credit, -card.words, card.id)

    return sorted(cards, key=rank)


def _assign(ranked: Sequence[_Card], texts: Mapping[str, bytes]) -> tuple[Copy, ...]:
    """Give each document, best origin first, the origin it repeats.

    Only origins and copies that drifted far from theirs are indexed, so that a story told a thousand times costs a
    thousand comparisons and not a million.
    """
    whole, lead = _index(), _index()
    cards = {card.id: card for card in ranked}
    place = {card: number for number, card in enumerate(ranked)}
    origin_of: dict[str, str] = {}
    same: dict[str, str] = {}
    copies = []
    for card in ranked:
        found = None
        if card.sameness in same:
            # Word for word: nothing to align. Short ones still have to be of the same days.
            first = cards[same[card.sameness]]
            if _near_in_time(card, first) or card.words >= SHORT_WORDS:
                found = (origin_of.get(first.id, first.id), 1.0)
        if found is None:
            near = set(whole.query(_sketch(card.whole))) | set(lead.query(_sketch(card.lead)))
            found = _repeated(card, sorted((cards[i] for i in near), key=place.__getitem__), origin_of, texts)
        same.setdefault(card.sameness, card.id)
        if found is not None:
            origin_of[card.id] = found[0]
            changed = _changed(_unpack(texts[found[0]]), _unpack(texts[card.id]))
            copies.append(Copy(card.id, found[0], round(found[1], 3), changed))
        if found is None or found[1] < DRIFTED:
            whole.insert(card.id, _sketch(card.whole))
            lead.insert(card.id, _sketch(card.lead))
    return tuple(sorted(copies, key=lambda c: c.document_id))


def _repeated(
    card: _Card, near: Sequence[_Card], origin_of: Mapping[str, str], texts: Mapping[str, bytes]
) -> tuple[str, float] | None:
    """The origin that `card` repeats and how much of it, None where it repeats none of those `near` it."""
    if not near:
        return None
    best: tuple[str, float] | None = None
    mine = _words(_unpack(texts[card.id]))
    for other in near:
        if min(card.words, other.words) < SHORT_WORDS and not _near_in_time(card, other):
            continue
        similarity = _similarity(_words(_unpack(texts[other.id])), mine)
        if similarity and (best is None or similarity > best[1]):
            best = (origin_of.get(other.id, other.id), similarity)
    return best


def _near_in_time(one: _Card, other: _Card) -> bool:
    if one.published is None or other.published is None:
        return one.published == other.published
    return abs((one.published - other.published).days) <= SHORT_DAYS


def _similarity(before: Sequence[str], after: Sequence[str]) -> float:
    """How much of both texts (0 to 1) is the same; 0 where `after` is no copy of `before`."""
    old, new = _fold(before), _fold(after)
    codes = Levenshtein.opcodes(old, new)
    matched = sum(c.src_end - c.src_start for c in codes if c.tag == "equal")
    if min(len(old), len(new)) < SHORT_WORDS:
        return _short_similarity(before, after, matched)
    runs = sum(
        c.src_end - c.src_start for c in codes if c.tag == "equal" and c.src_end - c.src_start >= LONGEST_RUN_BY_CHANCE
    )
    shorter, longer = sorted((len(old), len(new)))
    whole = runs >= SHORTER_COVERED * shorter and runs >= LONGER_COVERED * longer
    excerpt = len(new) == shorter and runs >= max(EXCERPT_COVERED * shorter, EXCERPT_SHARE * longer)
    if not (whole or excerpt) or _is_form(before, after, codes, runs):
        return 0.0
    return 2 * matched / (len(old) + len(new))


def _short_similarity(before: Sequence[str], after: Sequence[str], matched: int) -> float:
    """A short text is a copy only where nothing that carries facts differs: no figure, no name."""
    similarity = 2 * matched / (len(before) + len(after))
    if similarity < SHORT_SIMILARITY or _facts(before) != _facts(after):
        return 0.0
    return similarity


def _facts(words: Sequence[str]) -> set[str]:
    """Words with figures or capitals; every word of a script that has no capitals."""
    return {w.casefold() for n, w in enumerate(words) if any(c.isdigit() for c in w) or (n and w != w.lower())} | {
        w for w in words if w.lower() == w.upper()
    }


def _is_form(before: Sequence[str], after: Sequence[str], codes: Iterable[Opcode], matched: int) -> bool:
    """Whether the two fill in the same form: figures and names swapped one for one throughout.

    A name that is swapped the same way everywhere ("SDF" for "militia") is one choice of words, so it counts once;
    figures weigh double, since an outlet has its own names for things but not its own figures.
    """
    swaps = set()
    for c in codes:
        if c.tag == "replace":
            old, new = _facts(("", *before[c.src_start : c.src_end])), _facts(("", *after[c.dest_start : c.dest_end]))
            if old and new:
                swaps.add((frozenset(old), frozenset(new)))
    weight = sum(1.0 if _figures(old) and _figures(new) else 0.5 for old, new in swaps)
    return weight >= FEWEST_SWAPS and weight > SWAPS_PER_WORD * matched


def _figures(words: Iterable[str]) -> bool:
    return any(c.isdigit() for word in words for c in word)


def _changed(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Wordings that differ, as (before, after); empty on one side where words were cut or added."""
    old, new = _words(before), _words(after)
    pairs: dict[tuple[str, str], None] = {}
    a = b = 0
    # Adjoining cuts, swaps and additions are one change: walk from one matching block to the next.
    for block in Levenshtein.opcodes(_fold(old), _fold(new)).as_matching_blocks():
        if block.a > a or block.b > b:
            pairs[_excerpt(old[a : block.a]), _excerpt(new[b : block.b])] = None
        a, b = block.a + block.size, block.b + block.size
    return tuple(pairs)[:MOST_CHANGES]


def _excerpt(words: Sequence[str]) -> str:
    shown = " ".join(words[:MOST_CHANGED_WORDS])
    return f"{shown} …" if len(words) > MOST_CHANGED_WORDS else shown


def _words(text: str) -> list[str]:
    return _WORD.findall(text)[:MOST_WORDS]


def _fold(words: Iterable[str]) -> list[str]:
    return [word.casefold().replace("’", "'") for word in words]


def _pack(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def _unpack(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")
