"""Where a staged dataset ends up: in one file, or in one a year, of which unchanged years are shared with the past."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from connectors.base import DATED, DatasetModel
from connectors.staging import shape
from data.digests import ALL, Digest, write_digests
from data.errors import ContractError
from data.warehouse import QUARANTINE_COLUMNS, Connection, Draft, FactFile, drafting, identifier, literal

SPLIT_ABOVE = 5_000_000
_GROUP = 122_880  # rows in a row group, for which the engine keeps smallest and largest values
_SCATTERED = 0.25  # share of the whole span that one row group covers on average, above which rows are sorted
_HOLES = 0.2  # refused rows leave holes in the staged table; above this share of the good ones it is written anew


@dataclass(frozen=True)
class Placed:
    """The files, and a fingerprint of their content."""

    files: tuple[FactFile, ...]
    fingerprint: str


@dataclass(frozen=True)
class Shelf:
    """The fact files of one dataset in `var`; `contract` stands for everything but content that decides on rows."""

    connection: Connection
    var: Path
    name: str
    dataset: DatasetModel
    contract: str

    def settle(self, draft: Draft, fingerprint: str | None, split_above: int = SPLIT_ABOVE) -> Placed:
        """Give the draft (tables `data`, `quarantine`) its final name, or cut it into files of years.

        `fingerprint` is that of the source's content; without one the rows' own hash names the files. Rows lie in the
        order of the cursor, so that one month is read without the others.
        """
        source = f"{identifier(draft.alias)}.main"
        rows = self._one(f"SELECT count(*) FROM {source}.data")
        self._digest(source)
        if self.dataset.split_by_year and rows > split_above:
            return self._by_year(source, self.dataset.split_by_year)
        content = fingerprint or _digest(self.contract, self._told(source, ALL), self._refused(source))
        path = self._path(content)
        if fingerprint or not path.is_file():
            self._keep(draft, source, path)
        return Placed((self._fact(path, None, rows),), content)

    @property
    def _columns(self) -> str:
        return ", ".join(identifier(name) for name in self.dataset.loaded())

    def _keep(self, draft: Draft, source: str, path: Path) -> None:
        column = self.dataset.cursor or self.dataset.split_by_year
        refused = self._one(f"SELECT count(*) FROM {source}.quarantine")
        rows = self._one(f"SELECT count(*) FROM {source}.data")
        scattered = column is not None and self._scattered(f"{source}.data", column)
        if not scattered and refused <= rows * _HOLES:
            if not refused:
                self.connection.execute(f"DROP TABLE {source}.quarantine")
            draft.keep(path)
            return
        order = f" ORDER BY {identifier(column)}" if scattered and column else ""
        chosen = f"SELECT {self._columns} FROM {source}.data{order}"
        self._write(path, chosen, rows, f"{source}.quarantine" if refused else "")

    def _by_year(self, source: str, split: str) -> Placed:
        column = identifier(split)
        found = self.connection.execute(
            f"SELECT year(day) AS part, CAST(sum(rows) AS BIGINT), bit_xor(mixed), sum(total) FROM {source}.digests "
            f"WHERE of = {literal(split)} GROUP BY part ORDER BY part NULLS LAST"
        ).fetchall()
        files, prints = [], []
        for year, rows, *sums in found:
            if year is not None:
                content = _digest(self.contract, str(year), Digest(rows, *map(int, sums)).text)
                path = self._path(content, f"{year}")
                chosen = f"SELECT {self._columns} FROM {source}.data WHERE year({column}) = {year} ORDER BY {column}"
                if not path.is_file():
                    self._write(path, chosen, rows)
                files.append(self._fact(path, year, rows))
                prints.append(content)
        undated = sum(rows for year, rows, *_ in found if year is None)
        refused = self._one(f"SELECT count(*) FROM {source}.quarantine")
        if undated or refused:
            none = [Digest(rows, *map(int, sums)).text for year, rows, *sums in found if year is None]
            content = _digest(self.contract, *none, self._refused(source))
            path = self._path(content, "rest")
            if not path.is_file():
                chosen = f"SELECT {self._columns} FROM {source}.data WHERE {column} IS NULL"
                self._write(path, chosen, undated, f"{source}.quarantine" if refused else "")
            files.append(self._fact(path, None, undated))
            prints.append(content)
        return Placed(tuple(files), _digest(*prints))

    def _write(self, path: Path, chosen: str, rows: int, quarantine: str = "") -> None:
        with drafting(self.connection, path.parent) as draft:
            target = f"{identifier(draft.alias)}.main"
            self.connection.execute(f"CREATE TABLE {target}.data ({shape(self.dataset)})")
            self.connection.execute(f"INSERT INTO {target}.data {chosen}")
            if quarantine:
                self.connection.execute(f"CREATE TABLE {target}.quarantine ({QUARANTINE_COLUMNS})")
                self.connection.execute(f"INSERT INTO {target}.quarantine SELECT * FROM {quarantine}")
            written = self._one(f"SELECT count(*) FROM {target}.data")
            if written != rows:
                raise ContractError(f"{path}: {rows} rows were to be written, {written} were; nothing was published")
            self._digest(target)
            draft.keep(path)

    def _scattered(self, table: str, column: str) -> bool:
        """Whether row groups overlap so much in `column` that a range of it would read most of the file."""
        value = f"epoch(CAST({identifier(column)} AS TIMESTAMP))"
        found = self.connection.execute(
            "SELECT avg(high - low) / nullif(max(high) - min(low), 0), count(*) FROM "
            f"(SELECT min({value}) AS low, max({value}) AS high FROM {table} GROUP BY rowid // {_GROUP})"
        ).fetchone()
        return bool(found and found[1] > 4 and found[0] is not None and found[0] > _SCATTERED)

    def _digest(self, target: str) -> None:
        loaded = self.dataset.loaded()
        dated = [name for name, (_, column) in loaded.items() if column.type in DATED]
        write_digests(self.connection, target, list(loaded), dated)

    def _told(self, source: str, of: str) -> str:
        """The digest of all rows, by the table `digests`."""
        found = self.connection.execute(f"SELECT rows, mixed, total FROM {source}.digests WHERE of = {literal(of)}")
        return Digest(*map(int, found.fetchone() or ())).text

    def _refused(self, source: str) -> str:
        """A hash of all rows of `quarantine`."""
        row = f"hash({', '.join(column.split()[0] for column in QUARANTINE_COLUMNS.split(', '))})"
        hashes = f"count(*), bit_xor({row}), sum(CAST({row} AS HUGEINT))"
        return str(self.connection.execute(f"SELECT {hashes} FROM {source}.quarantine").fetchone())

    def _path(self, content: str, part: str = "") -> Path:
        middle = f"-{part}" if part else ""
        return self.var / "facts" / f"{self.name}{middle}-{content[:16]}.duckdb"

    def _fact(self, path: Path, year: int | None, rows: int) -> FactFile:
        return FactFile(self.name, path.relative_to(self.var).as_posix(), year, rows)

    def _one(self, query: str) -> int:
        found = self.connection.execute(query).fetchone()
        return int(found[0]) if found else 0


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
