"""Keys under which names meet that people spell differently.

Three keys, from strict to loose. :func:`exact_key` folds case, accents, punctuation and the letter forms of
Arabic script. :func:`loose_key` also drops articles and spaces. :func:`split_generic` takes words such as
"province" or "city of" off a name and says which they were.
:func:`skeleton` keeps the consonants that survive most transliterations; names that share one are compared by
:func:`similarity` before they are believed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler, Levenshtein

__all__ = ["exact_key", "folded", "loose_key", "similarity", "skeleton", "split_generic", "without_qualifier"]

# Letters that no decomposition takes apart.
_LETTERS = str.maketrans(
    {
        "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ə": "e", "ħ": "h", "ŋ": "n",
        "ɓ": "b", "ɗ": "d", "ƙ": "k", "ɛ": "e", "ɔ": "o", "ß": "ss",
        "ة": "ه", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ٱ": "ا", "ھ": "ه", "ہ": "ه", "ە": "ه",
        "ء": None, "ـ": None,
        # Apostrophes, ayn and hamza as people type them.
        "'": None, "’": None, "‘": None, "`": None, "´": None, "ʼ": None, "ʻ": None, "ʿ": None, "ʾ": None,
        "′": None, "ʹ": None, "ʺ": None, "\u200c": None, "\u200d": None, "\u00ad": None,
    }
)  # fmt: skip
_ARTICLES = frozenset({
    "al", "el", "ul", "il", "as", "es", "us", "ash", "esh", "ush", "ad", "ed", "ud", "adh", "edh", "at", "et",
    "ut", "ath", "eth", "an", "en", "un", "ar", "er", "ur", "az", "ez", "uz", "the", "la", "le", "les", "los",
    "las",
})  # fmt: skip
_GENERIC = frozenset({
    "province", "governorate", "governate", "muhafazah", "muhafaza", "muhafazat", "mohafazat", "district",
    "region", "state", "oblast", "raion", "rayon", "county", "department", "departement", "prefecture",
    "municipality", "commune", "subdistrict", "wilaya", "wilayat", "vilayet", "emirate", "kingdom", "republic",
    "territory", "area", "areas", "countryside", "city", "town", "village", "hamlet", "camp", "neighbourhood",
    "neighborhood", "suburb", "suburbs", "quarter", "outskirts", "greater", "metropolitan", "rural", "capital",
    "provincial", "division", "cercle", "woreda", "zone",
})  # fmt: skip
_QUALIFIER = frozenset({
    "north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "northeast",
    "northwest", "southeast", "southwest", "northeastern", "northwestern", "southeastern", "southwestern",
    "upper", "lower", "nearby", "neighbouring", "neighboring", "mainland",
})  # fmt: skip
_ARABIC_GENERIC = frozenset({
    "محافظه", "مدينه", "قريه", "ناحيه", "منطقه", "بلده", "قضا", "ريف", "مخيم", "ولايه", "حي", "جمهوريه", "استان",
})  # fmt: skip
_PUNCTUATION = re.compile(r"[^\w]+|_+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_FUSED_ARTICLE = re.compile(r"^(?:al|el|ash|esh|as|es|az|ez|ar|er|ad|ed|an|at|et)(?=[bcdfghjklmnpqrstvwxz])")


@lru_cache(maxsize=65536)
def exact_key(name: str) -> str:
    """`name` without case, accents or punctuation; words apart by one space.

    Examples
    --------
    >>> exact_key("Al-Ḥasakah")
    'al hasakah'
    """
    plain = name.encode("utf-8", "ignore").decode().casefold().translate(_LETTERS)
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
        plain = plain.casefold().translate(_LETTERS)
    plain = plain.replace(".", "") if len(plain) <= 6 else plain
    return " ".join(_PUNCTUATION.sub(" ", plain).split())


def _without_arabic_article(word: str) -> str:
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def split_generic(name: str) -> tuple[str, str]:
    """A name's exact key without words that say what kind of place it is, and the last of those words.

    Examples
    --------
    >>> split_generic("the city of Mosul")
    ('mosul', 'city')
    >>> split_generic("Northern Province")
    ('northern', 'province')
    """
    words = exact_key(name).split()
    generic = [w for w in words if w in _GENERIC or w in _ARABIC_GENERIC]
    kept = [w for w in words if w not in generic]
    while kept and kept[0] in ("of", "the"):
        kept = kept[1:]
    while kept and kept[-1] == "of":
        kept = kept[:-1]
    return (" ".join(kept), generic[-1]) if kept and generic else (" ".join(words), "")


@lru_cache(maxsize=65536)
def loose_key(name: str) -> str:
    """`name` without articles and spaces.

    Examples
    --------
    >>> loose_key("Deir ez-Zor") == loose_key("Deir al-Zor") == loose_key("Deir Zor")
    True
    """
    words = exact_key(name).split()
    if len(words) > 1:
        kept = [w for w in words if w not in _ARTICLES]
        words = kept or words
    return "".join(_without_arabic_article(w) for w in words)


def without_qualifier(name: str) -> str:
    """`name` without a leading compass word ("northern Aleppo" is in Aleppo); unchanged where there is none."""
    words = exact_key(name).split()
    while len(words) > 1 and (words[0] in _QUALIFIER or words[0] in ("the", "of")):
        words = words[1:]
    return " ".join(words)


# Order matters: digraphs before their letters. What they fold to is only a meeting point, not a sound.
_DIGRAPHS = (
    ("sch", "s"), ("tch", "s"), ("dsch", "j"), ("dzh", "j"), ("dj", "j"), ("zh", "j"), ("ch", "s"), ("sh", "s"),
    ("kh", "k"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("ph", "f"), ("ck", "k"), ("qu", "k"), ("x", "ks"),
)  # fmt: skip
_SINGLES = str.maketrans({"q": "k", "c": "k", "z": "s", "v": "f", "p": "b", "j": "g"})
_VOWELS = (
    ("aou", "u"), ("aw", "u"), ("au", "u"), ("ou", "u"), ("oo", "u"), ("ow", "u"), ("uw", "u"), ("o", "u"),
    ("ay", "i"), ("ai", "i"), ("ei", "i"), ("ey", "i"), ("ee", "i"), ("iy", "i"), ("y", "i"), ("ie", "i"), ("e", "i"),
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """`name` as it might sound: transliteration variants folded, vowels kept in three classes.

    Examples
    --------
    >>> folded("Deir ez-Zor") == folded("Dayr az Zawr") == folded("Deir al-Zour")
    True
    """
    key = loose_key(name)
    if " " not in exact_key(name):
        key = _FUSED_ARTICLE.sub("", key) if len(key) > 6 else key
    for before, after in _DIGRAPHS:
        key = key.replace(before, after)
    for before, after in _VOWELS:
        key = key.replace(before, after)
    key = _DOUBLED.sub(r"\1", key.translate(_SINGLES))
    return key[:-1] if len(key) > 3 and key[-1] == "h" else key


@lru_cache(maxsize=65536)
def skeleton(name: str) -> str:
    """The consonants of the folded name, its first letter kept; in Arabic script its letters without alef, waw, ya.

    Examples
    --------
    >>> skeleton("Busayrah") == skeleton("Basira")
    True
    """
    key = folded(name)
    if not key:
        return ""
    if _ARABIC.search(key):
        return key[0] + "".join(c for c in key[1:] if c not in "اويهة")
    return "".join(c for i, c in enumerate(key) if i == 0 or c not in "aeiouwyh").replace("d", "t")


@lru_cache(maxsize=65536)
def similarity(one: str, other: str) -> float:
    """How alike two names sound, 0 to 1."""
    a, b = folded(one), folded(other)
    return 0.5 * (Levenshtein.normalized_similarity(a, b) + JaroWinkler.similarity(a, b))
