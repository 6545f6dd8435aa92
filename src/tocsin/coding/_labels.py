"""Labels of one's own, several a sentence, taught by sentences that somebody has labelled.

A logistic regression a label, over two vectors of the sentence, one from the encoder of sentences and one from that
of notes on events, and over what it is made of: words and runs of two and three
words, runs of letters, words that stand near each other, and words with what they depend on. In the last two, words
for those who act for a state are one word, and so are words for what was left undone (``words/labels.toml``). Each
group of features is weighted by how rare they are (Spärck Jones, 1972) and scaled to unit length, so that none drowns
the others.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize
from scipy.sparse import csr_matrix, diags, hstack
from scipy.special import expit
from spacy.tokens import Token

from tocsin.coding._encoder import DIMENSIONS, NOTES, SENTENCES, encode
from tocsin.coding._patterns import lower, vocabulary
from tocsin.coding._sentences import parse_texts
from tocsin.errors import UsageError
from tocsin.interfaces import Progress

__all__ = ["LabelTeller", "label_vectors", "teach_labels"]

_WORDS = vocabulary("labels").words
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_DIGIT = re.compile(r"\d")
_STATE, _UNDONE, _NUMBER = "<state>", "<undone>", "<number>"

# The share of each group beside the vectors, which have .6, and in how many sentences a feature must occur. Chosen on
# 3,172 sentences with five labels, taught by 14,943; none of them matters much.
_GROUPS = {"words": (1.2, 3), "letters": (1.0, 8), "near": (1.0, 3), "grammar": (1.0, 3)}
_VECTOR = 0.6
# Words stand near each other within so many that are not empty.
_NEAR = 5
# Strength of the penalty on squared weights. Half and twice as much cost less than .003 of mean average precision.
_PENALTY = 0.2
# More steps change no figure in its third place.
_STEPS = 60
# Sentences encoded or parsed between two signs of progress.
_BATCH = 200


@dataclass(frozen=True, slots=True)
class _Group:
    """A kind of features: the column of each, and the weight of its rareness."""

    columns: dict[str, int]
    rareness: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LabelTeller:
    """Tells how probable each of `labels` is for a sentence. Made by :func:`teach_labels`."""

    labels: tuple[str, ...]
    groups: dict[str, _Group]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def probabilities(
        self,
        sentences: Sequence[str],
        *,
        vectors: NDArray[np.float32] | None = None,
        progress: Progress | None = None,
    ) -> NDArray[np.float64]:
        """Return the probability of each label for each of `sentences`, shape ``(len(sentences), len(labels))``.

        They are independent of each other: a sentence may have several labels or none.

        Parameters
        ----------
        sentences : sequence of str
        vectors : array of shape (len(sentences), 768), optional
            Their :func:`label_vectors`, where they are known already.
        progress : Progress, optional
        """
        found = _features(sentences, progress)
        scaled = {name: _scaled(found[name], group) for name, group in self.groups.items()}
        table = _table(_vectors(sentences, vectors, progress), scaled)
        told: NDArray[np.float64] = expit(table @ self.weights + self.bias)
        return told


def teach_labels(
    sentences: Sequence[str],
    labels: Sequence[Collection[str]],
    *,
    vectors: NDArray[np.float32] | None = None,
    progress: Progress | None = None,
) -> LabelTeller:
    """Learn to tell labels from sentences that have them.

    Parameters
    ----------
    sentences : sequence of str
        Sentences or short passages in English. A few dozen of each label are a beginning; those that have no label
        teach as much as those that do.
    labels : sequence of collection of str
        The labels of each sentence, none or several.
    vectors : array of shape (len(sentences), 768), optional
        The sentences' :func:`label_vectors`, where they are known already.
    progress : Progress, optional

    Returns
    -------
    LabelTeller
        Its labels are in alphabetical order. The same sentences in the same order give the same one.

    Raises
    ------
    UsageError
        If there are not as many labels as sentences, or a label is given to no sentence or to every one.

    Examples
    --------
    >>> teller = teach_labels(
    ...     ["Police fired at the crowd.", "Officers shot at marchers.", "The market opened.", "Rain fell on Monday."],
    ...     [{"force"}, {"force"}, set(), set()],
    ... )
    >>> fired, rained = teller.probabilities(["Officers fired at marchers.", "Rain fell at the market."])[:, 0]
    >>> bool(fired > rained)
    True
    """
    if len(sentences) != len(labels):
        raise UsageError(f"{len(sentences)} sentences but labels for {len(labels)}: give each sentence its labels")
    names = tuple(sorted({label for given in labels for label in given}))
    if not names:
        raise UsageError("no sentence has a label: there is nothing to learn")
    rows = _unlike(sentences, labels)
    kept = [sentences[i] for i in rows]
    wanted = np.asarray([[label in labels[i] for label in names] for i in rows], dtype=np.float64)
    for number, label in enumerate(names):
        if wanted[:, number].all():
            raise UsageError(f"every sentence has the label {label!r}: add some without it, to tell it from")
    found = _features(kept, progress)
    groups = {name: _learn_group(found[name], fewest) for name, (_, fewest) in _GROUPS.items()}
    scaled = {name: _scaled(found[name], group) for name, group in groups.items()}
    table = _table(_vectors(kept, None if vectors is None else vectors[rows], progress), scaled)
    weights, bias = _fit(table, wanted, progress)
    return LabelTeller(names, groups, weights, bias)


def _unlike(sentences: Sequence[str], labels: Sequence[Collection[str]]) -> list[int]:
    """Which sentences to learn from: the same one with the same labels, as on every page of a site, counts once."""
    first: dict[tuple[str, tuple[str, ...]], int] = {}
    for number, (sentence, given) in enumerate(zip(sentences, labels, strict=True)):
        first.setdefault((sentence, tuple(sorted(given))), number)
    return list(first.values())


def label_vectors(sentences: Sequence[str], progress: Progress | None = None) -> NDArray[np.float32]:
    """The vectors that labels are told by, shape ``(len(sentences), 768)``: worth keeping, for they take most time."""
    if progress:
        progress.start("encoding", len(sentences))
    rows = [np.zeros((0, 2 * DIMENSIONS), dtype=np.float32)]
    for start in range(0, len(sentences), _BATCH):
        some = sentences[start : start + _BATCH]
        rows.append(np.hstack([encode(some, SENTENCES), encode(some, NOTES)]))
        if progress:
            progress.advance(len(some))
    if progress:
        progress.finish()
    return np.concatenate(rows)


def _vectors(
    sentences: Sequence[str], known: NDArray[np.float32] | None, progress: Progress | None
) -> NDArray[np.float32]:
    return label_vectors(sentences, progress) if known is None else known


def _features(sentences: Sequence[str], progress: Progress | None) -> dict[str, list[list[str]]]:
    """The features of each sentence, by group."""
    found: dict[str, list[list[str]]] = {name: [] for name in _GROUPS}
    if progress:
        progress.start("parsing", len(sentences))
    for number, (text, spans) in enumerate(parse_texts(sentences), 1):
        tokens = [token for span in spans for token in span]
        found["words"].append(list(_runs_of_words(text)))
        found["letters"].append(list(_runs_of_letters(text)))
        found["near"].append(list(_near(tokens)))
        found["grammar"].append(list(_grammar(tokens)))
        if progress and number % _BATCH == 0:
            progress.advance(_BATCH)
    if progress:
        progress.finish()
    return found


def _runs_of_words(text: str) -> Iterator[str]:
    words = [_NUMBER if word.isdigit() else word for word in _TOKEN.findall(lower(text))]
    for length in (1, 2, 3):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


def _runs_of_letters(text: str) -> Iterator[str]:
    letters = f" {_DIGIT.sub('0', lower(text))} "
    for length in (3, 4, 5):
        for start in range(len(letters) - length + 1):
            yield letters[start : start + length]


def _sense(token: Token) -> str:
    """The word that `token` counts as."""
    word = token.lemma_.lower()
    if token.tag_ == "CD":
        return _NUMBER
    if word in _WORDS["state"]:
        return _STATE
    return _UNDONE if word in _WORDS["undone"] or token.lower_ in _WORDS["undone"] else word


def _near(tokens: Sequence[Token]) -> Iterator[str]:
    """Words, those that stand near each other, and those that stand anywhere beside a state or something undone."""
    words = [_sense(t) for t in tokens if t.is_alpha or t.is_digit or t.lower_ == "n't"]
    words = [word for word in words if word not in _WORDS["empty"]]
    for at, word in enumerate(words):
        yield word
        yield from (f"{word} {other}" for other in words[at + 1 : at + 1 + _NEAR])
    for sense in (_STATE, _UNDONE):
        if sense in words:
            yield from (f"{sense} with {word}" for word in words)


def _grammar(tokens: Sequence[Token]) -> Iterator[str]:
    """Who does what to whom, in pieces: a word and what it depends on; subjects, objects and whether it is denied."""
    denied = {t.head.i for t in tokens if t.dep_ == "neg" or t.lower_ in ("no", "not", "n't", "never")}
    for token in tokens:
        if token.is_space or token.dep_ in ("punct", "det"):
            continue
        word, head, relation = _sense(token), _sense(token.head), token.dep_
        yield f"{head} {relation} {word}"
        yield f"{relation} {word}"
        if relation == "pobj":
            yield f"{_sense(token.head.head)} {token.head.lower_} {word}"
        if relation in ("nsubj", "nsubjpass", "agent", "dobj"):
            fact = "denied" if token.head.i in denied else "told"
            yield f"{fact} {head} {relation}{' by a state' if word == _STATE else ''}"
            if word == _STATE:
                yield f"{fact} {relation}"


def _counted(found: Sequence[Sequence[str]], columns: dict[str, int], *, grow: bool) -> csr_matrix:
    """How often each sentence has each feature; unknown ones get a column of their own if the table may `grow`."""
    indices, ends = array("q"), array("q", [0])
    for features in found:
        for feature in features:
            column = columns.setdefault(feature, len(columns)) if grow else columns.get(feature, -1)
            if column >= 0:
                indices.append(column)
        ends.append(len(indices))
    counts = np.ones(len(indices), dtype=np.float32)
    shape = (len(found), len(columns))
    table = csr_matrix((counts, np.asarray(indices, dtype=np.int64), np.asarray(ends, dtype=np.int64)), shape=shape)
    table.sum_duplicates()
    return table


def _learn_group(found: Sequence[Sequence[str]], fewest: int) -> _Group:
    """The features that occur in at least `fewest` sentences; where the sentences are few, in any."""
    columns: dict[str, int] = {}
    table = _counted(found, columns, grow=True)
    occurs = np.bincount(table.indices, minlength=len(columns))
    # A feature of one sentence in a hundred is not rare among a hundred of them.
    kept = occurs >= min(fewest, max(len(found) // 100, 1))
    renumbered = np.cumsum(kept) - 1
    return _Group(
        {feature: int(renumbered[column]) for feature, column in columns.items() if kept[column]},
        np.log((1 + len(found)) / (1 + occurs[kept])) + 1,
    )


def _scaled(found: Sequence[Sequence[str]], group: _Group) -> csr_matrix:
    """Each row is a sentence's features, damped, weighted by rareness, and of unit length."""
    table = _counted(found, group.columns, grow=False)
    table.data = (1 + np.log(table.data)) * group.rareness[table.indices]
    length = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(length, 1e-9)) @ table)


def _table(vectors: NDArray[np.float32], scaled: dict[str, csr_matrix]) -> csr_matrix:
    parts = [csr_matrix(vectors * _VECTOR), *(scaled[name] * share for name, (share, _) in _GROUPS.items())]
    return hstack(parts).tocsr().astype(np.float32)


def _fit(
    table: csr_matrix, wanted: NDArray[np.float64], progress: Progress | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights, shape ``(features, labels)``, and bias, shape ``(labels,)``, of least penalised log loss."""
    columns, labels = table.shape[1], wanted.shape[1]
    sign = 2 * wanted - 1
    turned = table.T.tocsr()
    size = columns * labels
    if progress:
        progress.start("learning", _STEPS)

    def loss(values: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = values[:size].reshape(columns, labels), values[size:]
        margins = sign * (table @ weights + bias)
        slope = -sign * expit(-margins)
        total = float(np.logaddexp(0, -margins).sum() + _PENALTY / 2 * (values[:size] @ values[:size]))
        return total, np.concatenate([(turned @ slope + _PENALTY * weights).ravel(), slope.sum(axis=0)])

    def step(intermediate_result: OptimizeResult) -> None:
        if progress:
            progress.advance()

    start: NDArray[np.float64] = np.zeros(size + labels)
    done = minimize(loss, start, jac=True, method="L-BFGS-B", callback=step, options={"maxiter": _STEPS})
    if progress:
        progress.finish()
    return done.x[:size].reshape(columns, labels), done.x[size:]
