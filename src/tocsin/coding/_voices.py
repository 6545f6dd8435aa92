"""Who speaks in each mention of a document: somebody it names, or the document itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.coding._actors import ActorReader
from tocsin.coding._mentions import Mention
from tocsin.coding._patterns import vocabulary
from tocsin.coding._speech import speaker_kind
from tocsin.records import Actor, Document, Speaker

__all__ = ["Voice", "Voices", "as_speaker", "same_voice"]

_WORDS = vocabulary("speech").words
_PATTERNS = vocabulary("speech").patterns


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks in a mention. `start` is -1 where the document speaks for itself."""

    name: str
    start: int
    end: int
    actor: Actor | None = None

    @property
    def own(self) -> bool:
        """Whether it is the document's own."""
        return self.start < 0


def same_voice(a: Voice, b: Voice) -> bool:
    """Whether two mentions are said by the same: "a source in the force" and "the force" speak for one side."""
    if a.own or b.own:
        return a.own and b.own
    if a.actor is not None and b.actor is not None and a.actor.canonical and a.actor.canonical == b.actor.canonical:
        return True
    return _plain(a.name) == _plain(b.name) or a.start == b.start


def as_speaker(voice: Voice) -> Speaker:
    """The record of a voice."""
    if voice.own:
        return Speaker(voice.name, "media")
    actor = voice.actor
    if actor is None:
        return Speaker(voice.name, speaker_kind(voice.name))
    names = {_plain(actor.label), _plain(actor.name)}
    armed_group = actor.kind in ("Rebel group", "Political militia", "Identity militia")
    kind = speaker_kind(
        voice.name,
        armed_group=armed_group and _plain(voice.name) in names,
        force=actor.kind == "State forces",
    )
    return Speaker(voice.name, kind, actor.canonical)


def _plain(name: str) -> str:
    return name.lower().removeprefix("the ")


class Voices:
    """Tells the voices of a document in the order they are heard, so that "he" and "the governor" are known."""

    def __init__(self, document: Document, actors: ActorReader) -> None:
        self.actors = actors
        self.own = Voice(document.origin or document.source or document.title, -1, -1)
        self._heard: list[Voice] = []

    def hear(self, mention: Mention) -> Voice:
        """Who speaks in `mention`; remembered for what follows."""
        voice = self.of(mention)
        self._heard.append(voice)
        return voice

    def of(self, mention: Mention) -> Voice:
        """Who speaks in `mention`."""
        frame = mention.segment.frame
        if frame is None or not frame.speaker or frame.saying in ("plans", "believes", "counts"):
            # Nobody else is named who claims or threatens it: whoever did it or will do it.
            if (mention.claimed or mention.modality == "threatened") and mention.initiator:
                doer = mention.initiator[0]
                return Voice(doer.actor.label or doer.actor.name, doer.start, doer.end, doer.actor)
            if frame is None or not frame.speaker:
                return self.own
        offset = mention.sentence.offset
        start, end = offset + frame.speaker_start, offset + frame.speaker_end
        if frame.speaker.lower() in _WORDS["pronouns"]:
            return self._last_heard() or self.own
        if (m := _PATTERNS["the_office"].match(frame.speaker)) and (earlier := self._last_heard(m["head"])):
            return earlier
        if _PATTERNS["the_group"].match(frame.speaker) and (group := self.actors.last_group(start)):
            actor = self.actors.named(group).actor
            return Voice(actor.label, start, end, actor)
        return Voice(frame.speaker, start, end, self._actor(frame.speaker, start, end))

    def _last_heard(self, word: str = "") -> Voice | None:
        """The last voice but the document's own, of those named with `word`."""
        whole = re.compile(rf"\b{re.escape(word)}\b" if word else "")
        return next((v for v in reversed(self._heard) if not v.own and whole.search(v.name.lower())), None)

    def _actor(self, name: str, start: int, end: int) -> Actor | None:
        """The actor that a speaker is or speaks for; not one merely named in passing."""
        matches = self.actors.within(start, end)
        named = next((m for m in matches if not m.generic), None)
        if named is not None and (
            named.end >= end - 1 or named.text == name or name.lower().startswith(("the ", named.text.lower()))
        ):
            return self.actors.named(named).actor
        force = next((m for m in matches if m.generic and m.force), None)
        return self.actors.named(force).actor if force is not None and self.actors.country else None
