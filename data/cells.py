"""Cells of a CSV file that no spreadsheet takes for a formula: people's words are data, wherever they are opened."""

FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")  # what a spreadsheet would compute
UNSEEN = " \t\r\n\x0b\x0c\u00a0\ufeff\u200b\u200e\u200f\x00"  # what some of them skip before they look


def safe(cell: object) -> str:
    """A cell as text; what would begin a formula is quoted by an apostrophe. A number stays one, whatever its sign."""
    if isinstance(cell, int | float):
        return str(cell)
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(UNSEEN).startswith(FORMULA) or text.startswith(("\t", "\r", "\n")) else text
