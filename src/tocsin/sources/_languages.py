"""Which language a text is in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tocsin.records import Language
from tocsin.sources._vocabulary import VOCABULARY

__all__ = ["language_of"]

# Languages that reports about conflict come in. Without creoles, dialects and small neighbours, which short
# English notes are taken for.
_LANGUAGES: list[str] = VOCABULARY["languages"].split()
_ALPHABETS = {
    "ARABIC": "ar",
    "CYRILLIC": "ru",
    "HEBREW": "he",
    "GREEK": "el",
    "ETHIOPIC": "am",
    "MYANMAR": "my",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "THAI": "th",
    "ARMENIAN": "hy",
    "GEORGIAN": "ka",
    "BENGALI": "bn",
    "DEVANAGARI": "hi",
}
_ENOUGH = 20_000
"""Characters looked at; more do not change the answer."""
_SURE = 0.5
"""Probability from which the identifier is believed: headlines of four or five words reach it, names do not."""
_FEW_LETTERS = 15
"""Below this many letters only the alphabet is believed."""


def language_of(text: str, usual: Language = "und") -> Language:
    """Return the language of `text`.

    Parameters
    ----------
    text : str
        Cleaned text.
    usual : Language
        What to answer where the text is too short to tell and the alphabet does not speak against it: the
        language of the other rows of a table.
    """
    letters = list(filter(str.isalpha, text[:_ENOUGH]))
    if not letters:
        return "und"
    alphabet = "LATIN" if text.isascii() else _alphabet(letters)
    if len(letters) >= _FEW_LETTERS:
        # Links and numbers carry no language, and tags of Latin letters mislead in other alphabets.
        language, probability = _identifier().classify(re.sub(r"https?://\S+|\d+", " ", text[:_ENOUGH]))
        if probability >= _SURE:
            return str(language)
    if alphabet == "LATIN":
        return usual
    return _by_letters(alphabet, set(letters))


def _by_letters(alphabet: str, letters: set[str]) -> Language:
    if alphabet == "ARABIC":
        if letters & set("ٹڈڑںے"):
            return "ur"
        return "fa" if letters & set("پچژگ") else "ar"
    if alphabet == "CYRILLIC":
        return "uk" if letters & set("іїєґІЇЄҐ") else "ru"
    return _ALPHABETS.get(alphabet, "und")


def _alphabet(letters: list[str]) -> str:
    names: Counter[str] = Counter()
    for letter, times in Counter(letters[:2000]).items():  # in order of appearance, so that ties end as they always did
        names[_alphabet_of(letter)] += times
    return names.most_common(1)[0][0]


@lru_cache(maxsize=4096)
def _alphabet_of(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LANGUAGES)
    return identifier
