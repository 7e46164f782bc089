"""CSV: the engine splits and types in one parallel scan; this file finds header, delimiter, refusals and lines."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from connectors.base import Account, Raw, Reading, Refusal
from connectors.formats import File
from connectors.formats.text import Shape, line_ends_before, opened, readable
from data.errors import ContractError, SourceError
from data.warehouse import Connection, file_literal, literal

DELIMITERS = (",", ";", "\t", "|")
MOST_LINES_IN_A_QUOTE = 1000
MOST_HEADER = 1 << 20  # bytes in which a header ends
_LINE_END = re.compile(r"\r\n|\n|\r")
_REASONS = {
    "INVALID ENCODING": "the line is not UTF-8 text; add `encoding` to the dataset (for example cp1252)",
    "LINE SIZE OVER MAXIMUM": "the line is longer than 2 MB; look for a quote that is opened and not closed",
    "UNQUOTED VALUE": "a quote is opened and not closed properly",
}


@dataclass(frozen=True)
class Header:
    """The names in the first record, the line on which it begins, the records and blank lines before the first row."""

    names: tuple[str, ...]
    line: int
    skip: int


class Csv:
    """Comma-separated values (also ; tab |), packed by gzip or not."""

    kind = "csv"
    suffixes = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt")

    @contextmanager
    def open(self, file: File, connection: Connection) -> Iterator[Reading]:
        """A scan of the engine, every column as text, records of the wrong width refused."""
        with readable(file, file.dataset.encoding) as (path, shape):
            delimiter, header = _header(file, path)
            names = list(header.names)
            twice = [name for name in file.dataset.columns if names.count(name) > 1]
            if twice:
                raise ContractError(f"{file.where}, line {header.line}: column '{twice[0]}' stands twice in the header")
            rejects = f"rejects_{abs(hash(str(path)))}"
            book = _Book(connection, file, path, shape, header, delimiter, rejects)
            yield Reading(
                columns={name: Raw(f"c{place}") for place, name in enumerate(names) if name},
                account=book.account,
                relation=_scan(path, shape, header, delimiter, file.dataset.quote, rejects),
                blank="c0 IS NULL" if len(names) == 1 else "",
                header_line=header.line,
                null_values=file.dataset.null_values,
            )


FORMAT = Csv()


def _scan(path: Path, shape: Shape, header: Header, delimiter: str, quote: str, rejects: str) -> str:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(header.names)))
    newline = {"\n": "\\n", "\r\n": "\\r\\n", "\r": "\\r"}[shape.newline]
    compression = "gzip" if path.suffix.lower() == ".gz" else "none"
    return (
        f"read_csv({file_literal(path)}, columns = {{{columns}}}, auto_detect = false, header = false, "
        f"skip = {header.skip}, delim = {literal(delimiter)}, quote = {literal(quote)}, escape = {literal(quote)}, "
        f"new_line = '{newline}', compression = '{compression}', store_rejects = true, "
        f"rejects_table = '{rejects}', rejects_scan = '{rejects}_scan', rejects_limit = 0)"
    )


def _header(file: File, path: Path) -> tuple[str, Header]:
    """The delimiter under which the header has most of the contract's columns, and that header."""
    candidates = (file.dataset.delimiter,) if file.dataset.delimiter else DELIMITERS
    headers = [(delimiter, _first_record(file, path, delimiter)) for delimiter in candidates]
    return max(headers, key=lambda pair: sum(name in pair[1].names for name in file.dataset.columns))


def _first_record(file: File, path: Path, delimiter: str) -> Header:
    with opened(path) as source:
        head = source.read(MOST_HEADER)
    if len(head) == MOST_HEADER and not _LINE_END.search(head.decode("latin-1").lstrip("\r\n")):
        raise SourceError(f"{file.where}: its first line has more than {MOST_HEADER:,} bytes; that is no header")
    with io.StringIO(head.decode("utf-8-sig", errors="replace"), newline="") as text:
        rows = csv.reader(text, delimiter=delimiter, quotechar=file.dataset.quote)
        try:
            for blank, row in enumerate(rows):
                if row:
                    return Header(tuple(name.strip() for name in row), blank + 1, blank + 1)
        except csv.Error as error:
            raise SourceError(f"{file.where}: its header cannot be read ({error})") from error
    raise SourceError(f"{file.where}: is empty, not even a header stands in it; export it again")


@dataclass(frozen=True)
class _Reject:
    line: int
    reason: str
    text: str  # the engine keeps its first 10,000 characters
    stray_quote: bool


@dataclass(frozen=True)
class _Book:
    """Keeps account of one file: what was refused while splitting, on which lines rows stand, how many there are."""

    connection: Connection
    file: File
    path: Path
    shape: Shape
    header: Header
    delimiter: str
    rejects: str

    def account(self, rows: int, ordinals: np.ndarray[Any, np.dtype[np.int64]]) -> Account:
        """Lines are exact: by arithmetic where each record is one line, else by walking the records once more."""
        rejects, spans = self._rejects(), dict[int, int]()
        physical = self.shape.lines - (0 if self._blank_lines_are_rows else self.shape.trailing)
        if self.header.skip + rows + len(rejects) == physical:
            records = physical - self.header.skip
            starts = np.asarray([reject.line for reject in rejects], dtype=np.int64)
            before = starts - self.header.skip - 1 - np.arange(len(starts))
            lines = ordinals + self.header.skip + 1 + np.searchsorted(before, ordinals, side="right")
        else:
            records, lines, spans = self._walk(rows, rejects, ordinals)
        refusals = [refusal for reject in rejects for refusal in self._refusals(reject, spans.get(reject.line, 1))]
        return Account(records + len(refusals) - len(rejects), lines, tuple(refusals))

    @property
    def _blank_lines_are_rows(self) -> bool:
        return len(self.header.names) == 1

    def _rejects(self) -> list[_Reject]:
        found = self.connection.execute(
            "SELECT line_byte_position, any_value(csv_line), "
            "arg_min(error_type, byte_position), arg_min(error_message, byte_position) "
            f"FROM {self.rejects} GROUP BY line_byte_position ORDER BY 1"
        ).fetchall()
        before = line_ends_before(self.path, [row[0] for row in found])
        rejects = []
        for ends, (_, text, kind, message) in zip(before, found, strict=True):
            body = (text or "").lstrip("\r\n")
            blank = (text or "")[: len(text or "") - len(body)]
            if self.shape.newline == "\r\n":  # the engine shows half of the line end before the record
                blank = blank.removeprefix("\n")
            line = ends + len(blank.splitlines()) + 1
            rejects.append(_Reject(line, self._words(kind, message), body, kind == "UNQUOTED VALUE"))
        return rejects

    def _words(self, kind: str, message: str) -> str:
        if kind in _REASONS:
            return _REASONS[kind]
        width = message.rsplit("Found:", 1)[-1].strip()
        if width.isdigit():
            return f"the row has {width} columns, the header has {len(self.header.names)}"
        return message.splitlines()[0]

    def _refusals(self, reject: _Reject, span: int) -> Iterator[Refusal]:
        """One, or after a stray quote one for each line of the record, so that lines it swallowed are counted too."""
        if span > MOST_LINES_IN_A_QUOTE:
            raise ContractError(
                f"{self.file.where}, line {reject.line}: a quote is opened here and not closed within "
                f"{MOST_LINES_IN_A_QUOTE} lines; close it, or set `quote` of the dataset"
            )
        texts = _LINE_END.split(reject.text) if reject.stray_quote else [reject.text]
        for place in range(span if reject.stray_quote else 1):
            text = texts[place] if place < len(texts) else ""
            swallowed = f" (the quote was opened in line {reject.line})" if place else ""
            yield Refusal(reject.line + place, reject.reason + swallowed, self._raw(text))

    def _raw(self, text: str) -> str:
        """Only the contract's columns: what it does not name is not kept, not even here."""
        row: Sequence[str] = next(csv.reader([text], delimiter=self.delimiter, quotechar=self.file.dataset.quote), [])
        named = dict(zip(self.header.names, row, strict=False))
        return json.dumps(
            {name: named[name] for name in self.file.dataset.columns if name in named}, ensure_ascii=False
        )

    def _walk(
        self, rows: int, rejects: list[_Reject], ordinals: np.ndarray[Any, np.dtype[np.int64]]
    ) -> tuple[int, np.ndarray[Any, np.dtype[np.int64]], dict[int, int]]:
        """By reading every record in order: their count, the lines of these ordinals, the lines each reject spans."""
        refused, wanted = {reject.line for reject in rejects}, set(ordinals.tolist())
        starts: dict[int, int] = {}
        spans: dict[int, int] = {}
        records = survivor = 0
        csv.field_size_limit(2**31 - 1)
        with opened(self.path) as source, io.TextIOWrapper(source, "utf-8-sig", errors="replace", newline="") as text:
            reader = csv.reader(text, delimiter=self.delimiter, quotechar=self.file.dataset.quote)
            for _ in range(self.header.skip):
                next(reader)
            before = reader.line_num
            for row in reader:
                line, before = before + 1, reader.line_num
                if not row and not self._blank_lines_are_rows:
                    continue
                records += 1
                if line in refused:
                    spans[line] = before - line + 1
                    continue
                if survivor in wanted:
                    starts[survivor] = line
                survivor += 1
        if survivor != rows:
            raise ContractError(
                f"{self.file.where}: {rows} rows were read, but {survivor} stand in it; look for a quote that is "
                f"opened and not closed{f' near line {rejects[0].line}' if rejects else ''}"
            )
        return records, np.asarray([starts[one] for one in ordinals.tolist()], dtype=np.int64), spans
