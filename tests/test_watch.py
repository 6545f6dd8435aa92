"""Watching: what arrives is taken in once it is whole, restarts lose nothing, signals end it cleanly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from shutil import copytree
from threading import Event, Thread, Timer
from typing import Any

import pytest

from serving import Answer, Request, Site, serving
from tocsin.cli import main
from tocsin.cli._watch import told_to_stop
from tocsin.errors import UsageError, WorkspaceBusy
from tocsin.interfaces import Coder, Gazetteer
from tocsin.net import Policy
from tocsin.pipeline import Network, Round, Watch, map_from, open_codebook, open_coder, open_places
from tocsin.sources import ColumnMaps
from tocsin.store import Workspace

# What a test waits for comes at once; on a machine that is busy with other things it may take this long.
PATIENCE_S = 240
# What a shell starts in the background has Ctrl-C turned off; a test of it must not.
MAIN = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from tocsin.cli import main
sys.exit(main())
"""

REPORT = "Gunmen killed {n} policemen near {town} on 6 March 2019, officials said.\n"
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><item><title>Idlib</title><guid>{n}</guid>
<pubDate>Wed, 06 Mar 2019 10:00:00 GMT</pubDate><description>Shelling killed {n} people in Idlib.</description></item>
</channel></rss>"""


@pytest.fixture(autouse=True)
def sqlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)


@pytest.fixture(scope="module")
def opened() -> tuple[Gazetteer, Coder]:
    """Opened once for all tests: it takes longer than a round."""
    places = open_places()
    return places, open_coder(open_codebook(None), places)


WATCH = Callable[..., Watch]


@pytest.fixture
def watch(opened: tuple[Gazetteer, Coder], tmp_path: Path, new_workspace: Path) -> WATCH:
    """Makes a watch that writes into ``out``; what is written takes a tenth of a second to settle."""

    def make(*places: Path | str, **settings: Any) -> Watch:
        out = settings.pop("out", tmp_path / "out")
        if not (out / "workspace").exists():
            copytree(new_workspace, out / "workspace")
        given = {"gazetteer": opened[0], "coder": opened[1], "settle": 0.1} | settings
        return Watch(places, out, out / "workspace", **given)

    return make


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


def test_a_round_takes_what_is_new_and_writes_it(watch: WATCH, inbox: Path, tmp_path: Path) -> None:
    watching = watch(inbox)
    empty = watching.once()
    assert (empty.read.new, empty.exported) == (0, None)
    put(inbox, "a.txt", 3)
    put(inbox, "b.txt.part", 5)
    put(inbox, ".b.txt", 5)
    first = watching.once()
    assert (first.read.new, first.complete, first.problems) == (1, True, ())
    assert first.exported is not None
    written = (tmp_path / "out" / "events.csv").read_bytes()
    assert watching.once().read.inputs == 0
    put(inbox, "bad.pdf", 1)
    assert len(watching.once().problems) == 1
    os.utime(inbox / "bad.pdf", (time.time() - 30,) * 2)
    assert watching.once().problems == (), "a problem is told once"
    again = watch(inbox).once()
    assert (again.read.new, again.coded.documents, again.linked.changed) == (0, 0, 0)
    assert (tmp_path / "out" / "events.csv").read_bytes() == written


def test_what_is_being_written_waits_and_outputs_in_the_folder_are_no_reports(watch: WATCH, inbox: Path) -> None:
    watching = watch(inbox, out=inbox / "out", settle=1)
    put(inbox, "a.txt", 3)
    stop, grown = Event(), put(inbox, "b.txt", 4, "Homs", old=False)
    begun = Event()

    def grow() -> None:
        while not stop.is_set():
            with grown.open("a", encoding="utf-8") as file:
                file.write("More is not known.\n")
            begun.set()
            time.sleep(0.02)

    writer = Thread(target=grow)
    writer.start()
    begun.wait()
    try:
        first = watching.once()
    finally:
        stop.set()
        writer.join()
    assert (first.read.new, first.growing) == (1, 1)
    second = watching.once()
    assert (second.read.new, second.growing) == (1, 0)
    assert watching.once().read.inputs == 0


def test_what_is_told_to_stop_in_the_middle_is_finished_by_the_next(watch: WATCH, inbox: Path, tmp_path: Path) -> None:
    class After:
        """Tells to stop when it is asked for the n-th time."""

        def __init__(self, times: int) -> None:
            self.left = times

        def is_set(self) -> bool:
            self.left -= 1
            return self.left < 0

    put(inbox, "a.txt", 3)
    put(inbox, "b.txt", 4, "Homs")
    told = 0
    # At each place where it is asked: while it reads, before it codes, while it does, before it writes.
    while not (done := watch(inbox).once(After(told))).complete:
        assert done.exported is None
        assert not (tmp_path / "out" / "events.csv").exists()
        told += 1
    assert told >= 3
    assert done.exported is not None
    assert (done.exported.documents, done.read.new) == (2, 0)
    put(inbox, "c.txt", 5, "Hama")
    watching = watch(inbox)
    assert list(watching.rounds(After(0))) == []
    assert not watching.once(After(0)).complete
    again = watching.once()
    assert again.exported is not None, "the same watch goes on, too"
    assert again.exported.documents == 3


def test_another_process_at_the_workspace_is_waited_for(watch: WATCH, inbox: Path, tmp_path: Path) -> None:
    put(inbox, "a.txt", 3)
    watching, stop, rounds = watch(inbox), Event(), list[Round]()
    with Workspace.open(tmp_path / "out" / "workspace") as other:
        other.lock()
        with pytest.raises(WorkspaceBusy):
            watching.once()
        for done in watching.rounds(stop):
            rounds.append(done)
            if len(rounds) == 1:
                assert "another process is writing" in done.busy
                assert not done.complete
                other.close()
            else:
                stop.set()
    assert [(r.read.new, r.complete, bool(r.busy)) for r in rounds] == [(0, False, True), (1, True, False)]


def test_a_feed_is_asked_again_and_only_sent_when_it_has_changed(watch: WATCH, site: Site) -> None:
    url = site.put("/feed", FEED.format(n=3), "application/rss+xml")
    network = Network(Policy(allowed=True, allow=(ip_network("127.0.0.0/8"),), delay=0))
    stop, rounds = Event(), list[Round]()
    # A day for what tells none, and a map, do not make it send everything each time.
    maps = ColumnMaps(map_from(["text=body"], "--map"))
    settings = {"network": network, "every": 0.1, "published": date(2019, 3, 7), "maps": maps}
    for done in watch(url, **settings).rounds(stop):
        rounds.append(done)
        if len(rounds) == 2:
            site.put("/feed", FEED.format(n=4), "application/rss+xml")
        if len(rounds) == 3:
            stop.set()
    assert [r.read.new for r in rounds] == [1, 0, 1]
    assert rounds[1].read.read_before == 1
    assert len(site.all_requests) == 4, "robots.txt is asked once"
    assert [bool(r.headers.get("If-None-Match")) for r in site.requests] == [False, True, True]
    with pytest.raises(UsageError, match="--fetch"):
        watch(url)


def test_places_that_cannot_be_watched(tmp_path: Path) -> None:
    for place, says in ((tmp_path / "nowhere", "is not there"), ("-", "cannot be watched")):
        with pytest.raises(UsageError, match=says):
            Watch([place], tmp_path, tmp_path / "workspace")


@pytest.mark.parametrize("poll", [None, 0.1])
def test_what_comes_is_noticed_with_the_system_and_without(watch: WATCH, inbox: Path, poll: float | None) -> None:
    stop, rounds = Event(), list[Round]()
    for done in watch(inbox, poll=poll).rounds(stop):
        rounds.append(done)
        put(inbox, "a.txt", 3)
        if len(rounds) == 2:
            stop.set()
    assert [r.read.new for r in rounds] == [0, 1]


# As a command


def test_the_settings_of_the_workspace_count(
    site: Site, inbox: Path, tmp_path: Path, new_workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "out" / "workspace"
    copytree(new_workspace, home)
    with (home / "tocsin.toml").open("a", encoding="utf-8") as file:
        file.write(
            '[run]\npublished = "2019-03-06"\n[map]\ntext = "corpo"\n'
            '[net]\nfetch = true\nallow = ["127.0.0.0/8"]\nuser_agent = "Desk/1"\n'
        )
    (inbox / "a.csv").write_text("corpo,nota\nGunmen killed 3 policemen near Idlib.,x\n", encoding="utf-8")
    os.utime(inbox / "a.csv", (time.time() - 60,) * 2)
    url = site.put("/feed", FEED.format(n=4), "application/rss+xml")
    assert main(["watch", str(inbox), url, "--out", str(tmp_path / "out"), "--once"]) == 0
    shown = capsys.readouterr()
    assert "UTC  2 new documents" in shown.out
    assert site.requests[0].headers["User-Agent"] == "Desk/1"
    with Workspace.open(home) as kept:
        documents = {d.form: d for d in kept.documents()}
    (row,) = (d for form, d in documents.items() if form != "feed item")
    assert row.published is not None
    assert row.published.start == date(2019, 3, 6)
    assert row.text.startswith("Gunmen killed 3 policemen near Idlib.")
    (home / "tocsin.toml").write_text('[run]\ncodebook = "none.toml"\n', encoding="utf-8")
    assert main(["watch", str(inbox), "--out", str(tmp_path / "out"), "--once"]) == 2
    assert "none.toml" in capsys.readouterr().err


@contextmanager
def started(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, which ends with the test, or when that takes far too long."""
    process = subprocess.Popen(
        [sys.executable, "-c", MAIN, "watch", *map(str, arguments), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    timer = Timer(PATIENCE_S, process.kill)
    timer.start()
    try:
        yield process
    finally:
        timer.cancel()
        with suppress(ProcessLookupError):
            process.kill()
        process.communicate()


def test_between_two_rounds_ctrl_c_is_how_it_ends(watch: WATCH, inbox: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with told_to_stop() as told, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)  # nothing is watched yet
    with told_to_stop() as told:
        told.watched = watch(inbox)
        signal.raise_signal(signal.SIGINT)
        assert told.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)  # pressed again, it is meant at once
    with told_to_stop() as told:
        signal.raise_signal(signal.SIGTERM)
        assert (told.is_set(), told.interrupted) == (True, False)
    assert signal.getsignal(signal.SIGINT) is before


def test_it_notices_what_comes_says_so_and_ends_when_told(inbox: Path, tmp_path: Path) -> None:
    with started(inbox, "--out", tmp_path / "out", "--settle", "0.1") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["read"]["new"] == 0
        put(inbox, "a.txt", 3)
        done = json.loads(process.stdout.readline())
        assert done["read"]["new"] == 1
        assert done["exported"]["all_events"] >= 1
        # The line is printed when the round is over; nothing is at work any more.
        process.send_signal(signal.SIGTERM)
        left, errors = process.communicate()
    assert (process.returncode, left) == (0, ""), errors


def test_interrupted_in_the_middle_of_a_round_nothing_is_lost(
    watch: WATCH, site: Site, inbox: Path, tmp_path: Path
) -> None:
    for n in range(12):
        put(inbox, f"{n}.txt", n + 1, ("Idlib", "Homs", "Hama", "Daraa")[n % 4])
    watching = watch(inbox)
    with (tmp_path / "out" / "workspace" / "tocsin.toml").open("a", encoding="utf-8") as file:
        file.write('[net]\nfetch = true\nallow = ["127.0.0.0/8"]\n')
    told = Event()

    def interrupting(_: Request) -> Answer:
        process.send_signal(signal.SIGINT)
        told.wait(PATIENCE_S)
        return Answer(status=404)

    site.pages["/feed"] = interrupting
    with started(inbox, f"{site.url}/feed", "--out", tmp_path / "out", "--once") as process:
        shown, errors = process.communicate()
        told.set()
    assert (process.returncode, shown) == (130, ""), errors
    assert "start it again to go on" in errors
    done = watching.once()
    assert done.exported is not None
    assert done.exported.documents == 12
