"""Event datasets of others, in the layouts that people have on disk; every row is invented."""

from __future__ import annotations

import gzip
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from other_datasets import ACLED31, GED41, GED49, GTD, OLD_ACLED, acled, ged, lines, written
from tocsin.errors import RejectedRow, UnreadableInput, UsageError
from tocsin.interfaces import DATASET_COLUMNS, arrow_schema
from tocsin.sources import dataset_cells, dataset_table, read_dataset
from tocsin.sources._dataset_layouts import headerless_columns, layout_of


def rows_of(path: Path, mapping: Path | None = None) -> tuple[list[dict[str, Any]], list[Any]]:
    table, problems = dataset_table(path, mapping)
    assert table.schema == arrow_schema(DATASET_COLUMNS)
    return table.to_pylist(), list(problems)


def test_ged_as_published(tmp_path: Path) -> None:
    (row,), problems = rows_of(written(tmp_path, lines(GED49, [ged(deaths_civilians=2)])))
    assert not problems
    assert row == {
        "dataset": "UCDP GED", "row": 1, "id": "501", "code": None, "event_type": "State-based conflict",
        "sub_event_type": None, "violence": 1, "actor1": "Government of Chad", "actor1_kind": "State forces",
        "actor2": "Front of the Dunes", "actor2_kind": "Rebel group", "associated": None,
        "date_start": date(2019, 3, 4), "date_end": date(2019, 3, 4), "date_precision": "day",
        "location": "Bir Tamra village", "country": "TCD", "country_name": "Chad", "admin1": "Ennedi", "admin2": None,
        "latitude": 16.5, "longitude": 21.25, "place_precision": "settlement", "deaths_low": 6, "deaths_best": 6,
        "deaths_high": 8, "deaths_civilians": 2, "injured_best": None, "civilian_targeting": None, "aggregate": False,
        "sources": "Dune Radio;Oasis Post", "source_count": 2, "notes": "Six killed at the well",
    }  # fmt: skip


@pytest.mark.parametrize("columns", [GED49, GED41])
def test_ged_without_a_header(tmp_path: Path, columns: list[str]) -> None:
    rows, problems = rows_of(written(tmp_path, lines(columns, [ged(), ged(id=502)], header=False)))
    assert not problems
    assert [(r["row"], r["id"], r["deaths_high"], r["violence"]) for r in rows] == [(1, "501", 8, 1), (2, "502", 8, 1)]


def test_a_table_as_wide_as_ged_is_not_taken_for_it() -> None:
    assert headerless_columns([[str(n) for n in range(49)]]) is None


def test_tags_under_the_header_are_no_row(tmp_path: Path) -> None:
    tags = ",".join({"id": "#event+code", "date_start": "#date+start"}.get(c, "") for c in GED49)
    header, row, _ = lines(GED49, [ged()]).split("\n")
    (found,), problems = rows_of(written(tmp_path, f"{header}\n{tags}\n{row}\n"))
    assert not problems
    assert found["row"] == 1


@pytest.mark.parametrize("day", ["2019-03-04", "2019-03-04 00:00:00.000", "2019-03-04T00:00:00Z", "04 March 2019"])
def test_days_as_releases_write_them(tmp_path: Path, day: str) -> None:
    (row,), _ = rows_of(written(tmp_path, lines(GED49, [ged(date_start=day, date_end=day)])))
    assert (row["date_start"], row["date_end"]) == (date(2019, 3, 4), date(2019, 3, 4))


def test_whole_numbers_as_statistics_programs_write_them(tmp_path: Path) -> None:
    cells = ged(id="501.0", best="6.0", where_prec="4.0", type_of_violence="3.0", side_b="Civilians")
    (row,), problems = rows_of(written(tmp_path, lines(GED41, [cells])))
    assert not problems
    assert (row["id"], row["deaths_best"], row["place_precision"], row["violence"]) == ("501", 6, "admin1", 3)
    assert (row["civilian_targeting"], row["actor2_kind"]) == (True, "Civilians")


@pytest.mark.parametrize("cells", [{"event_clarity": 2}, {"date_prec": 5}, {"where_prec": 6}, {"where_prec": 7}])
def test_rows_that_sum_up_are_aggregates(tmp_path: Path, cells: dict[str, object]) -> None:
    (row,), _ = rows_of(written(tmp_path, lines(GED49, [ged(**cells)])))
    assert row["aggregate"] is True


def test_acled_of_today(tmp_path: Path) -> None:
    (row,), problems = rows_of(written(tmp_path, lines(ACLED31, [acled()])))
    assert not problems
    assert (row["dataset"], row["id"], row["code"], row["violence"]) == ("ACLED", "CHA77", "armed_clash", None)
    assert (row["actor1_kind"], row["actor2_kind"], row["associated"]) == (
        "State forces",
        "Rebel group",
        "/ Herders (Chad)",
    )
    assert (row["country"], row["place_precision"], row["date_precision"]) == ("TCD", "near", "day")
    assert (row["deaths_low"], row["deaths_best"], row["source_count"]) == (None, 6, 2)
    assert row["civilian_targeting"] is False


@pytest.mark.parametrize(
    ("precision", "end", "said"),
    [(1, date(2019, 3, 4), "day"), (2, date(2019, 3, 10), "week"), (3, date(2019, 3, 31), "month")],
)
def test_acled_days_stand_for_their_week_or_month(tmp_path: Path, precision: int, end: date, said: str) -> None:
    (row,), _ = rows_of(written(tmp_path, lines(ACLED31, [acled(time_precision=precision)])))
    assert (row["date_start"], row["date_end"], row["date_precision"]) == (date(2019, 3, 4), end, said)


@pytest.mark.parametrize("day", ["04 March 2019", "04/03/2019", "4-Mar-19", "04-March-2019", "04/03/19"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_acled_of_former_years(tmp_path: Path, day: str, delimiter: str) -> None:
    new = acled(event_date=day, event_type="Battle-No change of territory", inter1=1, inter2=2)
    old = {c: new.get(c.lower(), new.get(c.lower().replace("ally", "assoc"), "")) for c in OLD_ACLED} | {"ISO3": "TCD"}
    (row,), problems = rows_of(written(tmp_path, lines(OLD_ACLED, [old], delimiter)))
    assert not problems
    assert (row["id"], row["date_start"], row["code"]) == ("CHA77", date(2019, 3, 4), "armed_clash")
    assert (row["actor1_kind"], row["actor2_kind"], row["associated"]) == (
        "State forces",
        "Rebel group",
        "/ Herders (Chad)",
    )
    assert row["civilian_targeting"] is None


def test_years_of_two_figures_lie_behind_us(tmp_path: Path) -> None:
    (row,), _ = rows_of(written(tmp_path, lines(ACLED31, [acled(event_date="04/03/97")])))
    assert row["date_start"] == date(1997, 3, 4)


def test_decimal_commas_and_grouped_thousands(tmp_path: Path) -> None:
    text = lines(ACLED31, [acled(latitude="16,5", longitude="21,25", fatalities="1,200")], ";")
    (row,), problems = rows_of(written(tmp_path, text))
    assert not problems
    assert (row["latitude"], row["longitude"], row["deaths_best"]) == (16.5, 21.25, 1200)


def test_our_own_table(tmp_path: Path) -> None:
    (row,), _ = rows_of(written(tmp_path, lines([*ACLED31, "incident_ids"], [acled()])))
    assert (row["dataset"], row["code"]) == ("Tocsin", "armed_clash")


@pytest.mark.parametrize(
    ("month", "day", "span", "precision"),
    [
        (3, 4, (date(1999, 3, 4), date(1999, 3, 4)), "day"),
        (3, 0, (date(1999, 3, 1), date(1999, 3, 31)), "month"),
        (0, 0, (date(1999, 1, 1), date(1999, 12, 31)), "year"),
    ],
)
def test_gtd(tmp_path: Path, month: int, day: int, span: tuple[date, date], precision: str) -> None:
    cells = {
        "eventid": 199903040001, "iyear": 1999, "imonth": month, "iday": day, "country_txt": "West Bank and Gaza Strip",
        "city": "Unknown", "latitude": 31.5, "longitude": 34.5, "specificity": 1, "summary": "An invented case.",
        "attacktype1_txt": "Hostage Taking (Kidnapping)", "targtype1_txt": "Private Citizens & Property",
        "gname": "Unknown", "nkill": "", "nwound": -99,
    }  # fmt: skip
    (row,), problems = rows_of(written(tmp_path, lines(GTD, [cells])))
    assert not problems
    assert (row["date_start"], row["date_end"], row["date_precision"]) == (*span, precision)
    assert (row["country"], row["code"], row["actor2_kind"]) == ("PSE", "abduction_forced_disappearance", "Civilians")
    assert [row[c] for c in ("actor1", "location", "deaths_best", "injured_best", "deaths_low")] == [None] * 5


MAPPING = """
name = "Watch list"
dates = "mdy"
strict = ["place_precision"]
[columns]
id = "no"
event_type = ["kind", "art"]
date_start = "on"
latitude = "lat"
longitude = "lon"
deaths_best = "dead"
place_precision = "how"
[values]
place_precision = { a = "exact", b = "admin2" }
[codes]
"car bomb" = "remote_explosive_landmine_ied"
[constants]
country = "TCD"
"""


def test_any_other_table_by_a_mapping_file(tmp_path: Path) -> None:
    mapping = written(tmp_path, MAPPING, "map.toml")
    text = "Watch list of the dunes,,,,,,\nNo,Kind,On,Lat,Lon,Dead,How\n"
    text += "7,Car bomb,03/04/2019,16.5,21.25,2,B\n8,Raid,3/5/2019,,,,c\n"
    (row,), (problem,) = rows_of(written(tmp_path, text), mapping)
    assert (row["dataset"], row["id"], row["code"]) == ("Watch list", "7", "remote_explosive_landmine_ied")
    assert (row["date_start"], row["place_precision"], row["country"]) == (date(2019, 3, 4), "admin2", "TCD")
    assert (row["violence"], row["aggregate"], row["deaths_best"]) == (None, None, 2)
    assert (problem.row, problem.field) == (2, "How")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ('name = "Watch list"', "nothing is called 'nam'; did you mean name"),
        ('date_start = "on"', "nothing is called 'date_strt'; did you mean date_start"),
        ('dates = "mdy"', "dates is 'ymd'"),
    ],
)
def test_mapping_files_that_say_nothing_known(tmp_path: Path, change: str, said: str) -> None:
    wrong = {"name": "nam", "date_start": "date_strt"}
    new = change.replace("mdy", "ymd") if "mdy" in change else change.replace(k := change.split(" ")[0], wrong[k])
    mapping = written(tmp_path, MAPPING.replace(change, new), "map.toml")
    with pytest.raises(UsageError, match=said):
        list(read_dataset(written(tmp_path, "no\n1\n"), mapping))


def test_columns_of_the_mapping_file_that_are_not_there(tmp_path: Path) -> None:
    _, (problem,) = rows_of(written(tmp_path, "no,on\n7,2019-03-04\n"), written(tmp_path, MAPPING, "map.toml"))
    assert isinstance(problem, UnreadableInput)
    assert "columns of the mapping file (no, kind, on, lat" in str(problem)


def test_packed_files(tmp_path: Path) -> None:
    text = lines(GED49, [ged()]).encode()
    (tmp_path / "ged.csv.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "ged.zip", "w") as archive:
        archive.writestr("ged241.csv", text)
        archive.writestr("readme.txt", "About the dataset.")
    assert (
        rows_of(tmp_path / "ged.csv.gz") == rows_of(tmp_path / "ged.zip") == rows_of(written(tmp_path, text.decode()))
    )


def test_a_zip_of_two_tables(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "ged.zip", "w") as archive:
        archive.writestr("a.csv", "a")
        archive.writestr("b.csv", "b")
    _, (problem,) = rows_of(tmp_path / "ged.zip")
    assert "must hold one table (.csv), and there are 2: a.csv, b.csv" in str(problem)


def test_spreadsheets(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "ged.xlsx"))
    sheet = book.add_worksheet()
    for at, cells in enumerate(
        [GED49, *([ged(id=n, latitude=lat).get(c, "") for c in GED49] for n, lat in ((1, 16.5), (2, 95)))]
    ):
        sheet.write_row(at, 0, [str(c) if not isinstance(c, (int, float)) else c for c in cells])
    book.close()
    (row,), (problem,) = rows_of(tmp_path / "ged.xlsx")
    assert (row["id"], row["deaths_best"], row["date_start"]) == ("1", 6, date(2019, 3, 4))
    assert (problem.row, problem.field) == (2, "latitude")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "ged.csv"
    path.write_bytes(
        lines(GED49, [ged(where_coordinates="Forêt de Néré", source_headline="Des tués à l'aube à Néré")]).encode(
            encoding
        )
    )
    (row,), _ = rows_of(path)
    assert row["location"] == "Forêt de Néré"


# What cannot be read --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "field", "said"),
    [
        ({"latitude": 95}, "latitude", "says 95, and a latitude is between -90 and 90"),
        ({"longitude": -181}, "longitude", "between -180 and 180"),
        ({"latitude": "north"}, "latitude", "says 'north', which is no number"),
        ({"date_start": "2019-02-30"}, "date_start", "says '2019-02-30', which is no day"),
        ({"date_start": "soon"}, "date_start", "which is no day"),
        ({"date_end": "2019-03-01"}, "date_end", "before the row's beginning"),
        ({"best": "many"}, "best", "which is no number"),
        ({"best": -3}, "best", "which is no number of people"),
        ({"low": 1.5}, "low", "which is no number of people"),
        ({"type_of_violence": 9}, "type_of_violence", "says '9', which is none of 1, 2, 3"),
        ({"where_prec": "exact"}, "where_prec", "which is none of"),
        ({"id": 501}, "id", "is that of row 1 already"),
        ({"id": ""}, "id", "is empty"),
    ],
)
def test_rows_at_fault_are_named_and_the_rest_loads(
    tmp_path: Path, cells: dict[str, object], field: str, said: str
) -> None:
    faulty = ged(id=502, **cells) if "id" not in cells else ged(**cells)
    text = lines(GED49, [ged(), faulty, ged(id=503)])
    rows, (problem,) = rows_of(written(tmp_path, text))
    assert [r["row"] for r in rows] == [1, 3]
    assert isinstance(problem, RejectedRow)
    assert (problem.row, problem.field, problem.path) == (2, field, "events.csv")
    assert said in str(problem)
    assert problem.original == text.split("\n")[2]


def test_ids_are_known_again_from_block_to_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.sources._dataset_rows._BLOCK", 1_000)
    monkeypatch.setattr("tocsin.sources._datasets._HEAD", 2_000)
    text = lines(GED49, [ged(id=n % 90) for n in range(200)])
    rows, problems = rows_of(written(tmp_path, text))
    assert [r["row"] for r in rows] == list(range(1, 91))
    assert [(p.row, str(p.row - 90 if p.row <= 180 else p.row - 180)) for p in problems] == [
        (p.row, str(p).split("that of row ")[1].split(" ")[0]) for p in problems
    ]
    assert len(problems) == 110


def test_no_point_is_not_the_point_at_nought(tmp_path: Path) -> None:
    rows, problems = rows_of(written(tmp_path, lines(GED49, [ged(latitude=0, longitude=0), ged(id=2, latitude="")])))
    assert not problems
    assert [(r["latitude"], r["longitude"]) for r in rows] == [(None, None)] * 2


def test_lines_of_another_delimiter(tmp_path: Path) -> None:
    text = (
        lines(GED49, [ged()]) + lines(GED49, [ged(id=2)], ";", header=False) + lines(GED49, [ged(id=3)], header=False)
    )
    rows, (problem,) = rows_of(written(tmp_path, text))
    assert [r["id"] for r in rows] == ["501", "3"]
    assert (problem.row, "parted by ';', those of the other rows by ','" in str(problem)) == (2, True)


def test_a_file_cut_in_the_middle(tmp_path: Path) -> None:
    text = lines(GED49, [ged(), ged(id=2)])
    rows, (problem,) = rows_of(written(tmp_path, text[:-60]))
    assert [r["id"] for r in rows] == ["501"]
    assert "the file ends here and may be cut off" in str(problem)


def test_a_packed_file_cut_in_the_middle(tmp_path: Path) -> None:
    whole = gzip.compress(
        lines(GED49, [ged(id=n, source_headline=str(n * 7919 % 1013) * 9) for n in range(3000)]).encode()
    )
    (tmp_path / "ged.csv.gz").write_bytes(whole[: len(whole) // 2])
    rows, problems = rows_of(tmp_path / "ged.csv.gz")
    assert 500 < len(rows) < 3000
    assert "it may be cut off, get it again" in str(problems[-1])


def test_a_quotation_mark_never_closed_costs_its_own_row(tmp_path: Path) -> None:
    text = lines(GED49, [ged(id=n, source_headline='They said "no"; and left') for n in range(900)]).split("\n")
    text[400] = text[400].replace('"They', "They").replace("Bir Tamra", '"Bir Tamra')
    rows, problems = rows_of(written(tmp_path, "\n".join(text)))
    assert [p.row for p in problems] == [400]
    assert len(rows) == 899


def test_cells_of_several_lines(tmp_path: Path) -> None:
    rows, problems = rows_of(
        written(tmp_path, lines(GED49, [ged(id=n, source_headline="Six\n\nkilled") for n in (1, 2)]))
    )
    assert not problems
    assert [(r["id"], r["notes"]) for r in rows] == [("1", "Six killed"), ("2", "Six killed")]


@pytest.mark.parametrize("text", ["", "\n\n", ",".join(GED49), ",".join(GED49) + "\n"])
def test_empty_files(tmp_path: Path, text: str) -> None:
    rows, (problem,) = rows_of(written(tmp_path, text))
    assert not rows
    assert isinstance(problem, UnreadableInput)


def test_a_table_of_something_else(tmp_path: Path) -> None:
    _, (problem,) = rows_of(written(tmp_path, "name,price\napples,3\n"))
    assert "is no dataset known here" in str(problem)
    assert "name, price" in str(problem)


def test_blank_rows_below_the_last(tmp_path: Path) -> None:
    rows, problems = rows_of(written(tmp_path, lines(GED49, [ged()]) + ("," * 48 + "\n") * 5))
    assert (len(rows), problems) == (1, [])


def test_layouts_do_not_claim_each_others_files() -> None:
    assert [layout_of(c).name for c in (GED49, GED41, ACLED31, OLD_ACLED, GTD)] == [  # type: ignore[union-attr]
        "UCDP GED", "UCDP GED", "ACLED", "ACLED", "GTD",
    ]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(
            # A file of control characters is binary, and said to be.
            st.characters(
                codec="utf-8", exclude_categories=("Cc", "Cs"), include_characters="\n\t", exclude_characters="\ufeff"
            ),
            max_size=30,
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(200, 3000),
)
def test_every_row_is_either_read_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, notes: list[str], block: int
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    text = lines(GED49, [ged(id=n, source_headline=note) for n, note in enumerate(notes)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tocsin.sources._dataset_rows._BLOCK", block)
        patch.setattr("tocsin.sources._datasets._HEAD", 1_500)
        rows, problems = rows_of(written(folder, text))
    assert not problems
    assert [r["id"] for r in rows] == [str(n) for n in range(len(notes))]


def test_the_documentation_says_what_every_column_holds() -> None:
    page = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text("utf-8")
    table = page.split("## The columns")[1].split("\n## ")[0]
    named = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert named == list(DATASET_COLUMNS)


def test_the_mapping_file_of_the_documentation_is_one(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "datasets.md").read_text("utf-8")
    mapping = written(tmp_path, page.split("```toml\n")[1].split("```")[0], "map.toml")
    text = "no,on,kind,village,lat,lon,dead,how\n1,04/03/2019,Car bomb,Bir Tamra,16.5,21.25,3,a\n"
    (row,), problems = rows_of(written(tmp_path, text), mapping)
    assert not problems
    assert (row["code"], row["place_precision"], row["date_start"]) == (
        "remote_explosive_landmine_ied",
        "exact",
        date(2019, 3, 4),
    )


@pytest.mark.parametrize(
    "header",
    [
        "id,date_start,latitude,longitude,side_a,side_b,best",
        "event,date,latitude,longitude,actor1,actor2,deaths",
        "event_id,event_date,latitude,longitude,actor1,actor2,fatalities",
    ],
)
def test_columns_named_plainly_need_no_mapping_file(tmp_path: Path, header: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"{header}\n7,2024-03-05,9.5,18.25,North Guard,Harbour Watch,3\n", encoding="utf-8")
    table, problems = dataset_table(path)
    assert not problems
    row = table.to_pylist()[0]
    assert (row["id"], row["date_start"], row["date_end"]) == ("7", date(2024, 3, 5), date(2024, 3, 5))
    assert (row["dataset"], row["latitude"], row["longitude"], row["deaths_best"]) == ("list", 9.5, 18.25, 3)
    assert (row["actor1"], row["actor2"]) == ("North Guard", "Harbour Watch")


def test_cells_without_a_common_column_are_read_by_row(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "event,date,latitude,longitude,colour,make\n1,2024-03-05,9.5,18.25,red,van\n2,2024-03-06,9.5,18.25,blue,car\n",
        encoding="utf-8",
    )
    assert dataset_cells(path, ["make", "colour"]) == {1: ("van", "red"), 2: ("car", "blue")}
    with pytest.raises(UnreadableInput, match="no column 'shape'; it has: event, date"):
        dataset_cells(path, ["shape"])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 2_000), st.sampled_from([b'"', b"\n", b",", b";", b"\xff", b"", b"\x00", b"\r"])),
        max_size=6,
    ),
    st.integers(0, 2_500),
    st.booleans(),
)
def test_whatever_befalls_a_file_is_named_and_never_raised(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, bytes]], cut: int, packed: bool
) -> None:
    data = bytearray(lines(GED49, [ged(id=n, source_headline='"No", they said;\nno') for n in range(4)]).encode())
    for at, other in changes:
        data[min(at, len(data)) : at + 1] = other
    path = tmp_path_factory.mktemp("rows") / ("ged.csv.gz" if packed else "ged.csv")
    path.write_bytes(gzip.compress(bytes(data[:cut]))[: cut or None] if packed else bytes(data[:cut]))
    rows, problems = rows_of(path)
    # A header that lost its "id" leaves rows that are told apart by their numbers only.
    assert len({r["id"] or r["row"] for r in rows}) == len(rows)
    assert all(str(problem) for problem in problems)
    assert rows or problems
