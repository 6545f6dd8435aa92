"""A report to incident templates: one for each type of incident it tells, with what fills its roles.

The tagger (``_role_tagger``) says of each stretch of words how likely it fills a role. Here stretches that name one
entity are brought together; what a report says of an entity as a whole decides whether it is taken, and which types of
incident are told. The weights of both choices are learnt (``train/roles.py --choose``).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tocsin.coding._coder import LANGUAGES
from tocsin.coding._outcomes import Telling, unaccomplished
from tocsin.coding._patterns import lower
from tocsin.coding._role_tagger import INCIDENT_TYPES, ROLES, IncidentType, Role, Tagged, Tagging, tag_roles
from tocsin.records import Document, Span

__all__ = ["Filler", "Template", "templates"]

_CHOICE = Path(__file__).parent / "models" / "roles.json"
_ARTICLES = frozenset({"a", "an", "the"})
# Words that no entity's name is complete without, nor begins or ends with.
_LOOSE = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "that", "the", "to", "with"}
)
_SENTENCE_END = re.compile(r"(?<=[.!?][\"”’)])\s+|(?<=[.!?])\s+|\s{3,}|\n+")
_TOKEN = re.compile(r"\w+(?:[.'-]\w+)*")


@dataclass(frozen=True, slots=True)
class Filler:
    """Who or what fills a role, by the words that name it best: its `span`, and how likely from 0 to 1."""

    text: str
    span: Span
    score: float


@dataclass(frozen=True, slots=True)
class Template:
    """An incident that a report tells.

    Attributes
    ----------
    incident_type : str
        One of attack, bombing, kidnapping, arson, robbery, forced work stoppage.
    fillers : mapping of str to tuple of Filler
        For each of PerpInd, PerpOrg, Target, Victim and Weapon what fills it, likeliest first; roles that nothing
        fills are left out.
    accomplished : bool
        False where it was only threatened, planned, attempted or prevented.
    score : float
        How likely the report tells it, from 0 to 1.
    """

    incident_type: IncidentType
    fillers: Mapping[str, tuple[Filler, ...]]
    accomplished: bool
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """Mentions of what may be one entity in one role; the first names it best."""

    role: Role
    mentions: tuple[Tagged, ...]
    names: frozenset[str]

    @property
    def best(self) -> float:
        """The score of its likeliest mention."""
        return max(m.score for m in self.mentions)

    def share(self, kind: int) -> float:
        """How likely it belongs to an incident of type number `kind`."""
        return sum(m.score * m.types[kind] for m in self.mentions) / sum(m.score for m in self.mentions)


Taken = tuple[Candidate, float]
Choice = Mapping[str, Mapping[str, float]]


def templates(document: Document) -> tuple[Template, ...]:
    """Return the incidents that `document` tells, one for each type, likeliest first; none in a language not read.

    The model behind it was taught on news of the 1980s and 1990s from Latin America; of other news it finds less.
    """
    if document.language not in LANGUAGES:
        return ()
    tagging = tag_roles(document.text)
    chosen = choose(candidates(document.text, tagging), tagging, _choice())
    sentences = [s for s in _SENTENCE_END.split(document.text) if s.strip()]
    out = []
    for kind, chance, taken in chosen:
        fillers: dict[str, tuple[Filler, ...]] = {
            role: tuple(_filler(document, c, p) for c, p in taken if c.role == role)
            for role in ROLES
            if any(c.role == role for c, _ in taken)
        }
        words = {role: [f.text for f in named] for role, named in fillers.items()}
        telling = Telling(sentences, INCIDENT_TYPES[kind], words, len(chosen))
        out.append(Template(INCIDENT_TYPES[kind], fillers, not unaccomplished(telling), round(chance, 4)))
    return tuple(out)


def candidates(text: str, tagging: Tagging) -> list[Candidate]:
    """What may fill roles in `text`, mentions of one entity together, in the order of first mention."""
    out: list[Candidate] = []
    for role in ROLES:
        groups: list[tuple[list[Tagged], set[str]]] = []
        for mention in tagging.fillers:
            if mention.role != role or not (name := plain(text[mention.start : mention.end])):
                continue
            group = next((g for g in groups if _same(name, g, text, mention)), None)
            if group is None:
                groups.append(([mention], {name}))
            else:
                group[0].append(mention)
                group[1].add(name)
        out += [_candidate(text, role, mentions, names) for mentions, names in groups]
    return out


def plain(words: str) -> str:
    """`words` in lower case without punctuation at their ends or articles."""
    return " ".join(w for w in _TOKEN.findall(lower(words)) if w not in _ARTICLES)


def _same(name: str, group: tuple[list[Tagged], set[str]], text: str, mention: Tagged) -> bool:
    """Whether `name` names what the group names: the same words, some of them, or their initials beside them."""
    words = set(name.split())
    for other in group[1]:
        theirs = set(other.split())
        if words <= theirs or theirs <= words or _initials(name, other) or _initials(other, name):
            return True
    last = group[0][-1]
    return 0 <= mention.start - last.end <= 3 and text[last.end : mention.start].strip(' "-,') == "("


def _initials(short: str, long: str) -> bool:
    words = [w for w in long.split() if w not in _LOOSE]
    return len(words) > 1 and " " not in short and short == "".join(w[0] for w in words)


def _candidate(text: str, role: Role, mentions: list[Tagged], names: set[str]) -> Candidate:
    """The group as a candidate; the name with the most behind it comes first."""
    weight: dict[str, float] = {}
    for m in mentions:
        name = plain(text[m.start : m.end])
        weight[name] = weight.get(name, 0.0) + m.score**3
    ordered = sorted(mentions, key=lambda m: (-weight[plain(text[m.start : m.end])], -m.score, m.start))
    return Candidate(role, tuple(ordered), frozenset(names))


def choose(found: Sequence[Candidate], tagging: Tagging, choice: Choice) -> list[tuple[int, float, list[Taken]]]:
    """The types of incident that are told, by number, likeliest first, each with its chance and its fillers."""
    bounds = choice["bounds"]
    chances = [_chance(choice["types"], told_features(tagging, found, kind)) for kind in range(len(INCIDENT_TYPES))]
    kinds = sorted((k for k, p in enumerate(chances) if p >= bounds["types"]), key=lambda k: -chances[k])
    out: dict[int, list[Taken]] = {kind: [] for kind in kinds}
    for candidate in found if kinds else ():
        chance = _chance(choice[candidate.role], filler_features(candidate, found, tagging))
        if chance < bounds[candidate.role]:
            continue
        shares = {kind: candidate.share(kind) for kind in kinds}
        for kind, share in shares.items():
            if share >= min(max(shares.values()), bounds["share"]):
                out[kind].append((candidate, chance))
    return [(kind, chances[kind], sorted(taken, key=lambda t: -t[1])) for kind, taken in out.items()]


def filler_features(candidate: Candidate, found: Iterable[Candidate], tagging: Tagging) -> dict[str, float]:
    """What may tell whether a candidate fills its role in some incident of the report."""
    scores = sorted((m.score for m in candidate.mentions), reverse=True)
    rivals = [c for c in found if c.role == candidate.role and c is not candidate]
    end = max(m.end for c in found for m in c.mentions)
    told = max(range(len(INCIDENT_TYPES)), key=lambda k: tagging.told[k])
    return {
        "best": _logit(scores[0]),
        "sure": scores[0] ** 2,
        "second": scores[1] if len(scores) > 1 else 0.0,
        "sum": min(sum(scores), 4.0) / 2,
        "names": min(len(candidate.names), 3) / 2,
        "words": min(max(len(name.split()) for name in candidate.names), 6) / 3,
        "early": 1.0 - min(m.start for m in candidate.mentions) / end,
        "told": _logit(max(tagging.told)),
        "kind": candidate.share(told),
        "rival": max((c.best for c in rivals), default=0.0) - scores[0],
        "rivals": min(sum(c.best > scores[0] for c in rivals), 4) / 2,
    }


def told_features(tagging: Tagging, found: Sequence[Candidate], kind: int) -> dict[str, float]:
    """What may tell whether a report tells an incident of type number `kind`."""
    own = [c.best * c.share(kind) for c in found]
    return {
        "told": _logit(tagging.told[kind]),
        "others": max(t for k, t in enumerate(tagging.told) if k != kind),
        "best": max(own, default=0.0),
        "sum": math.log1p(sum(x for x in own if x > 0.2)),
        "roles": len({c.role for c, x in zip(found, own, strict=True) if x > 0.4}) / 3,
        "attack": float(kind == 0),
        "bombing": float(kind == 1),
    }


def _logit(p: float) -> float:
    kept = min(max(p, 0.002), 0.998)
    return math.log(kept / (1.0 - kept))


def _chance(weights: Mapping[str, float], features: Mapping[str, float]) -> float:
    return 1.0 / (1.0 + math.exp(-weights["bias"] - sum(weights[name] * x for name, x in features.items())))


def _filler(document: Document, candidate: Candidate, chance: float) -> Filler:
    named = candidate.mentions[0]
    return Filler(document.text[named.start : named.end], document.span(named.start, named.end), round(chance, 4))


@lru_cache(maxsize=1)
def _choice() -> Choice:
    weights: Choice = json.loads(_CHOICE.read_text("utf-8"))
    return weights
