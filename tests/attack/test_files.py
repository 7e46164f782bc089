"""Files that sources read: paths that lead out, names that mean other files, packed bombs, cells without end.

Each control reads the same file with the library alone: it gets the secret, the wrong file, or endless bytes.
"""

import gzip
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.files import FilesDataset, FilesSettings
from connectors.in_place import InPlaceDataset
from data.errors import ContractError, FourfoldError, SourceError
from flows.refresh import refresh
from tests.attack.conftest import SECRET
from tests.attacks import Attack
from tests.making import SOURCE, make, rows, sales

LEADING_OUT = (
    "../secret.csv",
    "../../etc/passwd",
    "orders/../../secret.csv",
    "/etc/passwd",
    "//etc/passwd",
    "**/../../*.csv",
    "file:///etc/passwd",
    "https://example.org/x.csv",
    "s3://bucket/x.csv",
    "postgres://host/x.csv",
    "C:\\secret.csv",
    "..\\secret.csv",
    "sales.csv\0.txt",
)
NO_TABLES = (
    "orders; DROP TABLE orders",
    "(SELECT pg_read_file('/etc/passwd') AS id)",
    "orders, pg_shadow",
    "orders WHERE false UNION SELECT 1 --",
    "dblink('x', 'y')",
    "generate_series(1, 1000000000)",
    'a"b',
    "",
    "orders o",
)


@pytest.mark.parametrize("path", LEADING_OUT)
def test_a_path_stays_below_its_folder(path: str, attack: Attack) -> None:
    with attack.refused("files: paths that lead out", ValueError):
        FilesDataset.model_validate({"path": path, "columns": {"id": {"type": "integer"}}})


@pytest.mark.parametrize("folder", ["s3://bucket", "https://example.org/", "files\0"])
def test_a_folder_lies_on_this_machine(folder: str, attack: Attack) -> None:
    with attack.refused("files: paths that lead out", ValueError):
        FilesSettings.model_validate({"folder": folder})


@pytest.mark.parametrize("table", NO_TABLES)
def test_a_table_of_another_engine_is_a_name(table: str, attack: Attack) -> None:
    with attack.refused("files: tables of an engine that are no names", ValueError):
        InPlaceDataset.model_validate({"table": table, "columns": {"id": {"type": "integer"}}})
    for sound in ("orders", "sales.orders", '"Sales 2024"."Orders"', "lake.`my db`.orders"):
        InPlaceDataset.model_validate({"table": sound, "columns": {"id": {"type": "integer"}}})


@pytest.mark.parametrize("how", ["file", "folder"])
def test_a_link_that_leads_out_is_not_followed(how: str, tmp_path: Path, secret: Path, attack: Attack) -> None:
    folder = make(tmp_path, {"sources/books.yaml": SOURCE.replace("sales.csv", "**/*.csv")})
    outside = secret / how
    outside.mkdir(exist_ok=True)
    (outside / "evil.csv").write_text(sales("2025-01-10,shop,999999,1,c,web,true"))
    link = folder / "files" / ("evil.csv" if how == "file" else "more")
    link.symlink_to(outside / "evil.csv" if how == "file" else outside)
    assert link.exists(), "the control: to the system it is as good as a file"
    pattern = "evil.csv" if how == "file" else "more/*.csv"
    (folder / "sources/books.yaml").write_text(SOURCE.replace("sales.csv", pattern))
    with attack.refused("files: links that lead out", SourceError, match="a link that leads out of"):
        refresh(folder)


NAMES = (
    "sales[1].csv",
    "s*.csv",
    "sale?.csv",
    "[a-z]ales.csv",
    "{a,b}.csv",
    "o'hara.csv",
    'a"b.csv',
    "-x.csv",
    "é\u202e.csv",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_means_this_one_file(name: str, tmp_path: Path, attack: Attack) -> None:
    """The engine takes [ * ? in a name for a pattern: sales[1].csv would be read from sales1.csv, in silence."""
    pattern = "".join(f"[{letter}]" if letter in "[*?" else letter for letter in name)
    folder = make(tmp_path, {"sources/books.yaml": SOURCE.replace("sales.csv", json.dumps(pattern))})
    for other in ("sales1.csv", "sales.csv", "salex.csv"):
        (folder / "files" / other).write_text(sales("2025-01-10,shop,999,60,a,x,true"))
    (folder / "files" / name).write_text(sales("2025-01-10,shop,7,60,a,x,true"))
    assert {row["value"] for row in rows(folder) if row["unit"] == "shop"} <= {7.0, None}
    attack.held("files: names that mean other files")


def test_the_control_of_names_reads_another_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].csv").write_text("n\n7\n")
    (tmp_path / "a1.csv").write_text("n\n999\n")
    assert duckdb.sql(f"SELECT n FROM '{tmp_path}/a[1].csv'").fetchall() == [(999,)]


# -- bombs


def packed(target: Path, megabytes: int) -> None:
    """So many megabytes of nothing, in some kilobytes."""
    with gzip.open(target, "wb", compresslevel=9) as file:
        file.write(b"id,day,unit,amount,cost,customer,channel,ok\n")
        for _ in range(megabytes):
            file.write(b"0" * (1 << 20))


def workbook(target: Path, cells: dict[str, object]) -> None:
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    book.save(target)


def swollen(target: Path, *, lying: bool = False, method: int = zipfile.ZIP_DEFLATED) -> None:
    """A sound workbook with a part of 80 MB of nothing; `lying`: its directory says that it holds 10 bytes."""
    workbook(target, {"A1": "id"})
    with zipfile.ZipFile(target, "a", method) as archive:
        archive.writestr("xl/media/x.bin", b"\0" * (80 << 20))
    if lying:
        raw = bytearray(target.read_bytes())
        for mark, size, name in ((b"PK\x01\x02", 24, 46), (b"PK\x03\x04", 22, 30)):
            at = -1
            while (at := raw.find(mark, at + 1)) >= 0:
                if raw[at + name : at + name + 14] == b"xl/media/x.bin":
                    raw[at + size : at + size + 4] = struct.pack("<I", 10)
        target.write_bytes(bytes(raw))


def sixteen(target: Path) -> None:
    """The far cell written in UTF-16, so that nobody who looks for bytes finds it."""
    workbook(target, {"A1": "id", "XFD1048576": 1})
    whole = io.BytesIO()
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            text = old.read(one)
            new.writestr(one, text.decode().encode("utf-16") if "sheet1" in one.filename else text)
    target.write_bytes(whole.getvalue())


def long_header(target: Path) -> None:
    target.write_bytes(b"id," * 700_000)


def cut_off(target: Path) -> None:
    target.write_bytes(gzip.compress(b"id,day\n" * 9999)[:-50])


def no_gz(target: Path) -> None:
    target.write_bytes(b"id,day,unit\n1,2,3\n")


def no_workbook(target: Path) -> None:
    target.write_bytes(b"MZ" + zlib.compress(b"x" * 99))


def far(target: Path) -> None:
    workbook(target, {"A1": "id", "XFD1048576": 1})


def endless_rows(target: Path) -> None:
    names = pa.schema([("id", pa.int64())])
    with pq.ParquetWriter(target, names, compression="zstd") as writer:
        for _ in range(3):
            writer.write_table(pa.table({"id": pa.array([1] * 1_000_000)}, schema=names))


def deep(target: Path) -> None:
    target.write_text('{"id": 1, "amount": ' + "[" * 200_000 + "]" * 200_000 + "}\n")


Maker = Callable[[Path], None]
BOMBS: dict[str, tuple[str, Maker, str]] = {
    "gz": ("sales.csv.gz", lambda path: packed(path, 80), "unpack to more than"),
    "gz of json": ("sales.jsonl.gz", lambda path: packed(path, 80), "unpack to more than"),
    "gz cut off": ("sales.csv.gz", cut_off, "cannot be unpacked"),
    "gz that is none": ("sales.csv.gz", no_gz, "cannot be unpacked"),
    "xlsx with a swollen part": ("sales.xlsx", swollen, "unpack to more than"),
    "xlsx that lies about its size": ("sales.xlsx", lambda path: swollen(path, lying=True), "unpack to more than"),
    "xlsx packed oddly": ("sales.xlsx", lambda path: swollen(path, method=zipfile.ZIP_BZIP2), "as no workbook is"),
    "xlsx with a far cell": ("sales.xlsx", far, "reach to row 1,048,576"),
    "xlsx in UTF-16": ("sales.xlsx", sixteen, "not UTF-8"),
    "xlsx that is none": ("sales.xlsx", no_workbook, "not a workbook"),
    "a header without end": ("sales.csv", long_header, "that is no header"),
    "parquet of endless rows": ("sales.parquet", endless_rows, "claims 3,000,000 rows"),
    "json without end": ("sales.jsonl", deep, "."),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_goes_off(name: str, tmp_path: Path, attack: Attack) -> None:
    file, lay, words = BOMBS[name]
    folder = make(tmp_path, {"sources/books.yaml": SOURCE.replace("sales.csv", file)})
    lay(folder / "files" / file)
    assert (folder / "files" / file).stat().st_size < 4 << 20
    with attack.refused("files: bombs", (SourceError, ContractError), match=words):
        refresh(folder)


FAR = """
import resource, sys, fastexcel
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
fastexcel.read_excel(sys.argv[1]).load_sheet(0, header_row=None, skip_rows=0, dtypes="string")
"""


def test_the_control_of_a_far_cell_ends_the_process(tmp_path: Path) -> None:
    """A workbook of 5 KB: whoever opens it without a look asks for hundreds of gigabytes, and is no more."""
    far(tmp_path / "far.xlsx")
    ended = subprocess.run([sys.executable, "-c", FAR, str(tmp_path / "far.xlsx")], capture_output=True, check=False)
    assert ended.returncode < 0, "killed, not an error that could be told"


def test_large_files_of_people_are_read(tmp_path: Path) -> None:
    many = sales(*["2025-01-10,shop,1,1,c,web,true"] * 40_000)
    folder = make(
        tmp_path, {"sources/books.yaml": SOURCE.replace("sales.csv", "sales.csv.gz"), "files/sales.csv.gz": ""}
    )
    (folder / "files/sales.csv.gz").write_bytes(gzip.compress(many.encode()))
    assert 40_000.0 in {row["value"] for row in rows(folder) if row["unit"] == "shop"}


def test_what_a_source_refuses_tells_nothing_of_the_rows(tmp_path: Path, attack: Attack) -> None:
    """A file that is no table is told by its name and place and the names of its columns, never by its rows."""
    folder = make(tmp_path, {"files/sales.csv": f"root:x:0:0\nbin:{SECRET}\n"})
    with pytest.raises(FourfoldError, match="'id' is missing") as told:
        refresh(folder)
    assert SECRET not in str(told.value) + (folder / "var/refreshes.jsonl").read_text()
    attack.held("files: contents in messages")


def test_a_device_is_no_file(tmp_path: Path, attack: Attack) -> None:
    folder = make(tmp_path, {})
    (folder / "files/sales.csv").unlink()
    os.mkfifo(folder / "files/sales.csv")
    with attack.refused("files: devices", SourceError, match="no file matches"):
        refresh(folder)
