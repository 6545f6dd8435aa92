"""Secrets planted wherever a report has room for them: none comes out in what may be handed on. All are invented."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pdfminer.high_level import extract_text

import tocsin
from tocsin.cli import main

NAMES = {
    "a name": "Zubayda Qasmieh",
    "a name with an article": "Tarek al-Melhemani",
    "a name of another continent": "Oluwaseun Bakaredo",
    "a name written with accents": "Inès Kouadjané",
    "a kunya": "Abu Zakwan",
    "an Arabic name": "نورهان الطحلبي",
    "an Arabic name after a title": "الشيخ مروان الزكواني",
}
OTHERS = {
    "a number from abroad": "+963 944 123 456",
    "a number at home": "0944-555-017",
    "a number in Arabic digits": "٠٩٤٤ ٧٧٨ ٩٩١",
    "a number in brackets": "(021) 553 3447",
    "a handle": "@night_heron77",
    "a channel": "t.me/olive_grove_watch",
    "a mail": "qas.zub@orchardmail.example",
    "an exact point": "35.812345, 36.654321",
    "a point in degrees": "35°48'44\"N 36°33'19\"E",
    "a plate": "plate 431907 QX",
    "an Arabic plate": "لوحة رقم 774512",
    "a path": "/home/tarek/lists/witnesses.docx",
    "a path with drives": "C:\\Users\\rasha\\Desktop\\families.xlsx",
}
SECRETS = {**NAMES, **OTHERS}

OFFICIAL = "Adel Marwani"
SENTENCES = (
    "Gunmen shot dead two farmers in {place} on Monday, {secret} said.",
    "Artillery shelled {place} on Tuesday, killing four civilians; ask {secret} about it.",
)
NAME_SENTENCES = (
    "{secret} and two other farmers were killed when artillery shelled {place} on Monday.",
    "Gunmen shot dead two farmers in {place} on Tuesday, {secret}, a shopkeeper, said.",
)
PLACES = ("Ariha", "Saraqib", "Daraa", "Manbij", "Azaz", "Tadmur", "Bosra")


@dataclass(frozen=True)
class Planted:
    """What one run over reports full of secrets left, and its account."""

    out: Path
    account: str


def sentences(kind: str, number: int) -> Iterator[str]:
    place = PLACES[number % len(PLACES)]
    for sentence in NAME_SENTENCES if kind in NAMES else SENTENCES:
        yield sentence.format(secret=SECRETS[kind], place=place)


def reports(folder: Path) -> None:
    """One report a secret in every form, the secret in its title, its byline and beside its events."""
    for number, (kind, secret) in enumerate(SECRETS.items()):
        body = list(sentences(kind, number))
        day = f"2023-04-{1 + number:02}"
        office = f"Gunmen killed a police officer in {PLACES[number % 7]} on Sunday, Governor {OFFICIAL} said."
        name = f"{number:02}"
        (folder / f"t{name}.txt").write_text(
            f"Killed in the night: {secret}\nBy {secret}\nPublished: {day}\nSource: Orchard Wire\n\n"
            + "\n\n".join([*body, office]),
            "utf-8",
        )
        (folder / f"m{name}.md").write_text(
            f"---\ntitle: 'Two days of shelling, {secret.replace(chr(39), chr(39) * 2)}'\nauthor: "
            f"'{secret.replace(chr(39), chr(39) * 2)}'\ndate: {day}\nsource: "
            f"'{secret.replace(chr(39), chr(39) * 2)}'\n---\n\n"
            + "\n\n".join(f"- Report {n}: {line}" for n, line in enumerate(body)),
            "utf-8",
        )
        safe = html.escape(secret)
        (folder / f"h{name}.html").write_text(
            f"<html lang=en><head><title>{safe} | Orchard Wire</title>"
            f'<meta property="og:site_name" content="Orchard Wire"><meta name="author" content="{safe}">'
            f'<meta property="article:published_time" content="{day}T08:00:00Z">'
            f'<link rel="canonical" href="https://orchard-wire.example/2023/report-{name}"></head>'
            f"<body><article><h1>After the shelling: {safe}</h1>"
            + "".join(f"<p>{html.escape(line)} The market stayed shut and the road was closed.</p>" for line in body)
            + "</article></body></html>",
            "utf-8",
        )
    rows(folder / "log.csv")
    points(folder / "points.csv")
    lines(folder / "channel.jsonl")


def rows(path: Path) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["date", "country", "place", "note", "reporter", "contact"])
    for number, (kind, secret) in enumerate(SECRETS.items()):
        for line in sentences(kind, number):
            writer.writerow([f"2023-05-{1 + number:02}", "Syria", PLACES[number % 7], line, secret, secret])
        writer.writerow([f"2023-05-{1 + number:02}", "Syria", secret, "Two men killed by gunmen", secret, secret])
        # A row that cannot be read is named, and not repeated.
        writer.writerow([f"2023-05-{1 + number:02}", "Syria", secret, secret, secret, secret, secret, secret])
        writer.writerow([secret, secret, secret, f"{secret}: a man was killed", secret, secret])
    path.write_text(file.getvalue(), "utf-8")


def points(path: Path) -> None:
    """Rows that tell in cells of their own, to the metre, where it was."""
    latitude, longitude = OTHERS["an exact point"].split(", ")
    told = ("Two men killed by gunmen", "Soldiers detained a teacher", "Shells wounded a nurse in a clinic")
    path.write_text(
        "date,country,place,latitude,longitude,note\n"
        + "".join(f"2023-07-0{n},Syria,Ariha,{latitude},{longitude},{note}\n" for n, note in enumerate(told, 1)),
        "utf-8",
    )


def lines(path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number, (kind, secret) in enumerate(SECRETS.items()):
            for body in sentences(kind, number):
                told = {"date": f"2023-06-{1 + number:02}", "title": secret, "author": secret, "text": body}
                file.write(json.dumps({"channel": secret, "url": f"https://t.me/{number}", **told}) + "\n")
            file.write(
                json.dumps({"date": f"2023-06-{1 + number:02}", "place": secret, "who": secret, "n": body}) + "\n"
            )
            file.write('{"date": "' + secret.replace("\\", "/") + "\n")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    folder = tmp_path_factory.mktemp("canary") / "in"
    folder.mkdir()
    reports(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TOCSIN_DATABASE_URL", raising=False)
        out = folder.parent / "out"
        account = tocsin.run(folder, out)
    return Planted(out, repr(account))


def shown(raw: bytes) -> str:
    """`raw` with every way to write a letter otherwise undone, and then as it is."""
    text = raw.decode("utf-8")
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text).replace('\\"', '"').replace("\\\\", "\\")
    return f"{text}\n{plain}\n{html.unescape(plain)}"


def traces(secret: str) -> tuple[str, ...]:
    """What of `secret` would tell it: each part of a name, and any long half of a number, a point or an address."""
    parts = [secret]
    if secret in NAMES.values():
        parts += [p for p in re.split(r"[ -]", secret) if len(p) > 3 and p not in ("Sheikh", "الشيخ")]
    elif sum(c.isdigit() for c in secret) >= 6:
        parts += [re.sub(r"\D", "", secret)]
        parts += [p for p in re.findall(r"[\d.]+", secret) if len(p) > 4]
    else:
        parts += [
            p for p in re.findall(r"\w+", secret) if len(p) > 5 and p not in ("Desktop", "example", "orchardmail")
        ]
    return tuple(parts)


def files(folder: Path) -> dict[str, str]:
    return {p.name: shown(p.read_bytes()) for p in folder.iterdir() if p.is_file()}


@pytest.mark.parametrize("kind", SECRETS)
def test_it_is_in_no_file_that_may_be_handed_on(planted: Planted, kind: str) -> None:
    public = files(planted.out)
    assert set(public) == {"events.csv", "events.jsonl", "report.html"}
    for name, content in public.items():
        for trace in traces(SECRETS[kind]):
            at = content.find(trace)
            assert at < 0, f"{trace} in {name}: {content[max(0, at - 300) : at + 100]}"


def told(path: Path) -> str:
    """All words of a report, whatever its form."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as parts:
            return "\n".join(shown(parts.read(name)) for name in parts.namelist() if name.endswith((".xml", ".rels")))
    return extract_text(path) if path.suffix == ".pdf" else shown(path.read_bytes())


@pytest.mark.parametrize("until", ["2023-04-30", "2023-05-31", "2023-06-30", "2023-07-31"])
def test_no_report_tells_any(planted: Planted, until: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)
    files = [tmp_path / f"report.{form}" for form in ("html", "docx", "pdf")]
    asked = [part for file in files for part in ("--out", str(file))]
    assert main(["report", "--data", str(planted.out), "--until", until, *asked, "--quiet"]) == 0
    assert "No event was recorded" not in told(files[0])
    for file in files:
        words = told(file)
        assert str(tmp_path) not in words
        assert not [trace for secret in SECRETS.values() for trace in traces(secret) if trace in words], file.name


@pytest.mark.parametrize("kind", SECRETS)
def test_the_full_record_holds_it(planted: Planted, kind: str) -> None:
    assert any(SECRETS[kind] in content for content in files(planted.out / "internal").values())


def test_who_holds_an_office_stays(planted: Planted) -> None:
    public = files(planted.out)
    assert OFFICIAL in public["events.jsonl"]
    assert OFFICIAL in public["report.html"]
    assert "Orchard Wire" in public["events.csv"]


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_nothing_printed_tells_it(
    planted: Planted,
    form: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TOCSIN_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "4000")
    assert main(["run", str(planted.out.parent / "in"), "--out", str(planted.out), *form]) == 1
    printed = shown("".join(capsys.readouterr()).encode())
    # Rows that cannot be read are named by file and number.
    assert "in/channel.jsonl" in printed
    for words in (printed, shown(planted.account.encode())):
        assert not [trace for secret in SECRETS.values() for trace in traces(secret) if trace in words]
