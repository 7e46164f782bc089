"""The table of attacks is held against the files: no class is missing there, and none stands there alone."""

import ast
from pathlib import Path

HERE = Path(__file__).parent


BEGIN = ("SQL: ", "SQL in ", "YAML: ", "files: ", "limits: ", "served: ", "exports: ", "secrets: ", "commands: ")


def noted() -> set[tuple[str, str]]:
    """(class, file) of every attack that a test notes, by the words that stand in it."""
    found = set()
    for file in sorted(HERE.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if text.startswith(BEGIN) and text not in BEGIN and "\n" not in text:
                found.add((text, file.name))
    return found


def test_every_class_stands_in_the_table() -> None:
    lines = (HERE / "README.md").read_text(encoding="utf-8").splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][2:]
    assert {(cells[0], cells[2]) for cells in table} == noted()
    assert all(cells[1] for cells in table), "each class says what it must meet"
