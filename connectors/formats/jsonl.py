"""JSON lines: the engine reads each line as text and takes the contract's fields out of it; bad JSON is a bad row."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.base import Raw, Reading, numbered
from connectors.formats import File
from connectors.formats.text import readable
from data.warehouse import Connection, file_literal, literal

_LONGEST = 64 << 20  # bytes of one line
_SAMPLE = 1000


class JsonLines:
    """One JSON object a line, packed by gzip or not. A field that a line lacks is empty there."""

    kind = "jsonl"
    suffixes = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")

    @contextmanager
    def open(self, file: File, connection: Connection) -> Iterator[Reading]:
        """A scan of the engine; numbers keep their value, nested values are JSON text."""
        with readable(file, file.dataset.encoding) as (path, shape):
            lines = _lines(path)
            wanted = list(file.dataset.columns)
            paths = ", ".join(literal(_path(name)) for name in wanted)
            good = "CASE WHEN json_valid(line) AND json_type(line) = 'OBJECT' THEN line END"
            relation = f"(SELECT line, json_extract_string({good}, [{paths}]) AS fields FROM {lines})"
            known = _known(connection, lines, wanted)
            columns = {name: Raw(f"fields[{wanted.index(name) + 1}]" if name in wanted else "NULL") for name in known}
            yield Reading(
                columns=columns,
                account=numbered(shape.lines, 1),
                relation=relation,
                fault="CASE WHEN fields IS NULL THEN concat('the line is not a JSON object: ', left(line, 60)) END",
                blank="coalesce(trim(line, ' \t\r'), '') = ''",
                null_values=file.dataset.null_values,
            )


FORMAT = JsonLines()


def _lines(path: Path) -> str:
    return (
        f"read_csv({file_literal(path)}, columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, "
        f"delim = '\x01', quote = '', escape = '', strict_mode = false, max_line_size = {_LONGEST}, "
        f"compression = '{'gzip' if path.suffix.lower() == '.gz' else 'none'}')"
    )


def _path(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'


def _known(connection: Connection, lines: str, wanted: list[str]) -> list[str]:
    """The fields of the first lines, and those of `wanted` that any line has: a rare field is not a missing one."""
    valid = f"(SELECT line FROM {lines} WHERE json_valid(line) AND json_type(line) = 'OBJECT')"
    sample = f"SELECT DISTINCT unnest(json_keys(line)) FROM (SELECT line FROM {valid} LIMIT {_SAMPLE})"
    found = [str(row[0]) for row in connection.execute(sample).fetchall()]
    for name in wanted:
        if name not in found:
            rare = f"SELECT count(*) FROM {valid} WHERE json_exists(line, {literal(_path(name))})"
            row = connection.execute(rare).fetchone()
            if found and row and row[0]:
                found.append(name)
    return found or wanted
