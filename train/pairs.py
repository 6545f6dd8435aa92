"""Learn which short texts tell of one event (``linking/models/*.json``).

    python train/pairs.py headlines LINKS.csv.gz     (three minutes of one core)
    python train/pairs.py mentions TRAIN.json DEV.json

Gradient-boosted trees over what two texts share (``tocsin.pipeline.headlines``, ``tocsin.pipeline.mentions``), written
as nested lists: a figure in log odds, or [feature, bound, tree up to the bound, tree above it].

``headlines`` are taught twice, by the months in turn, so that the measure on the same file is of months that the model
has not seen; what is used is the mean of both. Pairs across two months teach nothing. ``mentions`` are taught by one
set, and the threshold is chosen on another.

Chosen by five-fold validation over months: 80 trees of 8 leaves find as much as 200 of 15 (average precision .23 to
.25, pairwise F1 of groups .24); a logistic regression on the same features finds less (.21, .22).

Needs scikit-learn (the extra ``analysis``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from tocsin.codebook import load_codebook
from tocsin.linking import groups, load_pair_model
from tocsin.pipeline import headlines, mentions
from tocsin.places import open_gazetteer

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from bench._scores import conll  # noqa: E402
from bench.clusters import mention  # noqa: E402
from bench.headlines import half, links  # noqa: E402

OUT = ROOT / "src" / "tocsin" / "linking" / "models"
TREES, LEAVES, RATE = 80, 8, 0.1
FEWEST = 60
"""Pairs in a leaf."""
HEADLINES_THRESHOLD = 0.2
"""A lower one finds more pairs (at .15 pairwise F1 is 1.4 points higher, B³ .8 lower), a higher one fewer (at .25 2.5
points lower, B³ .4 higher)."""
MENTIONS_THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


def main(arguments: Sequence[str]) -> None:
    what, *paths = arguments
    if what == "headlines":
        learn_headlines(Path(paths[0]))
    else:
        learn_mentions(Path(paths[0]), Path(paths[1]))


def learn_mentions(train: Path, dev: Path) -> None:
    read, topics, gold = _mentions(train)
    pairs = mentions.candidates(read, topics)
    same = np.array([gold[a] == gold[b] for a, b in pairs.tolist()])
    taught = learn(mentions.table(read, topics, pairs), same, mentions.FEATURES)
    write("mentions", mentions.FEATURES, 0.5, {"all": taught})
    read, topics, gold = _mentions(dev)
    pairs = mentions.candidates(read, topics)
    likely = load_pair_model("mentions")[0].probabilities(mentions.table(read, topics, pairs))
    scored = {(a, b): score for (a, b), score in zip(pairs.tolist(), likely.tolist(), strict=True)}
    found = {t: conll(gold, groups(len(read), scored, t))["conll_f1"] for t in MENTIONS_THRESHOLDS}
    sys.stdout.write(f"{found}\n")
    write("mentions", mentions.FEATURES, max(found, key=lambda t: found[t]), {"all": taught})


def _mentions(path: Path) -> tuple[list[mentions.ReadMention], NDArray[np.float64], list[str]]:
    raw = json.loads(path.read_text("utf-8"))
    read, topics = mentions.read_mentions([mention(one) for one in raw])
    return read, topics, [one["coref_chain"] for one in raw]


def learn_headlines(path: Path) -> None:
    told, events = links(path)
    read = headlines.HeadlineReader(load_codebook(), open_gazetteer()).read(told)
    pairs = headlines.candidates(read)
    table = headlines.table(read, pairs)
    same = np.array([bool(events[a] & events[b]) for a, b in pairs.tolist()])
    halves = np.array([[half(read[a].day), half(read[b].day)] for a, b in pairs.tolist()])
    inside = {part: (halves == part).all(axis=1) for part in ("even", "odd")}
    taught = {part: learn(table[rows], same[rows], headlines.FEATURES) for part, rows in inside.items()}
    write("headlines", headlines.FEATURES, HEADLINES_THRESHOLD, taught)


def learn(table: NDArray[np.float64], same: NDArray[np.bool_], names: Sequence[str]) -> dict[str, Any]:
    """A model as the file has it."""
    trees = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=FEWEST,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    ).fit(table, same)
    return {
        "start": round(float(trees._baseline_prediction.item()), 4),
        "trees": [_nested(tree.nodes, 0, names) for (tree,) in trees._predictors],
    }


def _nested(nodes: Any, at: int, names: Sequence[str]) -> Any:
    node = nodes[at]
    if node["is_leaf"]:
        return round(float(node["value"]), 4)
    bound = float(f"{node['num_threshold']:.5g}")
    low, high = (_nested(nodes, int(node[side]), names) for side in ("left", "right"))
    return [names[node["feature_idx"]], bound, low, high]


def write(name: str, features: Sequence[str], threshold: float, taught: dict[str, Any]) -> None:
    """Write the file, a tree a line."""
    parts = []
    for part, model in taught.items():
        lines = ",\n".join(f"    {json.dumps(tree)}" for tree in model["trees"])
        parts.append(f'  "{part}": {{"start": {model["start"]}, "trees": [\n{lines}\n  ]}}')
    head = f'{{"features": {json.dumps(list(features))},\n "threshold": {threshold},\n "taught_by": {{\n'
    OUT.mkdir(exist_ok=True)
    (OUT / f"{name}.json").write_text(head + ",\n".join(parts) + "\n }}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
