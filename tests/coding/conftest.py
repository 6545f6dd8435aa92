"""What the tests of coding share: a coder, opened once, and documents made from invented texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from tocsin.codebook import Codebook, load_codebook
from tocsin.coding import DefaultCoder
from tocsin.places import SqliteGazetteer, open_gazetteer
from tocsin.records import Claim, Document, Part, PartKind, When, content_id, text_hash

PUBLISHED = date(2024, 3, 13)
"""A Wednesday; the day on which the invented reports were published, unless a test says otherwise."""


def article(
    *blocks: str | tuple[PartKind, str],
    title: str = "",
    published: date | None = PUBLISHED,
    source: str = "Lakeside Courier",
    language: str = "en",
) -> Document:
    """A document of a title and blocks; a block is a paragraph, or a kind of part and its text."""
    wanted: list[tuple[PartKind, str]] = [("title", title)] if title else []
    wanted += [("paragraph", b) if isinstance(b, str) else b for b in blocks]
    parts, at = [], 0
    for kind, text in wanted:
        parts.append(Part(kind, at, at + len(text)))
        at += len(text) + 2
    return _document("\n\n".join(text for _, text in wanted), tuple(parts), title, published, source, language)


def row(cells: dict[str, str], *, published: date | None = PUBLISHED) -> Document:
    """A row of a table, as the readers of tables make it: the empty cells have no part."""
    parts, at = [], 0
    for column, cell in cells.items():
        if cell:
            parts.append(Part("cell", at, at + len(cell), column))
        at += len(cell) + len(" | ")
    return _document(" | ".join(cells.values()), tuple(parts), "", published, "", "und")


def _document(
    text: str, parts: tuple[Part, ...], title: str, published: date | None, source: str, language: str
) -> Document:
    when = None if published is None else When(published, published, "day", anchor="given")
    return Document(
        id=content_id("d", text, str(published)),
        form="text",
        text=text,
        text_hash=text_hash(text),
        source=source,
        title=title,
        published=when,
        language=language,
        parts=parts,
    )


class Reader:
    """Codes documents and quotes what claims rest on."""

    def __init__(self, coder: DefaultCoder) -> None:
        self.coder = coder

    def claims(self, document: Document) -> tuple[Claim, ...]:
        """The claims of one document, coded alone."""
        (coding,) = self.coder.code([document])
        return coding.claims

    def read(self, *blocks: str | tuple[PartKind, str], **known: object) -> tuple[Claim, ...]:
        """The claims of a document made of `blocks`."""
        return self.claims(article(*blocks, **known))  # type: ignore[arg-type]

    def one(self, *blocks: str | tuple[PartKind, str], **known: object) -> Claim:
        """The only claim of a document made of `blocks`."""
        claims = self.read(*blocks, **known)
        assert len(claims) == 1, shown(claims)
        return claims[0]


def not_yet(*values: Any, reason: str) -> Any:
    """A case of a table that the coder gets wrong today; it fails as soon as the coder gets it right."""
    return pytest.param(*values, marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason))


def wrong(reason: str) -> pytest.MarkDecorator:
    """The same for a whole test."""
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)


def shown(claims: Sequence[Claim]) -> str:
    """Claims as a failing test should show them, one a line."""

    def lines() -> Iterator[str]:
        for c in claims:
            people = ", ".join(f"{p.side}:{p.role} {p.actor.name!r} ({p.actor.kind})" for p in c.participants)
            names = ("deaths", "injured", "detained", "abducted", "displaced")
            counts = [(n, getattr(c.counts, n)) for n in names]
            tolls = " ".join(f"{n}={k.low}/{k.best}/{k.high}" for n, k in counts if k is not None)
            places = ", ".join(p.name for p in c.where)
            when = f"{c.when.start}..{c.when.end} {c.when.precision} [{c.when.anchor}]"
            yield (
                f"{c.code} {c.modality} {c.outcome}{' background' if c.background else ''} | {people} ({c.attribution})"
                f" | {when} | {places} | {tolls} | {c.weapon} | {c.speaker.name!r} ({c.speaker.kind})"
            )

    return "\n".join(["", *lines()]) or "no claims"


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return load_codebook()


@pytest.fixture(scope="session")
def gazetteer() -> SqliteGazetteer:
    return open_gazetteer()


@pytest.fixture(scope="session")
def coder(codebook: Codebook, gazetteer: SqliteGazetteer) -> DefaultCoder:
    return DefaultCoder(codebook, gazetteer)


@pytest.fixture(scope="session")
def reader(coder: DefaultCoder) -> Reader:
    return Reader(coder)
