"""What people send by mistake, or to do harm: it is named with the reason, and the rest is read."""

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF

from tocsin.errors import InputError
from tocsin.sources import Received, read
from tocsin.sources._walking import _sources

GOOD = "Lorry burned\n\nA lorry burned at night on the road between the two towns, the police said on Monday.\n"
SENTENCE = "Three farmers were killed when a mine went off under their cart near the mill, neighbours said."
NOISE = bytes((n * 7919 + n // 251 * 104729) % 256 for n in range(4000))
ARABIC = "قتل ثلاثة مزارعين عندما انفجر لغم تحت عربتهم قرب الطاحونة، بحسب ما قال الجيران لمراسلنا يوم الاثنين. " * 4


def pdf(password: str = "") -> bytes:
    made = FPDF()
    made.add_page()
    made.set_font("Helvetica", size=12)
    for _ in range(20):
        made.multi_cell(0, 6, SENTENCE, new_x="LMARGIN", new_y="NEXT")
    if password:
        made.set_encryption(owner_password="owner", user_password=password)
    return bytes(made.output())


def packed(*members: tuple[str | zipfile.ZipInfo, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()


def nested(deep: int) -> bytes:
    data = packed(("a.txt", GOOD))
    for _ in range(deep):
        data = packed(("again.zip", data))
    return data


PAGE = f"<html><head><title>Page</title></head><body><p>{SENTENCE}</p></body></html>"
CHAT = {"name": "Valley", "type": "public_channel", "id": 1}

# Name, content, and words that the error must have.
BAD: list[tuple[str, bytes, str]] = [
    ("truncated.pdf", pdf()[:900], "PDF"),
    ("encrypted.pdf", pdf("secret"), "encrypted"),
    ("textless.csv", b"code,x,y\nA,1,2\nB,3,4\n", "no column of text"),
    ("headless.csv", b"\n\n\n", "is empty"),
    ("open-quote.csv", b'date,notes\n2021-05-03,"' + b"never closed " * 20_000, "closing quote"),
    ("impossible.csv", f'published,notes\n2021-02-31,"{SENTENCE}"\n'.encode(), "'2021-02-31', which is no day"),
    ("impossible.json", json.dumps({"date": "2021-13-45", "text": SENTENCE}).encode(), "is no day"),
    ("page.rss", PAGE.encode(), "feed"),
    ("page.atom", PAGE.encode(), "feed"),
    ("cut.json", json.dumps([{"text": SENTENCE}, {"text": SENTENCE + "!"}])[:-8].encode(), "no whole JSON"),
    ("deep.json", b"[" * 100_000, "nested deeper"),
    ("bare.json", b"17", "holds no objects"),
    ("lines.jsonl", b"[1, 2]\nnot json\n", "not JSON"),
    ("bomb.zip", packed(("bomb.txt", b"0" * 30_000_000)), "would unpack to"),
    ("escape.zip", packed(("../../escaped.txt", GOOD), ("/tmp/escaped.txt", GOOD)), "leads out of the archive"),
    ("recursive.zip", nested(8), "more than 3 archives deep"),
    ("odd.docx", packed(("a.txt", GOOD)), "Word"),
    ("odd.xlsx", packed(("a.txt", GOOD)), "odd.xlsx"),
    ("words.mbox", GOOD.encode(), "no mailbox"),
]
SUFFIXES = sorted(_sources())


@dataclass(frozen=True)
class Ran:
    code: int
    problems: dict[str, str]
    read: dict[str, Any]
    peak_mb: float
    seconds: float
    errors: str


# A process's peak counts that of the one it was forked from, which these tests may have made large: a small one between
# them starts it, waits for it alone, and writes its figure down.
MEASURED = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
open(sys.argv[1], "w").write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def add(tmp_path: Path, *paths: Path) -> Ran:
    """Run ``tocsin add`` in a process of its own, so that its memory can be measured and a crash be seen."""
    command = [sys.executable, "-m", "tocsin", "add", *map(str, paths), "--workspace", str(tmp_path / "ws"), "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    environment |= {"TMPDIR": str(tmp_path / "tmp")}
    figure = tmp_path / "peak"
    command = [sys.executable, "-c", MEASURED, str(figure), *command]
    (tmp_path / "tmp").mkdir(exist_ok=True)
    begun = time.monotonic()
    with (tmp_path / "out").open("w+b") as told, (tmp_path / "errors").open("w+b") as wrong:
        process = subprocess.run(command, stdout=told, stderr=wrong, env=environment, check=False)
        out, errors = ((tmp_path / name).read_bytes() for name in ("out", "errors"))
    for name in ("out", "errors"):
        (tmp_path / name).unlink()
    seconds = time.monotonic() - begun
    peak = int(figure.read_text("utf-8")) / (1 << (20 if sys.platform == "darwin" else 10))
    figure.unlink()
    assert b"Traceback" not in errors, errors.decode(errors="replace")
    read = json.loads(out) if out.strip() else {}
    problems: dict[str, str] = {}
    for problem in read.get("problems", ()):
        problems[problem["path"]] = problems.get(problem["path"], "") + problem["reason"] + "; "
    return Ran(process.returncode, problems, read, peak, seconds, errors.decode(errors="replace"))


def written(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if "ws" not in path.relative_to(folder).parts} - {folder / "ws"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """All that is bad in one folder, with one good report in the middle."""
    top = tmp_path_factory.mktemp("bad")
    folder = top / "in"
    folder.mkdir()
    (folder / "good.txt").write_text(GOOD, encoding="utf-8")
    for name, data, _ in BAD:
        (folder / name).write_bytes(data)
    for suffix in SUFFIXES:
        (folder / f"empty{suffix}").write_bytes(b"")
        (folder / f"noise{suffix}").write_bytes(NOISE)
    (folder / "folder.txt").mkdir()
    (folder / "folder.txt" / "inside.txt").write_text(GOOD + "Inside.\n", encoding="utf-8")
    (top / "secret.txt").write_text(GOOD + "Secret.\n", encoding="utf-8")
    (folder / "link.txt").symlink_to(top / "secret.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "broken.txt").symlink_to(folder / "nowhere.txt")
    os.mkfifo(folder / "pipe.txt")
    (top / "tmp").mkdir()
    before = written(top)
    ran = add(top, folder)
    assert written(top) == before, "something was written outside the workspace"
    return ran


def test_one_bad_input_does_not_cost_the_good_ones(ran: Ran) -> None:
    assert ran.code == 1, ran.errors
    assert not {"in/good.txt", "in/folder.txt/inside.txt"} & set(ran.problems)
    assert ran.peak_mb < 1000
    assert ran.seconds < 60


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, _, words in BAD], ids=[n for n, _, _ in BAD])
def test_each_is_named_with_its_reason(ran: Ran, name: str, words: str) -> None:
    reasons = "; ".join(f"{path}: {why}" for path, why in ran.problems.items() if path.startswith(f"in/{name}"))
    assert words in reasons


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_and_noise_are_told_apart_from_reports(ran: Ran, suffix: str) -> None:
    assert "is empty" in ran.problems[f"in/empty{suffix}"]
    assert ran.problems[f"in/noise{suffix}"]
    assert "report this" not in ran.problems[f"in/noise{suffix}"]


def test_no_reader_breaks(ran: Ran) -> None:
    assert not {path: why for path, why in ran.problems.items() if "report this" in why}


def test_what_is_no_file_in_the_folder_is_left_out(ran: Ran) -> None:
    assert "leads out of the folder" in ran.problems["in/link.txt"]
    assert "can be read" in ran.problems["in/pipe.txt"]
    assert "in/broken.txt" in ran.problems
    assert not any("loop" in path for path in ran.problems)


# Encodings

UTF16 = ARABIC.encode("utf-16-le")
MISLABELLED = f'<html><head><meta charset="iso-8859-1"></head><body><p>{ARABIC}</p></body></html>'.encode("cp1256")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("unmarked.txt", UTF16),
        ("big-endian.txt", ARABIC.encode("utf-16-be")),
        ("arabic.txt", ARABIC.encode("cp1256")),
        ("mislabelled.html", MISLABELLED),
        ("wrongly-utf8.html", MISLABELLED.replace(b"iso-8859-1", b"utf-8")),
        ("table.csv", f'date,notes\n2021-05-03,"{ARABIC}"\n'.encode("cp1256")),
        ("latin.csv", "date;notes\n2021-05-03;\u00c0 l\u2019aube, trois \u00e9leveurs tu\u00e9s\n".encode("cp1252")),
        ("object.json", json.dumps({"text": ARABIC}, ensure_ascii=False).encode("utf-16-le")),
    ],
)
def test_a_wrong_encoding_is_read_right_or_said(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    (found,) = read([tmp_path / name])
    if isinstance(found, InputError):
        assert "encoding" in found.reason or "binary" in found.reason
        return
    text = found.item.document.text
    words = ("\u00e9leveurs tu\u00e9s",) if name == "latin.csv" else ARABIC.split()[:8]
    assert all(word in text for word in words), text


# Names

NAMES = [
    b"n" * 251 + b".txt",
    b"two\nlines.txt",
    "\u202eevil\u202c.txt".encode(),
    "\u062a\u0642\u0631\u064a\u0631.txt".encode(),
    b"latin-\xe9\xff.txt",
    b"esc-\x1b[31m.txt",
    b"-rf.txt",
    b"%s{x}.txt",
]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not take such names")
def test_odd_names_are_read_and_kept_apart(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for at, name in enumerate(NAMES):
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_text(f"{GOOD}{at}\n", encoding="utf-8")
        empty = os.fsdecode(os.fsencode(folder) + b"/x" + name.removesuffix(b".txt")[:249] + b".md")
        Path(empty).write_bytes(b"")
    ran = add(tmp_path, folder)
    assert ran.code == 1, ran.errors
    assert ran.read["new"] == len(NAMES)
    assert len(ran.problems) == len(NAMES)
    again = add(tmp_path, folder)
    assert (again.read["new"], again.read["read_before"]) == (0, len(NAMES))


NOBODY = 65534
"""The user who owns nothing: the administrator, who may read everything, becomes him for a moment."""


def test_what_may_not_be_read_is_said() -> None:
    administrator = os.geteuid() == 0
    # Not the usual folder, which lies in one that only its owner may enter.
    with tempfile.TemporaryDirectory() as top:
        Path(top).chmod(0o755)
        folder = Path(top) / "in"
        (folder / "closed").mkdir(parents=True)
        for path in (folder / "good.txt", folder / "closed.txt", folder / "closed" / "inside.txt"):
            path.write_text(GOOD, encoding="utf-8")
        list(read([folder / "good.txt"]))  # what is loaded on first use may lie where nobody else may enter
        (folder / "closed.txt").chmod(0)
        (folder / "closed").chmod(0)
        try:
            if administrator:
                os.seteuid(NOBODY)
            found = list(read([folder]))
        finally:
            if administrator:
                os.seteuid(0)
            (folder / "closed").chmod(stat.S_IRWXU)
    problems = {f.path: f.reason for f in found if isinstance(f, InputError)}
    assert problems.keys() == {"in/closed", "in/closed.txt"}
    assert all("check its permissions" in reason for reason in problems.values())
    assert [f.name for f in found if isinstance(f, Received)] == ["in/good.txt"]


# A message of 50 MB: nobody wrote it. It is said, quickly, and what stands beside it is read.

HUGE = 50_000_000


def huge_words() -> str:
    return f"{SENTENCE} " * (HUGE // len(SENTENCE))


def huge_telegram(words: str) -> str:
    message = {"type": "message", "date": "2021-05-03T10:00:00", "date_unixtime": "1620036000"}
    messages = [message | {"id": number, "text": text} for number, text in ((1, words), (2, GOOD))]
    return json.dumps(CHAT | {"messages": messages})


def huge_mailbox(words: str) -> str:
    head = "From a@b.example Mon May  3 10:00:00 2021\nSubject: Note\nMessage-ID: <{}@b>\n\n"
    return head.format(1) + words.replace("said. ", "said.\n") + "\n\n" + head.format(2) + GOOD


def huge_table(words: str) -> str:
    return f'date,notes\n2021-05-03,"{words}"\n2021-05-03,"{SENTENCE}"\n'


def huge_lines(words: str) -> str:
    return json.dumps({"text": words}) + "\n" + json.dumps({"text": SENTENCE}) + "\n"


def huge_list(words: str) -> str:
    return json.dumps([{"text": words}, {"text": SENTENCE}])


def huge_chat(words: str) -> str:
    return f"03/05/2021, 10:00 - A: {words}\n25/05/2021, 10:01 - A: {SENTENCE}\n"


def huge_page(words: str) -> str:
    return f"<html><body><p>{words}</p></body></html>"


def huge_feed(words: str) -> str:
    items = "".join(f"<item><title>T</title><description>{t}</description></item>" for t in (words, SENTENCE))
    return f'<rss version="2.0"><channel><title>Valley</title>{items}</channel></rss>'


HUGE_INPUTS: list[tuple[str, Callable[[str], str], int]] = [
    ("result.json", huge_telegram, 1),
    ("box.mbox", huge_mailbox, 1),
    ("mail.eml", lambda words: f"Subject: Note\n\n{words}", 0),
    ("note.txt", lambda words: words, 0),
    ("note.md", lambda words: words, 0),
    ("page.html", huge_page, 0),
    ("table.csv", huge_table, 1),
    ("lines.jsonl", huge_lines, 1),
    ("list.json", huge_list, 1),
    ("chat.txt", huge_chat, 1),
    ("feed.rss", huge_feed, 0),
]


@pytest.fixture(scope="module")
def ran_huge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    top = tmp_path_factory.mktemp("huge")
    folder = top / "in"
    folder.mkdir()
    words = huge_words()
    for name, write, _ in HUGE_INPUTS:
        (folder / name).write_text(write(words), encoding="utf-8")
    (folder / "good.txt").write_text(GOOD, encoding="utf-8")
    yield add(top, folder)
    shutil.rmtree(top)


@pytest.mark.parametrize("name", [name for name, _, _ in HUGE_INPUTS])
def test_a_message_of_50_megabytes_is_said(ran_huge: Ran, name: str) -> None:
    assert any(word in ran_huge.problems[f"in/{name}"] for word in ("MB", "longer than"))


def test_such_messages_cost_neither_memory_nor_what_stands_beside_them(ran_huge: Ran) -> None:
    assert ran_huge.code == 1, ran_huge.errors
    assert ran_huge.read["received"] == 1 + sum(beside for _, _, beside in HUGE_INPUTS)
    assert ran_huge.peak_mb < 1000
    assert ran_huge.seconds < 110
