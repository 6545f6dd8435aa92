"""How people write place names: a seeded generator of the ways in which two writers differ.

Each variation takes a name and chance, and returns it written otherwise, or as it was. They follow what is
known of transliteration from Arabic (articles, sun letters, vowels, consonants without a Latin letter), of French and
English spellings of one name, and of keyboards; none was fitted to a list of names.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence

__all__ = ["ARABIC", "KINDS", "LATIN", "is_arabic", "perturbed"]

Variation = Callable[[str, random.Random], str]


def _swap(name: str, chance: random.Random, pairs: Sequence[tuple[str, Sequence[str]]], most: int = 1) -> str:
    """Write up to `most` of these letter groups otherwise."""
    spots = [(m, options) for old, options in pairs for m in re.finditer(old, name, re.IGNORECASE)]
    chance.shuffle(spots)
    done: list[tuple[int, int, str]] = []
    for m, options in spots:
        if len(done) < most and all(m.end() <= a or m.start() >= b for a, b, _ in done):
            new = chance.choice(list(options))
            new = m.expand(new)
            done.append((m.start(), m.end(), new.capitalize() if m[0][:1].isupper() else new))
    for start, end, new in sorted(done, reverse=True):
        name = name[:start] + new + name[end:]
    return name


SUN = "tdrzsnl"


def article(name: str, chance: random.Random) -> str:
    """The article apart, with a hyphen, assimilated, or left out."""

    def again(m: re.Match[str]) -> str:
        rest = m["rest"]
        before = m["before"]
        first = rest[0].lower()
        forms = [f"al-{rest.capitalize()}", f"el-{rest.capitalize()}", f"Al {rest.capitalize()}", rest.capitalize()]
        if first in SUN:
            forms += [f"a{first}-{rest.capitalize()}", f"e{first}-{rest.capitalize()}"]
        return before + chance.choice(forms)

    fused = re.compile(r"(?P<before>^|\s)(?:El|Al|As|Ar|Ash|Az|At|An|Ad)(?:-|\s|(?<=El))(?P<rest>[A-Za-z']{3,})")
    if fused.search(name):
        return fused.sub(again, name, count=1)
    if " " not in name and len(name) > 3 and not name.lower().startswith(("al", "el", "abu", "um", "tal")):
        return chance.choice(("al-", "Al ", "el-")) + name
    return name


def feminine(name: str, chance: random.Random) -> str:
    """The ending -a, -ah, -eh, -e, and -iya, -iyah, -iyyeh."""
    if re.search(r"iy+e?a?h?$", name):
        return re.sub(r"iy+[ea]?h?$", chance.choice(("iya", "iyah", "iyya", "iyyeh", "ieh", "iyeh")), name)
    return re.sub(r"(?:eh|ah|a|e)$", chance.choice(("a", "ah", "eh", "e")), name) if len(name) > 4 else name


def long_vowels(name: str, chance: random.Random) -> str:
    """U, ou, oo, o; i, ee, y; a, aa."""
    return _swap(
        name, chance, (("ou|oo|u", ("ou", "oo", "u", "o")), ("ee|i(?![aey])", ("ee", "i", "y")), ("aa", ("a",))), 2
    )


def diphthongs(name: str, chance: random.Random) -> str:
    """Ei, ai, ay, ey, e; au, aw, o."""
    return _swap(
        name, chance, (("ei|ai|ay|ey", ("ei", "ai", "ay", "ey", "e")), ("au|aw|ow", ("au", "aw", "ow", "o"))), 2
    )


def consonants(name: str, chance: random.Random) -> str:
    """Letters that no two transliterations agree on."""
    return _swap(
        name,
        chance,
        (
            ("q(?!u)|qu(?=[aei])", ("k", "q", "g")), ("dh|th", ("d", "th", "dh", "z", "t")), ("kh", ("kh", "k", "h")),
            ("gh", ("gh", "g")), ("sh(?!h)", ("sh", "ch")), ("j", ("j", "dj", "g")), ("z", ("z", "dh")),
            ("k(?!h)", ("k", "q", "c")), ("y(?=[aeiou])", ("y", "i")), ("w", ("w", "ou")),
        ),
        1,
    )  # fmt: skip


def doubling(name: str, chance: random.Random) -> str:
    """A consonant twice, or once where it stood twice."""
    if m := re.search(r"([bcdfghjklmnpqrstvwxyz])\1", name, re.IGNORECASE):
        return name[: m.start()] + name[m.start() + 1 :]
    return _swap(name, chance, ((r"(?<=[aeiou])([bdflmnrstz])(?=[aeiou])", (r"\1\1",)),))


def joints(name: str, chance: random.Random) -> str:
    """Hyphens, spaces, or neither between words."""
    return re.sub(r"[\s-]+", chance.choice(("-", " ", "")), name)


def apostrophes(name: str, chance: random.Random) -> str:
    """Ayn and hamza written or left out."""
    if "'" in name:
        return name.replace("'", chance.choice(("", "’", "`", "ʿ")))
    return _swap(name, chance, ((r"(?<=[aeiou])(?=[a-z])|(?<=[a-z])(?=a[a-z])", (chance.choice(("'", "’", "ʿ")),)),))


def short_vowels(name: str, chance: random.Random) -> str:
    """A, e, i, o for one another; one put between consonants or dropped."""
    changed = _swap(name, chance, (("(?<=[b-df-hj-np-tv-z])[aeio](?=[b-df-hj-np-tv-z])", ("a", "e", "i", "o")),), 1)
    if chance.random() < 0.4:
        changed = _swap(changed, chance, ((r"(?<=^[BDFHJKMNQRSTZ])(?=[bdflmnrstz])", ("a", "e", "u", "i")),))
    return changed


ELEMENTS = (
    (r"\bTal\b", ("Tell", "Tel", "Tall")), (r"\bKafr\b", ("Kafar", "Kufr", "Kefr")), (r"\bEin\b", ("Ain", "Ayn")),
    (r"\bBeith?\b", ("Bayt", "Bait", "Beit")), (r"\bDeir\b", ("Dayr", "Der", "Dair")),
    (r"\bUm\b", ("Umm", "Om", "Oum")),
    (r"\bAbu\b", ("Abou", "Abo")), (r"\bSheikh\b", ("Shaykh", "Cheikh", "Shekh")), (r"\bHaj\b", ("Hajj",)),
    (r"\bJabal\b|\bJebel\b", ("Jabal", "Jebel", "Djebel")), (r"\bWadi\b", ("Ouadi", "Wady")),
    (r"\bKherbet\b|\bKhirbet\b|\bKherbt\b", ("Khirbat", "Khirbet", "Kherbet")), (r"\bBir\b", ("Beer", "Bi'r")),
)  # fmt: skip


def elements(name: str, chance: random.Random) -> str:
    """Tell, Kafr, Ayn, Bayt, Umm and the like."""
    return _swap(name, chance, ELEMENTS)


TELLING = (
    ("Upper", ("Fawqani", "Foqani")), ("Lower", ("Tahtani",)), ("North(?:ern)?", ("Shamali",)),
    ("East(?:ern)?", ("Sharqi",)),
    ("South(?:ern)?", ("Janubi",)), ("West(?:ern)?", ("Gharbi",)), ("Little", ("Saghir", "Saghira")),
    ("Big|Great|Large", ("Kabir", "Kabira")), ("New", ("Jadid", "Jadida")), ("Old", ("Qadim",)),
)  # fmt: skip


def telling(name: str, chance: random.Random) -> str:
    """ "Upper X" as "X Fawqani"."""
    for old, options in TELLING:
        if m := re.match(rf"(?:{old})\s+(?P<rest>.+)$", name):
            return f"{m['rest']} {chance.choice(list(options))}"
    return name


def is_arabic(name: str) -> bool:
    """Whether a name is in Arabic script."""
    return re.search(r"[\u0600-\u06ff]", name) is not None


def kind_words(name: str, chance: random.Random) -> str:
    """The word for what it is."""
    if is_arabic(name):
        return chance.choice(("قرية ", "بلدة ")) + name
    return chance.choice((f"{name} village", f"village of {name}", f"{name} town", f"the town of {name}"))


def capitals(name: str, chance: random.Random) -> str:
    """In capitals or in small letters."""
    return chance.choice((name.upper(), name.upper(), name.capitalize(), name.lower()))


def diacritics(name: str, chance: random.Random) -> str:
    """Long vowels and emphatic letters with their marks."""
    return _swap(
        name, chance, (("a", ("ā",)), ("i", ("ī",)), ("u", ("ū",)), ("h", ("ḥ",)), ("t", ("ṭ",)), ("s", ("ṣ",))), 3
    )


def accents(name: str, chance: random.Random) -> str:
    """Accents left out, or e with one as French writes it."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return bare if bare != name else _swap(name, chance, (("(?<=[b-z])e(?=[b-df-hj-np-tv-z]?[aeiou])", ("é",)),))


def french_letters(name: str, chance: random.Random) -> str:
    """Ou, dj, tch, gn, c, qu, ph as French has them, or as English has."""
    if re.search(r"ern\b", name):
        return name  # that is an English name, which French would translate
    return _swap(
        name,
        chance,
        (
            ("ou(?=[aeiou])", ("w",)), ("w(?=[aeiou])", ("ou",)), ("ou", ("u", "oo")), ("u", ("ou",)), ("tch", ("ch",)),
            ("dj", ("j",)), ("ch", ("sh", "tch")), ("sh", ("ch",)), ("gn", ("ny",)), ("ny", ("gn",)),
            ("c(?=[aou])", ("k",)), ("qu(?=[ei])", ("k",)), ("gu(?=[ei])", ("g",)), ("ph", ("f",)),
        ),
        1,
    )  # fmt: skip


# Letters beside each other on a keyboard, as they are often struck for one another.
BESIDE = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi",
    "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


def keyboard(name: str, chance: random.Random) -> str:
    """A letter beside the one that was meant, or one struck twice."""
    spots = [i for i in range(1, len(name)) if name[i].lower() in BESIDE]
    if len(name) < 6 or not spots:
        return name
    at = chance.choice(spots)
    letter = name[at] * 2 if chance.random() < 0.4 else chance.choice(BESIDE[name[at].lower()])
    return name[:at] + letter + name[at + 1 :]


def slip(name: str, chance: random.Random) -> str:
    """A slip of the finger: two letters change places, or one is lost."""
    spots = [i for i in range(1, len(name) - 2) if name[i].isalpha() and name[i + 1].isalpha()]
    if len(name) < 6 or not spots:
        return name
    at = chance.choice(spots)
    return name[:at] + (name[at + 1] + name[at] if chance.random() < 0.5 else name[at + 1]) + name[at + 2 :]


def arabic_hamza(name: str, chance: random.Random) -> str:
    """Alef with or without hamza; hamza on its seat or not."""
    return re.sub("[أإآ]", "ا", name) if re.search("[أإآ]", name) else re.sub(r"\bا(?!ل)", "أ", name)


def arabic_endings(name: str, chance: random.Random) -> str:
    """Taa marbuta as haa, alef maqsura as yaa, and the other way."""
    if re.search("[ةى]", name):
        return name.replace("ة", "ه").replace("ى", "ي")
    return re.sub(r"ي\b", "ى", re.sub(r"ه\b", "ة", name))


def arabic_article(name: str, chance: random.Random) -> str:
    """The article left out, or put before a name that has none."""
    if re.search(r"\bال", name):
        return re.sub(r"\bال", "", name, count=1)
    return name if " " in name else "ال" + name


def arabic_marks(name: str, chance: random.Random) -> str:
    """Vowel signs, a stretched letter, or letters of the Persian keyboard."""
    roll = chance.random()
    if roll < 0.4:
        return name.replace("ي", "ی").replace("ك", "ک")
    at = chance.randrange(1, len(name)) if len(name) > 1 else 0
    return name[:at] + ("ـ" if roll < 0.7 else chance.choice("َُِّ")) + name[at:]


def arabic_joints(name: str, chance: random.Random) -> str:
    """Words joined."""
    return name.replace(" ", chance.choice(("", "-", "_"))) if " " in name else name


LATIN: dict[str, Variation] = {
    "article": article, "feminine ending": feminine, "long vowels": long_vowels, "diphthongs": diphthongs,
    "consonants": consonants, "doubling": doubling, "joints": joints, "apostrophes": apostrophes,
    "short vowels": short_vowels, "elements": elements, "telling words": telling, "kind words": kind_words,
    "capitals": capitals, "diacritics": diacritics, "slip": slip,
    "accents": accents, "french letters": french_letters, "keyboard": keyboard,
}  # fmt: skip


def arabic_seats(name: str, chance: random.Random) -> str:
    """Hamza on waw, yaa or alone, or left out."""
    if re.search("[ؤئء]", name):
        return name.replace("ؤ", "و").replace("ئ", chance.choice(("ي", "ئ"))).replace("ء", "")
    return re.sub(r"(?<=ا)\b", "ء", name, count=1) if name.endswith("ا") else name


def arabic_slip(name: str, chance: random.Random) -> str:
    """A letter without its dots or with others, or two that changed places."""
    if len(name) < 5:
        return name
    if chance.random() < 0.5:
        spots = [i for i in range(2, len(name) - 1) if name[i].isalpha() and name[i + 1].isalpha()]
        if spots:
            at = chance.choice(spots)
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    pairs = (
        ("ح", ("ج", "خ")),
        ("د", ("ذ",)),
        ("ذ", ("د",)),
        ("ض", ("ظ",)),
        ("ظ", ("ض",)),
        ("ث", ("ت",)),
        ("ط", ("ت",)),
    )
    return _swap(name, chance, pairs)


ARABIC: dict[str, Variation] = {
    "arabic hamza": arabic_hamza, "arabic endings": arabic_endings, "arabic article": arabic_article,
    "arabic marks": arabic_marks, "arabic joints": arabic_joints, "arabic kind words": kind_words,
    "arabic seats": arabic_seats, "arabic slip": arabic_slip,
}  # fmt: skip
KINDS = (*LATIN, *ARABIC)


def perturbed(name: str, chance: random.Random) -> tuple[str, str]:
    """`name` as somebody else writes it, and the first kind of variation that changed it; ("", "") where none did."""
    variations = list((ARABIC if is_arabic(name) else LATIN).items())
    chance.shuffle(variations)
    # The word for what a place is comes last: nobody writes that one otherwise.
    variations.sort(key=lambda item: item[1] is kind_words)
    if chance.random() < 1 / len(variations):
        variations = variations[-1:] + variations[:-1]
        wanted = 1
    else:
        wanted = chance.choice((1, 2))
    done, first = 0, ""
    written = name
    for kind, vary in variations:
        changed = vary(written, chance)
        if changed != written:
            written, done, first = changed, done + 1, first or kind
        if done == wanted:
            break
    return (written, first) if written != name else ("", "")
