"""Tables that tell their changes: rows that changed take the place of those with their key, the others stay unread."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from connectors.base import Part, Place
from connectors.contract import ENGINE_TYPES
from connectors.placing import Shelf
from connectors.sql import Increment, SqlDataset, SqlPart
from connectors.staging import newest, stage
from data.snapshots import DatasetState, Segment
from data.warehouse import QUARANTINE_COLUMNS, FactFile, drafting, identifier, literal

BACK = timedelta(days=1)  # a change may be told late, and in another time zone


@dataclass(frozen=True)
class Change:
    """What must be read: the rows of `part` that changed; and the day on which the table was last read whole."""

    part: SqlPart
    before: DatasetState
    whole: str


def changes_since(before: DatasetState | None, parts: Sequence[Part]) -> Change | None:
    """What changed since `before` (loaded under the same contract), where the table tells; None: read it whole."""
    increment = _increment(parts)
    if before is None or before.mark is None or increment is None:
        return None
    told = json.loads(before.mark)
    age = _today() - date.fromisoformat(told["whole"])
    if told["at"] is None or (increment.whole_days is not None and age.days >= increment.whole_days):
        return None
    (part,) = parts
    assert isinstance(part, SqlPart)
    at = told["at"]
    since = int(at) if part.dataset.loaded()[increment.column][1].type == "integer" else date.fromisoformat(at) - BACK
    return Change(replace(part, since=since), before, told["whole"])


def mark_of(shelf: Shelf, segments: Sequence[Segment], change: Change | None, parts: Sequence[Part]) -> str | None:
    """Up to where the table was read, to be handed to `changes_since`; None where it does not tell its changes."""
    increment = _increment(parts)
    if increment is None:
        return None
    number = shelf.dataset.loaded()[increment.column][1].type == "integer"
    kind = "BIGINT" if number else "DATE"
    found = []
    for place, file in enumerate(file for one in segments for file in one.files):
        alias = f"marked_{place}"
        shelf.connection.execute(f"ATTACH {literal(str(shelf.var / file.path))} AS {alias} (READ_ONLY)")
        at = f"SELECT CAST(CAST(max({identifier(increment.column)}) AS {kind}) AS VARCHAR) FROM {alias}.main.data"
        found += [row[0] for row in shelf.connection.execute(at).fetchall() if row[0] is not None]
        shelf.connection.execute(f"DETACH {alias}")
    latest = max(found, key=int if number else str) if found else None
    return json.dumps({"at": latest, "whole": change.whole if change else _today().isoformat()})


def leave_out_gone(shelf: Shelf, target: str) -> int:
    """Remove the rows that the table marks as gone from the table `data` of `target`; how many they were."""
    increment = getattr(shelf.dataset, "increment", None)
    if not isinstance(increment, Increment) or increment.deleted is None:
        return 0
    gone = f"{identifier(increment.deleted)} IS NOT NULL"
    if shelf.dataset.loaded()[increment.deleted][1].type == "boolean":
        gone = f"{identifier(increment.deleted)} IS TRUE"
    found = shelf.connection.execute(f"DELETE FROM {target}.data WHERE {gone}").fetchone()
    return int(found[0]) if found else 0


def changed(shelf: Shelf, place: Place, change: Change, split_above: int) -> Segment:
    """The dataset with its changes: files that hold none of the keys that changed, and get none, stay as they are."""
    old = change.before.files
    with (
        drafting(shelf.connection, shelf.var / "facts") as news,
        drafting(shelf.connection, shelf.var / "facts") as draft,
    ):
        staged = stage(shelf.connection, news.alias, place, shelf.dataset, [change.part])
        changes = _Changes(shelf, f"{news.alias}.main")
        leave_out_gone(shelf, f"{news.alias}.main")
        for number, file in enumerate(old):
            shelf.connection.execute(f"ATTACH {literal(str(shelf.var / file.path))} AS old_{number} (READ_ONLY)")
        split = any(file.year for file in old)
        touched = [n for n, file in enumerate(old) if changes.touches(f"old_{n}.main", file.year, split=split)]
        years = {old[number].year for number in touched} | (changes.years(split=split) - {file.year for file in old})
        if years:
            changes.lay_down(f"{draft.alias}.main", [f"old_{number}.main" for number in touched], years, split=split)
            untouched = tuple(file for number, file in enumerate(old) if number not in touched)
            files = (*untouched, *shelf.settle(draft, None, 0 if split else split_above).files)
        else:
            files = old
        latest, refused = _sums(shelf, files)
        for number in range(len(old)):
            shelf.connection.execute(f"DETACH old_{number}")
    rows = sum(file.rows for file in files)
    return Segment((), files, rows, refused, latest, staged.ignored, staged.first_reason)


class _Changes:
    """The rows that came, in `data` of `news`, and the temp table `keys`: of them and of those that were refused."""

    def __init__(self, shelf: Shelf, news: str) -> None:
        self.shelf, self.news = shelf, news
        loaded = shelf.dataset.loaded()
        self.columns = ", ".join(identifier(name) for name in loaded)
        self.key = ", ".join(identifier(name) for name in shelf.dataset.key)
        told = (
            f"TRY_CAST(json_extract_string(raw, {literal('$.' + json.dumps(loaded[name][0]))}) AS "
            f"{ENGINE_TYPES[loaded[name][1].type]}) AS {identifier(name)}"
            for name in shelf.dataset.key
        )
        self.refused = f"SELECT {', '.join(told)}, {', '.join(_QUARANTINE)} FROM"
        shelf.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE keys AS SELECT {self.key} FROM {news}.data "
            f"UNION SELECT {self.key} FROM ({self.refused} {news}.quarantine)"
        )

    def _rows(self, years: Collection[int | None], *, split: bool) -> str:
        """SELECT of the rows that came, of some years (None: without a date); all where files are not split."""
        rows = f"SELECT {self.columns} FROM {self.news}.data"
        if not split:
            return rows
        year = f"year({identifier(str(self.shelf.dataset.split_by_year))})"
        dated = [f"{year} = {one}" for one in sorted(one for one in years if one is not None)]
        return f"{rows} WHERE {' OR '.join([*dated, *([f'{year} IS NULL'] if None in years else [])]) or 'false'}"

    def years(self, *, split: bool) -> set[int | None]:
        """The years that something came for; None: without a date, also what was refused; for all where not split."""
        found: set[int | None] = {None} if self._any(f"FROM {self.news}.quarantine") else set()
        if not split:
            return found | ({None} if self._any(f"FROM {self.news}.data") else set())
        year = f"year({identifier(str(self.shelf.dataset.split_by_year))})"
        told = self.shelf.connection.execute(f"SELECT DISTINCT {year} FROM {self.news}.data").fetchall()
        return found | {row[0] for row in told}

    def touches(self, old: str, year: int | None, *, split: bool) -> bool:
        """Whether an old file (of a year, where split) holds rows that are no longer so, or gets others."""
        still = f"SELECT {self.columns} FROM {old}.data SEMI JOIN keys USING ({self.key})"
        if self._differ(still, self._rows({year}, split=split)):
            return True
        if year is not None:
            return False
        words = ", ".join(_QUARANTINE[2:])  # lines are those of an answer to a query: another one each time
        now = f"SELECT {words} FROM {self.news}.quarantine"
        if not self._has_quarantine(old):
            return self._any(f"FROM {self.news}.quarantine")
        before = f"SELECT {words} FROM ({self.refused} {old}.quarantine) SEMI JOIN keys USING ({self.key})"
        return self._differ(before, now)

    def _differ(self, one: str, other: str) -> bool:
        return self._any(f"FROM (({one}) EXCEPT ({other}))") or self._any(f"FROM (({other}) EXCEPT ({one}))")

    def lay_down(self, target: str, old: Sequence[str], years: Collection[int | None], *, split: bool) -> None:
        """Make `data` and `quarantine` of `target` from those of old files, with the changes of some years."""
        execute = self.shelf.connection.execute
        execute(f"CREATE TABLE {target}.data AS SELECT {self.columns} FROM {self.news}.data WHERE false")
        execute(f"CREATE TABLE {target}.quarantine ({QUARANTINE_COLUMNS})")
        for one in old:
            execute(
                f"INSERT INTO {target}.data SELECT {self.columns} FROM {one}.data ANTI JOIN keys USING ({self.key})"
            )
            if self._has_quarantine(one):
                kept = f"({self.refused} {one}.quarantine) ANTI JOIN keys USING ({self.key})"
                execute(f"INSERT INTO {target}.quarantine SELECT {', '.join(_QUARANTINE)} FROM {kept}")
        execute(f"INSERT INTO {target}.data {self._rows(years, split=split)}")
        if None in years:
            execute(f"INSERT INTO {target}.quarantine SELECT * FROM {self.news}.quarantine")

    def _has_quarantine(self, target: str) -> bool:
        alias = target.split(".", 1)[0]
        tables = f"FROM duckdb_tables() WHERE database_name = {literal(alias)} AND table_name = 'quarantine'"
        return self._any(tables)

    def _any(self, what: str) -> bool:
        return self.shelf.connection.execute(f"SELECT 1 {what} LIMIT 1").fetchone() is not None


_QUARANTINE = tuple(column.split()[0] for column in QUARANTINE_COLUMNS.split(", "))


def _sums(shelf: Shelf, files: Sequence[FactFile]) -> tuple[date | None, int]:
    """The latest date and the number of refused rows of some files."""
    days, refused = [], 0
    for place, file in enumerate(files):
        alias = f"summed_{place}"
        known = shelf.connection.execute(
            "SELECT database_name FROM duckdb_databases() WHERE path = ?", [str(shelf.var / file.path)]
        ).fetchone()
        if known is None:
            shelf.connection.execute(f"ATTACH {literal(str(shelf.var / file.path))} AS {alias} (READ_ONLY)")
        name = known[0] if known else alias
        day = newest(shelf.connection, name, shelf.dataset)
        days += [day] if day else []
        tables = f"FROM duckdb_tables() WHERE database_name = {literal(name)} AND table_name = 'quarantine'"
        if shelf.connection.execute(f"SELECT 1 {tables}").fetchone():
            counted = shelf.connection.execute(f"SELECT count(*) FROM {name}.main.quarantine").fetchone()
            refused += counted[0] if counted else 0
        if known is None:
            shelf.connection.execute(f"DETACH {alias}")
    return max(days, default=None), refused


def _increment(parts: Sequence[Part]) -> Increment | None:
    dataset = parts[0].dataset if len(parts) == 1 and isinstance(parts[0], SqlPart) else None
    return dataset.increment if isinstance(dataset, SqlDataset) else None


def _today() -> date:
    return datetime.now(UTC).date()
