"""Watching: what arrives is taken in once it is whole, restarts lose nothing, signals end it cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from threading import Event, Thread

import pytest

from serving import Site, serving
from tocsin.errors import UsageError
from tocsin.net import Policy
from tocsin.pipeline import Network, Round, Watch

REPORT = "Gunmen killed {n} policemen near {town} on 6 March 2019, officials said.\n"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><item><title>Idlib</title><guid>{n}</guid>
<pubDate>Wed, 06 Mar 2019 10:00:00 GMT</pubDate><description>Shelling killed {n} people in Idlib.</description></item>
</channel></rss>"""


@pytest.fixture(autouse=True)
def sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def put(inbox: Path, name: str, n: int, town: str = "Idlib", *, old: bool = True) -> Path:
    path = inbox / name
    path.write_text(REPORT.format(n=n, town=town), encoding="utf-8")
    if old:
        os.utime(path, (time.time() - 60,) * 2)
    return path


def test_a_round_takes_what_is_new_and_writes_it(inbox: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    watch = Watch([inbox], out, out / "workspace")
    empty = watch.once()
    assert (empty.read.new, empty.exported) == (0, None)
    put(inbox, "a.txt", 3)
    put(inbox, "b.txt.part", 5)
    put(inbox, ".b.txt", 5)
    first = watch.once()
    assert (first.read.new, first.complete, first.problems) == (1, True, ())
    assert first.exported is not None
    written = (out / "events.csv").read_bytes()
    assert watch.once().read.inputs == 0
    put(inbox, "bad.pdf", 1)
    assert len(watch.once().problems) == 1
    os.utime(inbox / "bad.pdf", (time.time() - 30,) * 2)
    assert watch.once().problems == (), "a problem is told once"
    again = Watch([inbox], out, out / "workspace").once()
    assert (again.read.new, again.coded.documents, again.linked.changed) == (0, 0, 0)
    assert (out / "events.csv").read_bytes() == written


def test_what_is_being_written_waits_and_outputs_in_the_folder_are_no_reports(inbox: Path) -> None:
    out = inbox / "out"
    watch = Watch([inbox], out, out / "workspace")
    put(inbox, "a.txt", 3)
    stop, grown = Event(), put(inbox, "b.txt", 4, "Homs", old=False)

    def grow() -> None:
        while not stop.is_set():
            with grown.open("a", encoding="utf-8") as file:
                file.write("More is not known.\n")
            time.sleep(0.1)

    writer = Thread(target=grow)
    writer.start()
    first = watch.once()
    stop.set()
    writer.join()
    assert (first.read.new, first.growing) == (1, 1)
    second = watch.once()
    assert (second.read.new, second.growing) == (1, 0)
    assert watch.once().read.inputs == 0


def test_a_feed_is_asked_again_and_only_sent_when_it_has_changed(site: Site, tmp_path: Path) -> None:
    url = site.put("/feed", FEED.format(n=3), "application/rss+xml")
    network = Network(Policy(allowed=True, allow=(ip_network("127.0.0.0/8"),), delay=0))
    stop, rounds = Event(), []
    for done in Watch([url], tmp_path, tmp_path / "workspace", network=network, every=0.1).rounds(stop):
        rounds.append(done)
        if len(rounds) == 2:
            site.put("/feed", FEED.format(n=4), "application/rss+xml")
        if len(rounds) == 3:
            stop.set()
    assert [r.read.new for r in rounds] == [1, 0, 1]
    assert rounds[1].read.read_before == 1
    assert len(site.all_requests) == 4, "robots.txt is asked once"
    with pytest.raises(UsageError, match="--fetch"):
        Watch([url], tmp_path, tmp_path / "workspace")


def test_places_that_cannot_be_watched(tmp_path: Path) -> None:
    for place, says in ((tmp_path / "nowhere", "is not there"), ("-", "cannot be watched")):
        with pytest.raises(UsageError, match=says):
            Watch([place], tmp_path, tmp_path / "workspace")


def test_polling_notices_without_the_system(inbox: Path, tmp_path: Path) -> None:
    stop, rounds = Event(), list[Round]()
    for done in Watch([inbox], tmp_path / "out", tmp_path / "workspace", poll=0.1).rounds(stop):
        rounds.append(done)
        put(inbox, "a.txt", 3)
        if len(rounds) == 2:
            stop.set()
    assert [r.read.new for r in rounds] == [0, 1]


# As a command


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tocsin", "watch", *map(str, arguments), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_notices_files_and_ends_when_told(inbox: Path, tmp_path: Path, ending: int) -> None:
    process = start(inbox, "--out", tmp_path / "out")
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["read"]["new"] == 0
    put(inbox, "a.txt", 3)
    done = json.loads(process.stdout.readline())
    assert done["read"]["new"] == 1
    assert done["exported"]["all_events"] >= 1
    time.sleep(0.2)
    process.send_signal(ending)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors


def test_interrupted_in_the_middle_of_a_round_nothing_is_lost(inbox: Path, tmp_path: Path) -> None:
    for n in range(40):
        put(inbox, f"{n}.txt", n + 1, ("Idlib", "Homs", "Hama", "Daraa")[n % 4])
    process = start(inbox, "--out", tmp_path / "out", "--once")
    while not (tmp_path / "out" / "workspace" / "tocsin.lock").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    done = Watch([inbox], tmp_path / "out", tmp_path / "out" / "workspace").once()
    assert done.exported is not None
    assert done.exported.documents == 40
