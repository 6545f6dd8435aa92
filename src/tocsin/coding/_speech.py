"""Who says so, and is it so: speakers, denial, hedge, threat, plan, habit, hypothesis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.records import SpeakerKind

__all__ = ["Frame", "frames", "hypothetical", "speaker_kind"]

Saying = Literal["says", "denies", "threatens", "plans", "believes", "claims", "counts", "asks"]

_SAYS = {
    "say", "tell", "report", "state", "announce", "add", "confirm", "acknowledge", "explain", "note", "recall", "write",
    "admit", "allege", "accuse", "insist", "publish", "declare", "inform", "reveal", "disclose", "indicate", "describe",
    "specify", "stress", "relate", "testify", "quote", "concede", "maintain", "assert", "claim", "argue", "mention",
    "put", "give", "estimate", "list", "cite", "post", "tweet", "recount", "speak", "blame", "show", "broadcast", "issue",
}  # fmt: skip
_DENIES = {"deny", "reject", "refute", "dismiss", "dispute", "contest", "rebut", "contradict"}
_THREATENS = {"threaten"}
_PLANS = {"plan", "prepare", "intend", "schedule"}
_BELIEVES = {"believe", "suspect", "think", "fear", "assume"}
_COUNTS = {"record", "count", "register", "document", "tally", "verify", "log", "monitor"}
_VERBS: dict[str, Saying] = (
    dict.fromkeys(_SAYS, "says")
    | dict.fromkeys(_DENIES, "denies")
    | dict.fromkeys(_THREATENS, "threatens")
    | dict.fromkeys(_PLANS, "plans")
    | dict.fromkeys(_BELIEVES, "believes")
    | dict.fromkeys(_COUNTS, "counts")
)
# These only report when their object is a toll or a figure; otherwise they are ordinary verbs.
_LIGHT = {"put", "give", "list", "post", "issue", "speak", "show", "describe", "broadcast", "monitor", "log", "publish"}

_SAID = r"(?:said|says|say|told|reported|reports|stated|announced|added|confirmed|acknowledged|explained|noted|recalled|wrote|admitted|alleged|insisted|declared|claimed|revealed|estimated|testified|recounted)"
_TRAILING = re.compile(
    rf"(?:[,”\"’]|\.”)\s*(?:and )?(?P<speaker>[^,“”\";:]{{2,110}}?)(?:,[^,]{{2,90}},)?\s+(?P<verb>{_SAID})\b(?P<rest>[^,;“”\"]{{0,90}})[.”\"]*\s*$",
    re.IGNORECASE,
)
_INVERTED = re.compile(
    r"[,”\"]\s*(?P<verb>said|says)\s+(?P<speaker>[^“”\";:.]{2,140}?)(?=[.;]|, (?:adding|who|as|while|and|noting|rejecting|denying)|\s*$)",
    re.IGNORECASE,
)
_LEADING = re.compile(
    rf"^[\W_]*(?:(?:but|and|however|meanwhile|later|on \w+day),? )?(?P<speaker>[^,“”\";:]{{2,110}}?)(?:,[^,]{{2,90}},)?\s+(?:also |later |had |has |have )?(?P<verb>{_SAID})\b",
    re.IGNORECASE,
)
_ACCORDING = re.compile(
    r"\b(?:according to|as reported by|as per|per|citing|quoting)\s+(?P<speaker>(?:the |an? |its |their |two |local )?[^,.;()“”]{2,90}?)(?=,|\.|;|\(|$| that | which | who | on \w+day\b)",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"(?:no|nobody|none|neither)\b", re.IGNORECASE)
_LAST = re.compile(r"[^,;:“”\"]{0,70}[.”\"’)\s]*$")
_LOG_SAYS = re.compile(r"\(\s*(?P<speaker>[\w ]{2,40}?)\s+(?:says?|claims?|reports?|said)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Frame:
    """A stretch of a sentence that somebody answers for. Offsets are in the sentence's spaCy text.

    `start` and `end` bound what is said; the speaker's own words are outside it or cut out of it.
    """

    saying: Saying
    speaker: str
    speaker_start: int
    speaker_end: int
    start: int
    end: int
    verb: str = ""
    past_perfect: bool = False
    phrase_end: int = -1
    """Where the speaker's whole phrase ends, its relative clause included."""


_TRIM = re.compile(
    r"\s+(?:on|in|late|early|that|which|who|whose|when|where|by telephone|via|through|speaking|after|during|at a)\s+(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d|a statement|an? (?:statement|interview|report|post|video|message|recording|phone)|its|their|his|her|condition|telegram|x\b|twitter|facebook).*$|\s+(?:who|which|whose)\s.*$",
    re.IGNORECASE,
)


def _trim(text: str, start: int) -> tuple[str, int, int]:
    m = _TRIM.search(text)
    kept = text[: m.start()] if m else text
    lead = len(kept) - len(kept.lstrip(" ,“\"'("))
    kept = kept[lead:].rstrip(" ,“”\"'")
    return kept, start + lead, start + lead + len(kept)


def _phrase(head: Any, *, stop: Any = None) -> tuple[str, int, int]:
    """The words of a subject without its relative clause."""
    left = head.left_edge
    right = head
    for child in head.rights:
        if child.dep_ in ("relcl", "acl", "appos", "punct", "advcl") and not (
            child.dep_ == "appos" and child.i == head.i + 1
        ):
            break
        right = child.right_edge
    text = head.doc.text[left.idx : right.idx + len(right)]
    return _trim(text, left.idx)


def frames(span: Any) -> list[Frame]:
    """Return what is attributed to whom in a sentence, innermost first."""
    found: list[Frame] = []
    sentence_start, sentence_end = span.start_char, span.end_char
    for token in span:
        saying = _VERBS.get(token.lemma_.lower())
        if saying is None or token.pos_ not in ("VERB", "AUX"):
            continue
        passive = any(c.dep_ in ("nsubjpass", "auxpass") for c in token.children)
        if passive and saying in ("says", "counts", "denies", "plans", "threatens"):
            continue
        heads = [c for c in token.children if c.dep_ == "nsubj"][-1:]  # the parser may find two: the nearest speaks
        inherited = False
        if (
            not heads
            and not passive
            and token.dep_ in ("conj", "advcl", "xcomp")
            and token.head.lemma_.lower() in _VERBS
        ):
            heads = [c for c in token.head.children if c.dep_ == "nsubj"]
            inherited = True
        if not heads and saying == "denies" and token.dep_ in ("acl", "advcl") and token.head.pos_ in ("PROPN", "NOUN"):
            heads = [token.head]  # "said the spokesman, rejecting claims that ..."
            inherited = True
        if not heads and not (passive and saying == "believes"):
            continue
        content = [
            c
            for c in token.children
            if c.dep_ in ("ccomp", "xcomp", "dobj", "prep", "parataxis", "advcl", "oprd", "dative", "npadvmod", "acl")
        ]
        if token.lemma_.lower() in _LIGHT and not _toll(content):
            continue
        if saying == "plans" and not content:
            continue
        if heads:
            text, start, end = _phrase(heads[0])
        else:
            text, start, end = "", token.idx, token.idx
        left, right = token.left_edge.idx, token.right_edge.idx + len(token.right_edge)
        if inherited:
            left = token.idx
        else:
            # A second verb of saying beside this one speaks for itself.
            for c in token.conjuncts:
                if c.i > token.i and c.lemma_.lower() in _VERBS:
                    right = min(right, c.left_edge.idx)
        tail = span.doc.text[token.idx + len(token) : sentence_end]
        if (
            saying == "says"
            and not any(c.dep_ in ("ccomp", "xcomp", "dobj") for c in token.children)
            and _LAST.match(tail)
        ):
            left = sentence_start  # "..., an officer in the area said on Monday."
        past_perfect = any(c.dep_ == "aux" and c.lower_ == "had" for c in token.children)
        phrase_end = heads[0].right_edge.idx + len(heads[0].right_edge) if heads and heads[0].i != token.head.i else end
        found.append(Frame(saying, text, start, end, left, right, token.lemma_.lower(), past_perfect, phrase_end))
    text = span.doc.text[sentence_start:sentence_end]
    for m in _ACCORDING.finditer(text):
        name, start, end = _trim(m["speaker"], sentence_start + m.start("speaker"))
        found.append(Frame("says", name, start, end, sentence_start, sentence_end, "according to"))
    if not any(f.saying in ("says", "denies", "claims") for f in found):
        for pattern in (_INVERTED, _TRAILING, _LEADING):
            if m := pattern.search(text):
                name, start, end = _trim(m["speaker"], sentence_start + m.start("speaker"))
                if name and not re.search(r"\b(?:kill|attack|wound)", name):
                    found.append(Frame("says", name, start, end, sentence_start, sentence_end, m["verb"].lower()))
                    break
    for m in _LOG_SAYS.finditer(text):
        close = text.find(")", m.end())
        close = len(text) if close < 0 else close
        name, start, end = _trim(m["speaker"], sentence_start + m.start("speaker"))
        found.append(Frame("says", name, start, end, sentence_start + m.start(), sentence_start + close, "says"))
    found = [f for f in found if not _NOBODY.match(f.speaker)]
    return sorted(found, key=lambda f: (f.end - f.start, f.start))


_TOLL = {
    "toll",
    "loss",
    "losses",
    "number",
    "figure",
    "death",
    "deaths",
    "count",
    "dead",
    "body",
    "photograph",
    "photographs",
    "casualty",
    "casualties",
    "killed",
    "that",
}


def _toll(content: list[Any]) -> bool:
    return any(t.lower_ in _TOLL or t.lemma_.lower() in _TOLL or t.like_num for c in content for t in c.subtree) or any(
        c.dep_ == "ccomp" for c in content
    )


_KINDS: tuple[tuple[SpeakerKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))
    for kind, pattern in (
        ("anonymous", r"anonymous|anonymity|unnamed|not want(?:ed)? to be named|declined to be named|sources?(?! of)"),
        (
            "monitor",
            r"observatory|monitor(?:s|ing)?|rights|human rights|civil society|ngo|network|committee|amnesty|watch|msf|doctors without|red cross|red crescent|united nations|un|ocha|unicef|mission|observers?|project|centre|center|association|data",
        ),
        ("expert", r"analysts?|experts?|researchers?|scholars?|professor|think[- ]tank|historian|economist"),
        (
            "witness",
            r"residents?|witness(?:es)?|villagers?|relatives?|survivors?|locals?|fisherm[ae]n|drivers?|traders?|shopkeepers?|farmers?|neighbou?rs?|father|mother|brother|sister|wife|husband|uncle|man|woman|elders?|medics?|doctors?|nurse|hospital|rescue|rescuers?|workers?|clinic|health cent(?:re|er)|student|teacher|priest|imam|passengers?|families|family|mediators?|head of the (?:local )?(?:vigilantes|village)",
        ),
        (
            "security",
            r"police|army|military|soldiers?|officers?|commander|general|brigadier|colonel|lieutenant|captain|security|air force|navy|defen[cs]e|counter-terrorism|gendarmerie|troops|intelligence|guard|militia|vigilantes?|ministry of defen[cs]e|media cell",
        ),
        (
            "official",
            r"spokes(?:man|woman|person|people)|ministers?|ministry|governor|mayor|officials?|administrator|administration|authorities|government|president|prime minister|prosecutor|council|chief|prefect|district|state|envoy|ambassador|moscow|kyiv|kiev|ankara|tehran|damascus|baghdad|junta|embassy|parliament|senator|lawmaker|mp",
        ),
        (
            "media",
            r"newspaper|radio|television|tv|channels?|agency|media|website|outlet|journalists?|reporters?|news|broadcaster|post|times|daily|wire",
        ),
    )
)


def speaker_kind(name: str, *, armed_group: bool = False, force: bool = False) -> SpeakerKind:
    """The kind of speaker that `name` describes.

    Examples
    --------
    >>> speaker_kind("the provincial governor"), speaker_kind("two residents"), speaker_kind("a security source")
    ('official', 'witness', 'anonymous')
    """
    if armed_group:
        return "party"
    for kind, pattern in _KINDS:
        if pattern.search(name):
            return kind
    return "security" if force else "official"


_IF = re.compile(
    r"^\W*(?:if|unless|should|in case|were)\b|\b(?:if|unless|in case|when another|whether|how|as if|provided that)\b",
    re.IGNORECASE,
)
_MODAL = re.compile(r"\b(?:could|would|might|should|can|cannot|can't|may|must|ought to)\b(?! have\b)", re.IGNORECASE)


def hypothetical(token: Any, sentence: str) -> bool:
    """Whether the event that `token` names is only imagined: under "if", "could", "would", "might"."""
    for t in (token, *token.ancestors):
        if t.pos_ not in ("VERB", "AUX"):
            continue
        if any(
            c.dep_ == "aux"
            and c.lower_
            in ("could", "would", "might", "should", "can", "may", "must", "will", "shall", "wo", "'ll", "’ll")
            for c in t.children
        ) and not any(c.dep_ == "aux" and c.lower_ in ("have",) for c in t.children):
            return True
        if any(c.dep_ == "mark" and c.lower_ in ("if", "unless", "whether") for c in t.children):
            return True
        if t.dep_ in ("ccomp", "parataxis") and t.head.lemma_.lower() in _VERBS:
            break
    return False
