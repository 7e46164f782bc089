"""One dataset on its way into fact files: rows typed and judged, bad ones set aside with their line, all counted."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.base import DatasetModel, Part, Place, Reading, Refusal
from connectors.contract import ENGINE_TYPES, RAW, REASON, bind, select, table_columns
from data.errors import ContractError, SourceError
from data.warehouse import QUARANTINE_COLUMNS, Connection, EngineError, identifier, literal


@dataclass(frozen=True)
class Staged:
    """What was read of one dataset: good rows in `data`, the others in `quarantine`, of the database `alias`."""

    rows: int
    quarantined: int
    ignored: tuple[str, ...]
    first_reason: str


@dataclass(frozen=True)
class _Piece:
    """A part that was read: its rows have the row ids first .. first + rows - 1."""

    name: str
    reading: Reading
    first: int
    rows: int


def stage(connection: Connection, alias: str, place: Place, dataset: DatasetModel, parts: Sequence[Part]) -> Staged:
    """Read all `parts` into the tables `data` and `quarantine` of the attached database `alias`.

    Raises SourceError, ContractError; also if the rows that were read are not exactly those loaded and refused.
    """
    target = f"{identifier(alias)}.main"
    connection.execute(f"CREATE TABLE {target}.data ({table_columns(dataset)})")
    connection.execute(f"CREATE TABLE {target}.quarantine ({QUARANTINE_COLUMNS})")
    with ExitStack() as stack:
        pieces: list[_Piece] = []
        ignored: dict[str, None] = {}
        for part in parts:
            reading = stack.enter_context(part.open(connection))
            rows, first = _insert(connection, target, place, dataset, part.name, reading), _next(pieces)
            pieces.append(_Piece(part.name, reading, first, rows))
            ignored.update(dict.fromkeys(name for name in reading.columns if name not in dataset.columns))
        _mark(connection, target, dataset)
        expected = _quarantine(connection, target, dataset, pieces)
    connection.execute(f"DELETE FROM {target}.data WHERE {REASON} IS NOT NULL OR rowid IN (SELECT __row FROM marked)")
    rows, quarantined = (_count(connection, f"{target}.{table}") for table in ("data", "quarantine"))
    if rows + quarantined != expected:
        raise ContractError(
            f"{place}: {expected} rows were read, but {rows} loaded and {quarantined} refused; nothing was published"
        )
    why = connection.execute(f"SELECT reason FROM {target}.quarantine LIMIT 1").fetchone()
    return Staged(rows, quarantined, tuple(ignored), why[0] if why else "")


def _next(pieces: Sequence[_Piece]) -> int:
    return pieces[-1].first + pieces[-1].rows if pieces else 0


def _insert(
    connection: Connection, target: str, place: Place, dataset: DatasetModel, name: str, reading: Reading
) -> int:
    bound = bind(dataset, reading, f"{place}: {name}")
    before = _count(connection, f"{target}.data")
    try:
        if reading.batches is None:
            connection.execute(f"INSERT INTO {target}.data {select(bound, reading, reading.relation)}")
        else:
            _insert_batches(connection, f"INSERT INTO {target}.data {select(bound, reading, '__batch')}", reading)
    except EngineError as error:
        raise SourceError(f"{place}: {name} cannot be read: {str(error).splitlines()[0]}") from error
    return _count(connection, f"{target}.data") - before


def _insert_batches(connection: Connection, statement: str, reading: Reading) -> None:
    for batch in reading.batches or ():
        connection.register("__batch", pa.Table.from_batches([batch]))
        try:
            connection.execute(statement)
        finally:
            connection.unregister("__batch")


def _mark(connection: Connection, target: str, dataset: DatasetModel) -> None:
    """The temp table `marked`: row ids to refuse; `__twin` is the row that has the same key and came first."""
    connection.execute("CREATE OR REPLACE TEMP TABLE marked (__row BIGINT, __twin BIGINT)")
    connection.execute(f"INSERT INTO marked SELECT rowid, NULL FROM {target}.data WHERE {REASON} <> ''")
    if not dataset.key:
        return
    key = ", ".join(identifier(name) for name in dataset.key)
    good = f"(SELECT {key}, rowid AS __row FROM {target}.data WHERE {REASON} IS NULL)"
    doubles = f"SELECT {key}, min(__row) AS __twin FROM {good} GROUP BY {key} HAVING count(*) > 1"
    connection.execute(
        f"INSERT INTO marked SELECT __row, __twin FROM {good} JOIN ({doubles}) USING ({key}) WHERE __row <> __twin"
    )


def _quarantine(connection: Connection, target: str, dataset: DatasetModel, pieces: Sequence[_Piece]) -> int:
    """Fill the quarantine from the marked rows and from what never became a row; the number of records read."""
    wanted = connection.execute(
        "SELECT __row AS row FROM (SELECT __row FROM marked UNION SELECT __twin FROM marked WHERE __twin IS NOT NULL) "
        "ORDER BY 1"
    ).fetchnumpy()["row"]
    ordinals = np.asarray(wanted, dtype=np.int64)
    blanks = connection.execute(f"SELECT rowid AS row FROM {target}.data WHERE {REASON} = '' ORDER BY row")
    blank = np.asarray(blanks.fetchnumpy()["row"], dtype=np.int64)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE places (row BIGINT, piece INTEGER, source_file VARCHAR, line BIGINT)"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE refused (piece INTEGER, {QUARANTINE_COLUMNS})")
    records = 0
    for number, piece in enumerate(pieces):
        here = _between(ordinals, piece)
        account = piece.reading.account(piece.rows, here - piece.first)
        came = piece.rows + len(account.refusals)
        if account.records != came:
            raise ContractError(
                f"{piece.name}: holds {account.records} rows, but {came} came out of it; "
                "look for a quote that is opened and not closed"
            )
        records += came - len(_between(blank, piece))
        _fill_places(connection, number, piece.name, here, account.lines)
        _fill_refused(connection, number, piece.name, account.refusals)
    connection.execute(_FROM_BAD_ROWS.format(target=target, reason=REASON, raw=RAW))
    if dataset.key:
        connection.execute(_doubles(target, dataset))
    connection.execute(
        f"INSERT INTO {target}.quarantine SELECT source_file, line, reason, raw FROM refused ORDER BY piece, line"
    )
    return records


_FROM_BAD_ROWS = """INSERT INTO refused SELECT places.piece, places.source_file, places.line, {reason}, {raw}
    FROM {target}.data AS data JOIN marked ON data.rowid = marked.__row JOIN places ON places.row = marked.__row
    WHERE marked.__twin IS NULL"""


def _doubles(target: str, dataset: DatasetModel) -> str:
    loaded = dataset.loaded()
    record = ", ".join(f"{literal(source)}: data.{identifier(name)}" for name, (source, _) in loaded.items())
    names = ", ".join(loaded[name][0] for name in dataset.key)
    values = ", ".join(f"CAST(data.{identifier(name)} AS VARCHAR)" for name in dataset.key)
    reason = (
        f"concat({literal(names)}, ': ''', concat_ws(', ', {values}), ''' is a duplicate: the same key stands in ', "
        "'line ', first.line, ' of ', first.source_file)"
    )
    return f"""INSERT INTO refused SELECT here.piece, here.source_file, here.line, {reason},
            CAST(to_json({{{record}}}) AS VARCHAR)
        FROM {target}.data AS data JOIN marked ON data.rowid = marked.__row
        JOIN places AS here ON here.row = marked.__row
        JOIN places AS first ON first.row = marked.__twin WHERE marked.__twin IS NOT NULL"""


def _between(ordinals: np.ndarray[Any, np.dtype[np.int64]], piece: _Piece) -> np.ndarray[Any, np.dtype[np.int64]]:
    start, end = np.searchsorted(ordinals, [piece.first, piece.first + piece.rows])
    return ordinals[start:end]


def _fill_places(
    connection: Connection,
    number: int,
    name: str,
    rows: np.ndarray[Any, np.dtype[np.int64]],
    lines: np.ndarray[Any, np.dtype[np.int64]],
) -> None:
    if len(rows) == 0:
        return
    connection.register("__lines", pa.table({"row": rows, "line": lines}))
    connection.execute(f"INSERT INTO places SELECT row, {number}, {literal(name)}, line FROM __lines")
    connection.unregister("__lines")


def _fill_refused(connection: Connection, number: int, name: str, refusals: Sequence[Refusal]) -> None:
    if not refusals:
        return
    columns = {field: [getattr(one, field) for one in refusals] for field in ("line", "reason", "raw")}
    connection.register("__refusals", pa.table(columns))
    connection.execute(f"INSERT INTO refused SELECT {number}, {literal(name)}, line, reason, raw FROM __refusals")
    connection.unregister("__refusals")


def _count(connection: Connection, table: str) -> int:
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def newest(connection: Connection, alias: str, dataset: DatasetModel) -> Any:
    """The latest date of the freshness (else cursor) column as a `date`; None without one, or without rows."""
    column = dataset.freshness.column if dataset.freshness else dataset.cursor
    if column is None:
        return None
    found = connection.execute(f"SELECT CAST(max({identifier(column)}) AS DATE) FROM {identifier(alias)}.main.data")
    row = found.fetchone()
    return row[0] if row else None


def shape(dataset: DatasetModel) -> str:
    """The columns of the finished table `data` as SQL."""
    return ", ".join(f"{identifier(name)} {ENGINE_TYPES[one.type]}" for name, (_, one) in dataset.loaded().items())


def scratch(var: Path) -> Path:
    """Where work in progress lies; swept by the next publisher."""
    folder = var / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
