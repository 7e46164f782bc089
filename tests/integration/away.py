"""Makes a second demo whose facts lie in another engine, table for table, under the same definitions."""

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv as pacsv
from ruamel.yaml import YAML

from data.snapshots import Store
from data.warehouse import open_facts
from flows.refresh import DEFINITIONS
from flows.workspace import assemble

Put = Callable[[str, pa.Table], None]


@dataclass(frozen=True)
class Place:
    """An engine for facts: how a workspace names it, and how a test puts a table there."""

    kind: str
    address: str
    put: Put


def moved(demo: Path, folder: Path, place: Place) -> Path:
    """A copy of a refreshed workspace's definitions in `folder`, its facts as they were loaded put into `place`."""
    for pattern in DEFINITIONS:
        for path in demo.glob(pattern):
            copy = folder / path.relative_to(demo)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    yaml = YAML()
    settings = yaml.load((folder / "workspace.yaml").read_text(encoding="utf-8"))
    settings["engine"] = {"kind": place.kind, "address": "${FOURFOLD_TEST_ENGINE}"}
    with (folder / "workspace.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(settings, file)
    for name, source in assemble(demo).sources.items():
        datasets = {
            key: {
                "table": key,
                "columns": {
                    column: {"type": one.type, "required": one.required}
                    for column, (_, one) in dataset.loaded().items()
                },
                "key": list(dataset.key),
                "cursor": dataset.cursor,
                "freshness": dataset.freshness.model_dump() if dataset.freshness else None,
                "empty": dataset.empty,
            }
            for key, dataset in source.datasets.items()
        }
        whole = {"connector": "in_place", "settings": {}, "datasets": datasets}
        with (folder / "sources" / f"{name}.yaml").open("w", encoding="utf-8") as file:
            yaml.dump(_without_none(whole), file)
    _put_facts(demo, place)
    return folder


def _put_facts(demo: Path, place: Place) -> None:
    store = Store(demo / "var")
    manifest = store.current()
    assert manifest is not None
    connection = open_facts(store.var, manifest.files())
    try:
        for name in manifest.datasets:
            place.put(name, connection.sql(f'SELECT * FROM source."{name}"').to_arrow_table())
    finally:
        connection.close()


def _without_none(node: object) -> object:
    if isinstance(node, dict):
        return {key: _without_none(value) for key, value in node.items() if value is not None}
    return node


TYPES = {"int64": "bigint", "double": "double precision", "bool": "boolean", "date32[day]": "date", "string": "text"}


def postgres_place(url: str) -> Place:
    """A real PostgreSQL."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")

    def put(name: str, table: pa.Table) -> None:
        columns = ", ".join(f'"{field.name}" {_type(field.type)}' for field in table.schema)
        text = io.BytesIO()
        pacsv.write_csv(table, text, pacsv.WriteOptions(include_header=False))
        with psycopg.connect(plain) as connection, connection.cursor() as cursor:
            cursor.execute(f'DROP TABLE IF EXISTS "{name}"; CREATE TABLE "{name}" ({columns})'.encode())
            with cursor.copy(f'COPY "{name}" FROM STDIN (FORMAT csv)'.encode()) as copy:
                copy.write(text.getvalue())

    return Place("postgres", plain, put)


def _type(kind: pa.DataType) -> str:
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    return TYPES.get(str(kind), "timestamp")
