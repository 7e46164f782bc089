"""docs/interop.md says what the code does: every field that is read has a row, every refusal its reason."""

from pathlib import Path

from metrics.interop.page import BECOMES, tables, told
from tests.interop.differential import ALLOWED

PAGE = Path(__file__).resolve().parents[3] / "docs" / "interop.md"


def test_every_field_that_is_read_has_a_row() -> None:
    assert {kind: set(rows) for kind, rows in BECOMES.items()} == told()


def test_the_page_is_made_from_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    made = text.partition("<!-- made by metrics/interop/page.py -->\n")[2].partition("\n<!-- end -->")[0]
    assert made == tables(), "write tables() of metrics/interop/page.py into docs/interop.md"


def test_every_refusal_is_on_the_page() -> None:
    rows = [f"| {reason} | {why} |" for reason, why in ALLOWED.items()]
    assert [row for row in rows if row not in PAGE.read_text(encoding="utf-8")] == []
