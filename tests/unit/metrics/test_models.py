"""Views of models: of one dataset, of several that hold parts of one table, of checked SQL."""

import duckdb
import pytest

from metrics.definitions.table import Table
from metrics.engines.duck import Engine
from metrics.language.catalog import Catalog
from metrics.states.compiler import create_models


@pytest.fixture
def engine() -> Engine:
    found = Engine(duckdb.connect().cursor())
    found.run("CREATE SCHEMA source")
    found.run("CREATE TABLE source.old AS SELECT 1 AS id, 'a' AS who, 10 AS amount")
    found.run("CREATE TABLE source.new AS SELECT 20 AS amount, 2 AS id, 'b' AS who")
    return found


def rows(engine: Engine, columns: dict[str, str], **fields: object) -> list[dict[str, object]]:
    table = Table.model_validate({"key": "sales", **fields})
    create_models(engine, Catalog({"sales": table}, {}, (), {"sales": columns} if columns else {}))
    found: list[dict[str, object]] = engine.table("SELECT * FROM model.sales ORDER BY id").to_pylist()
    return found


def test_parts_of_a_table_are_laid_together_by_the_names_of_their_columns(engine: Engine) -> None:
    columns = {"id": "integer", "who": "text", "amount": "integer"}
    assert rows(engine, columns, source=["old", "new"]) == [
        {"id": 1, "who": "a", "amount": 10},
        {"id": 2, "who": "b", "amount": 20},
    ]


def test_one_dataset_is_seen_as_it_is(engine: Engine) -> None:
    assert rows(engine, {}, source="new") == [{"amount": 20, "id": 2, "who": "b"}]


def test_names_in_sql_are_datasets_whatever_else_they_mean(engine: Engine) -> None:
    """A dataset may bear a name that is a word of SQL; a part of the statement itself is no dataset."""
    engine.run('CREATE TABLE source."order" AS SELECT * FROM source.old')
    text = 'WITH old AS (SELECT * FROM "order") SELECT id, amount FROM old UNION ALL SELECT id, amount FROM new'
    assert rows(engine, {}, sql="sales.sql", sql_text=text) == [{"id": 1, "amount": 10}, {"id": 2, "amount": 20}]
