"""The demo with a payload in every word that people wrote: records, definitions, names of units and of people."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml
from sqlalchemy import String

from strategy.reviews.tables import digest_of
from strategy.rooms import load
from strategy.tables import Base
from tests.e2e.crowd import with_everybody

MARK = "__pwned"
PAYLOAD = (
    f'"\'><img src=x onerror="window.{MARK}=1"><script>window.{MARK}=1</script><svg onload=window.{MARK}=1>'
    f"<a href='javascript:window.{MARK}=1'>a</a>[b](javascript:window.{MARK}=1) ![c](//evil.example/{MARK}) :red[d] $e$"
)
WORDS = frozenset({"title", "description", "name", "because", "vision", "mission", "purpose", "theme", "summary"})


def poisoned(demo: Path, target: Path) -> Path:
    """A copy of the demo, with somebody of every role, in which all words are hostile."""
    folder = with_everybody(demo, target)
    snapshot = folder / "var" / "snapshots" / (folder / "var" / "CURRENT").read_text(encoding="utf-8").strip()
    definitions = snapshot / "definitions"
    for file in (*definitions.glob("*.yaml"), *definitions.glob("metrics/**/*.yaml"), *definitions.glob("sc*/*.yaml")):
        content = yaml.load(file.read_bytes(), yaml.CSafeLoader)
        file.write_text(yaml.dump(_hostile(content), Dumper=yaml.CSafeDumper, allow_unicode=True), encoding="utf-8")
    with duckdb.connect(str(snapshot / "values.duckdb")) as book:
        book.execute("UPDATE units SET title = key || ' ' || ?", [PAYLOAD])
    poison_state(folder / "var" / "state.sqlite")
    poison_packs(folder / "var" / "state.sqlite")
    return folder


def _hostile(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: f"{key} {PAYLOAD}" if key in WORDS and isinstance(value, str) else _hostile(value)
            for key, value in node.items()
        }
    return [_hostile(one) for one in node] if isinstance(node, list) else node


def poison_state(path: Path) -> int:
    """Past the door: every text in every record that is words (it holds a blank) becomes hostile. How many columns."""
    load()
    changed = 0
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        for table, column in text_columns():
            sql = f'UPDATE "{table}" SET "{column}" = ? || rowid WHERE instr("{column}", \' \') > 0'
            changed += database.execute(sql, [f"{table}.{column} {PAYLOAD} "]).rowcount > 0
    return changed


def poison_packs(path: Path) -> int:
    """What reviews left behind, written anew with hostile words, as if it had been published like that."""
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT key, content FROM pack").fetchall()
        for key, content in rows:
            hostile = _spoken(json.loads(content))
            sealed = (json.dumps(hostile), digest_of(hostile), key)
            database.execute("UPDATE pack SET content = ?, digest = ? WHERE key = ?", sealed)
    return len(rows)


def _spoken(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _spoken(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_spoken(one) for one in node]
    return f"{node} {PAYLOAD}" if isinstance(node, str) and " " in node else node


def text_columns() -> Iterator[tuple[str, str]]:
    """Every column of text of every table that people write, but keys."""
    for table in Base.metadata.sorted_tables:
        if table.name.startswith(("audit", "alembic")):
            continue
        for column in table.columns:
            if isinstance(column.type, String) and not column.primary_key:
                yield table.name, column.name


def keys_of(folder: Path, tables: Mapping[str, str]) -> dict[str, str]:
    """Some key of each table: {query parameter: key}."""
    with sqlite3.connect(folder / "var" / "state.sqlite") as database:
        found = {
            name: database.execute(f'SELECT key FROM "{table}" LIMIT 1').fetchone() for name, table in tables.items()
        }
    return {name: row[0] for name, row in found.items() if row}
