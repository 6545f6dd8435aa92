"""P-codes of settlements from names as people write them.

    python bench/pcodes.py --gold PATH [--predictions FILE] [--seed N] [--sample N]

PATH is a folder of OCHA-COD-like GeoJSON (``*.geojson``, ``*.geojson.gz``), all of which are loaded as one gazetteer;
or a file of JSON lines ``{"name", "within": [...], "pcode"}``, to be resolved with the gazetteers that are installed.

With a folder, every settlement's English and Arabic name is resolved as it stands, given its district; and a sample
of them is written in other ways by a seeded generator (the kinds stand in `KINDS`, one or two at a time) and resolved
given the governorate, and given only the country. What counts is the first answer: right if its own P-code is the
settlement's. FILE is an output: JSON lines with name, containers, gold and answer. The last line printed is one line
of JSON: accuracy in percent of each task, for Latin and Arabic script, and of each kind of variation (given the
governorate); `ceiling` is the share of names as they stand that no other settlement of their district has;
`resolves_per_s` is the speed of all this.
"""

from __future__ import annotations

import argparse
import atexit
import json
import os
import random
import re
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.places import SqliteGazetteer, add_gazetteer, open_gazetteer
from tocsin.places._entries import Entry, read_entries
from tocsin.places._index import cache_path, index_path
from tocsin.records import Place, Toponym


@dataclass(frozen=True, slots=True)
class Task:
    """A name to be resolved. `kind` is the variation, empty for a name as it stands."""

    name: str
    within: tuple[str, ...]
    pcode: str
    kind: str = ""

    @property
    def script(self) -> str:
        return "arabic" if re.search(r"[\u0600-\u06ff]", self.name) else "latin"


# How people write names. Each takes a name and chance, and returns it written otherwise, or as it was.

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


def kind_words(name: str, chance: random.Random) -> str:
    """The word for what it is."""
    if re.search(r"[\u0600-\u06ff]", name):
        return chance.choice(("قرية ", "بلدة ")) + name
    return chance.choice((f"{name} village", f"village of {name}", f"{name} town", f"the town of {name}"))


def capitals(name: str, chance: random.Random) -> str:
    """In capitals or in small letters."""
    return name.upper() if chance.random() < 0.7 else name.capitalize()


def diacritics(name: str, chance: random.Random) -> str:
    """Long vowels and emphatic letters with their marks."""
    return _swap(
        name, chance, (("a", ("ā",)), ("i", ("ī",)), ("u", ("ū",)), ("h", ("ḥ",)), ("t", ("ṭ",)), ("s", ("ṣ",))), 3
    )


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
}  # fmt: skip
ARABIC: dict[str, Variation] = {
    "arabic hamza": arabic_hamza, "arabic endings": arabic_endings, "arabic article": arabic_article,
    "arabic marks": arabic_marks, "arabic joints": arabic_joints, "arabic kind words": kind_words,
}  # fmt: skip
KINDS = (*LATIN, *ARABIC)


def perturbed(name: str, chance: random.Random) -> tuple[str, str]:
    """`name` as somebody else writes it, and the first kind of variation that changed it; ("", "") where none did."""
    variations = list((ARABIC if re.search(r"[\u0600-\u06ff]", name) else LATIN).items())
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
    return (written, first) if first else ("", "")


def tasks_of(settlements: Sequence[Entry], country: str, seed: int, sample: int) -> dict[str, list[Task]]:
    """What is asked: names as they stand given the district, and written otherwise given more and less."""
    chance = random.Random(seed)
    asked: dict[str, list[Task]] = defaultdict(list)
    for entry in settlements:
        around = {p.level: p.name for p in entry.parents}
        for name in dict.fromkeys((entry.name, *(n for n in entry.names[1:] if re.search(r"[\u0600-\u06ff]", n)))):
            if name != entry.name and name != entry.names[1]:
                continue  # a part of a double name
            asked["district"].append(Task(name, (f"{around[2]} district", country), entry.pcode))
    for entry in chance.sample(list(settlements), min(sample, len(settlements))):
        around = {p.level: p.name for p in entry.parents}
        for name in entry.names[:2]:
            written, kind = perturbed(name, chance)
            if kind:
                asked["governorate"].append(Task(written, (f"{around[1]} governorate", country), entry.pcode, kind))
                asked["country"].append(Task(written, (country,), entry.pcode, kind))
    return asked


def answer(gazetteer: SqliteGazetteer, task: Task) -> Place:
    (place,) = gazetteer.resolve([Toponym(task.name, 0, max(1, len(task.name)), within=task.within)])
    return place


def right(place: Place, task: Task) -> bool:
    """Whether a place's own P-code, its last, is the one asked for."""
    return bool(place.pcodes) and place.pcodes[-1] == task.pcode


def share(outcomes: Iterable[bool]) -> float:
    found = list(outcomes)
    return round(100 * sum(found) / max(1, len(found)), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--predictions", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sample", type=int, default=1500)
    given = parser.parse_args()
    if given.gold.is_dir():
        gazetteer, asked, result = loaded(given.gold, given.seed, given.sample)
    else:
        rows = [json.loads(line) for line in given.gold.read_text("utf-8").splitlines() if line.strip()]
        asked = {"given": [Task(r["name"], tuple(r.get("within") or ()), r["pcode"]) for r in rows]}
        gazetteer, result = open_gazetteer(), {}
    start = time.perf_counter()
    answers = {(label, i): answer(gazetteer, t) for label, tasks in asked.items() for i, t in enumerate(tasks)}
    seconds = time.perf_counter() - start
    if given.predictions:
        lines = [
            {"asked": label, "name": t.name, "within": t.within, "kind": t.kind, "pcode": t.pcode, "label": p.label,
             "answer": p.pcodes[-1:], "probability": p.probability}
            for label, tasks in asked.items() for t, p in ((t, answers[label, i]) for i, t in enumerate(tasks))
        ]  # fmt: skip
        given.predictions.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), "utf-8")
    for label, tasks in asked.items():
        outcomes = [(t, right(answers[label, i], t)) for i, t in enumerate(tasks)]
        result[label] = share(ok for _, ok in outcomes)
        for script in ("latin", "arabic"):
            result[f"{label}_{script}"] = share(ok for t, ok in outcomes if t.script == script)
        if label == "governorate":
            result["kinds"] = {k: share(ok for t, ok in outcomes if t.kind == k) for k in KINDS}
    result["tasks"] = len(answers)
    result["resolves_per_s"] = round(len(answers) / seconds)
    print(json.dumps(result, ensure_ascii=False))


def loaded(folder: Path, seed: int, sample: int) -> tuple[SqliteGazetteer, dict[str, list[Task]], dict[str, object]]:
    """A gazetteer with the files of a folder, in a cache of its own, and what is asked of it."""
    files = sorted(p for p in folder.iterdir() if p.name.endswith((".geojson", ".geojson.gz")))
    open_gazetteer()
    bundled = index_path()
    own = Path(tempfile.mkdtemp(prefix="tocsin-pcodes-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    (own / bundled.name).symlink_to(bundled)
    before = os.environ.get("TOCSIN_CACHE")
    os.environ["TOCSIN_CACHE"] = str(own)
    try:
        start = time.perf_counter()
        addition = add_gazetteer(files, "bench")
        seconds = time.perf_counter() - start
        gazetteer = open_gazetteer()
        size = sum(p.stat().st_size for p in cache_path().rglob("bench.sqlite"))
    finally:
        os.environ.pop("TOCSIN_CACHE")
        if before is not None:
            os.environ["TOCSIN_CACHE"] = before
    entries = [e for file in files for e in read_entries(file) if isinstance(e, Entry)]
    settlements = [e for e in entries if e.level == "settlement" and {p.level for p in e.parents} >= {1, 2}]
    _, country, _ = gazetteer.division(settlements[0].latitude, settlements[0].longitude)
    asked = tasks_of(settlements, country, seed, sample)
    shared = Counter((t.within, t.name.casefold()) for t in asked["district"])
    result: dict[str, object] = {
        "settlements": addition.gazetteer.settlements,
        "problems": len(addition.problems),
        "add_seconds": round(seconds, 1),
        "size_mb": round(size / 1e6, 1),
        "ceiling": share(shared[t.within, t.name.casefold()] == 1 for t in asked["district"]),
    }
    return gazetteer, asked, result


if __name__ == "__main__":
    main()
