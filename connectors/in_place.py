"""Datasets that stay in the workspace's engine: nothing is loaded, and the contract is held against them there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field

from connectors.base import DATED, ColumnModel, DatasetModel, Part, Place, SourceModel, Strict
from connectors.contract import family
from data.away import Away
from data.documents import nearest
from data.errors import ContractError, SourceError
from data.snapshots import DatasetState
from data.warehouse import literal

_FITS = {
    "text": ("text",),
    "integer": ("integer",),
    "decimal": ("decimal", "integer", "float"),
    "number": ("float", "decimal", "integer"),
    "boolean": ("boolean",),
    "date": ("date", "timestamp"),
    "timestamp": ("timestamp", "date"),
}


_NAME = r"""(?:[^\W\d][\w$]*|"(?:[^"]|"")+"|`(?:[^`]|``)+`)"""
TABLE = rf"^{_NAME}(?:\.{_NAME})*$"  # it is pasted into statements of the engine


class InPlaceSettings(Strict):
    """Nothing to set: workspace.yaml says `engine:`."""


class InPlaceDataset(DatasetModel):
    """`table` is the table's name in the engine, with its schema or catalog where that needs one."""

    table: Annotated[str, Field(pattern=TABLE)]


class InPlace:
    """Looks at datasets where they lie."""

    kind: ClassVar[str] = "in_place"
    settings: ClassVar[type[BaseModel]] = InPlaceSettings
    dataset: ClassVar[type[DatasetModel]] = InPlaceDataset

    def parts(self, place: Place, _settings: Any, _dataset: Any) -> Sequence[Part]:
        """Nothing can be loaded from here."""
        raise SourceError(f"{place}: stays in its engine; `load` looks at it there")

    def look(self, place: Place, dataset: InPlaceDataset, away: Away) -> DatasetState:
        """How many rows there are, how new they are, and a fingerprint of them all.

        Bad rows cannot be set aside where they lie, so any of them is a ContractError that says how many, and why.
        """
        columns = away.columns(dataset.table)
        faults = [fault for name, one in dataset.columns.items() for fault in _misfits(name, one, columns)]
        if faults:
            raise ContractError("\n".join(f"{place}: {fault}" for fault in faults))
        _hold(place, dataset, away)
        newest = dataset.freshness.column if dataset.freshness else dataset.cursor
        seen = f"max(CAST({away.quoted(newest)} AS DATE))" if newest else "CAST(NULL AS DATE)"
        sql = f"SELECT count(*) AS n, {seen} AS d, {away.digest} AS h FROM {dataset.table} AS t"
        row = away.table(sql).to_pylist()[0]
        if not row["n"] and dataset.empty == "refuse":
            raise SourceError(f"{place}: {dataset.table} holds no rows; fill it, or say `empty: allow`")
        return DatasetState(
            dataset=place.dataset,
            source=place.source,
            files=(),
            fingerprint=f"{row['n']}-{row['h']}",
            rows=int(row["n"]),
            quarantined=0,
            loaded_at=datetime.now(UTC).isoformat(timespec="seconds"),
            newest=row["d"],
            read_from=(f"{away.place}: {dataset.table}",),
        )


def _misfits(name: str, one: ColumnModel, columns: dict[str, str]) -> list[str]:
    if one.as_ or one.format or one.decimal_mark or one.thousands or one.pattern:
        return [f"column '{name}': as, format, decimal_mark, thousands and pattern are for loading; make a view there"]
    if name not in columns:
        return [f"there is no column '{name}'; {nearest(name, columns)}"]
    kind = family(columns[name])
    fits = kind in _FITS[one.type]
    return [] if fits else [f"column '{name}' is {columns[name].lower()}, and the contract says {one.type}"]


def _hold(place: Place, dataset: InPlaceDataset, away: Away) -> None:
    """Count the rows that break each rule, in one pass; ContractError with all that are broken."""
    rules = [rule for name, one in dataset.columns.items() for rule in _rules(name, one, dataset, away)]
    broken: list[str] = []
    if rules:
        counts = ", ".join(f"count(CASE WHEN {rule} THEN 1 END) AS c{i}" for i, (_, rule) in enumerate(rules))
        row = away.table(f"SELECT {counts} FROM {dataset.table}").to_pylist()[0]
        broken = [f"in {row[f'c{i}']} rows {words}" for i, (words, _) in enumerate(rules) if row[f"c{i}"]]
    if dataset.key:
        keys = ", ".join(map(away.quoted, dataset.key))
        groups = f"SELECT {keys} FROM {dataset.table} GROUP BY {keys} HAVING count(*) > 1"
        if times := away.table(f"SELECT count(*) AS n FROM ({groups}) AS k").to_pylist()[0]["n"]:
            broken.append(f"{times} keys ({', '.join(dataset.key)}) stand more than once")
    if broken:
        remedy = "mend the rows there, or the contract: rows that stay cannot be set aside"
        raise ContractError("\n".join(f"{place}: {one}; {remedy}" for one in broken))


def _rules(name: str, one: ColumnModel, dataset: InPlaceDataset, away: Away) -> Iterator[tuple[str, str]]:
    """(what is wrong in words, SQL condition under which it is) for a column."""
    value = away.quoted(name)
    if one.required or name in dataset.key:
        why = "required" if one.required else "part of the key"
        yield f"column '{name}' is empty, but {why}", f"{value} IS NULL"
    for bound, sign, words in ((one.min, "<", "below the minimum"), (one.max, ">", "above the maximum")):
        if bound is not None:
            shown = f"DATE {literal(str(bound))}" if one.type in DATED else str(bound)
            yield f"column '{name}' is {words} {bound}", f"{value} {sign} {shown}"
    if one.one_of is not None:
        options = ", ".join(literal(str(option)) for option in one.one_of)
        listed = ", ".join(map(str, one.one_of))
        yield f"column '{name}' is not one of {listed}", f"CAST({value} AS {away.text}) NOT IN ({options})"


def staying(sources: Mapping[str, SourceModel]) -> dict[str, str]:
    """Dataset > its table's name in the workspace's engine, of all datasets that stay there."""
    return {
        name: dataset.table
        for source in sources.values()
        if source.connector == InPlace.kind
        for name, dataset in source.datasets.items()
    }


CONNECTOR = InPlace()
