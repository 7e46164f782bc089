"""Analysts' SQL runs sealed, within memory and time: each limit refuses, and a control shows what it held back."""

from pathlib import Path

import duckdb
import pytest

from data.errors import DefinitionError, QueryError
from data.warehouse import connect, open_facts
from flows.asking import ask
from flows.opened import open_current
from flows.refresh import refresh
from flows.trial import trial
from metrics.engines.duck import Engine
from tests.attacks import Attack
from tests.making import MODEL, WORKSPACE, make, sales

SLOW = "SELECT count(*) AS n FROM range(10000) a, range(8000) b WHERE a.range + b.range = -1"
LARGE = "SELECT count(DISTINCT range) AS n FROM range(2000000)"
PRODUCT = "SELECT a.id, a.day, a.unit, a.amount, a.channel FROM sales AS a"
TWICE = PRODUCT + " JOIN sales AS b ON a.id = b.id"
ENDLESS = PRODUCT + "".join(f", sales AS {letter}" for letter in "bcdefgh")  # 20 rows to the eighth power
BY_SQL = MODEL.replace("source: sales", "sql: sales.sql")
ROWS = sales(*(f"2025-0{month}-10,{unit},1,1,c,web,true" for month in range(1, 6) for unit in ("shop", "web") * 2))


def test_what_takes_too_long_is_stopped_with_words(attack: Attack) -> None:
    with connect() as connection:
        engine = Engine(connection.cursor(), 0.05)
        with attack.refused("limits: time", QueryError, match=r"a query was stopped after 0.05 s; .* raise `limits:`"):
            engine.table(SLOW)
        with attack.refused("limits: time", QueryError, match="a statement was stopped after"):
            engine.run(f"CREATE TABLE t AS {SLOW}")
        with attack.refused("limits: time", QueryError, match="a query was stopped after"):
            list(engine.batches(SLOW.replace("count(*)", "a.range"), 1000))
        assert engine.table("SELECT 1 AS n").to_pylist() == [{"n": 1}], "the next statement is not hit"
        assert Engine(connection.cursor(), 30).table(SLOW).to_pylist() == [{"n": 0}], "the control must have an answer"


def test_what_needs_too_much_memory_is_refused(tmp_path: Path, attack: Attack) -> None:
    with open_facts(tmp_path, [], memory_limit="20MB") as small, attack.refused("limits: memory", QueryError, "Memory"):
        Engine(small.cursor()).table(LARGE)
    with open_facts(tmp_path, [], memory_limit="500MB") as large:
        assert Engine(large.cursor()).table(LARGE).to_pylist() == [{"n": 2_000_000}]


def test_an_endless_model_stops_the_refresh_and_the_old_snapshot_stays(tmp_path: Path, attack: Attack) -> None:
    folder = make(
        tmp_path / "endless",
        {
            "workspace.yaml": WORKSPACE + "limits: {refresh_seconds: 0.5}\n",
            "files/sales.csv": ROWS,
            "models/sales.yaml": BY_SQL,
            "models/sales.sql": TWICE,
        },
    )
    kept = refresh(folder).id
    (folder / "models/sales.sql").write_text(ENDLESS)
    with attack.refused("limits: time", QueryError, match="was stopped after 0.5 s"):
        refresh(folder)
    assert open_current(folder).id == kept


def test_a_question_and_a_trial_have_the_workspaces_limit(tmp_path: Path, attack: Attack) -> None:
    quick = WORKSPACE + "limits: {seconds: 0.1, memory: 100MB}\n"
    folder = make(tmp_path / "asked", {"workspace.yaml": quick, "files/sales.csv": ROWS})
    refresh(folder)
    opened = open_current(folder)
    with attack.refused("limits: time", QueryError, match="was stopped after 0.1 s"):
        opened.engine().table(SLOW)
    with trial(folder, opened) as bench, attack.refused("limits: time", QueryError, match="was stopped after 0.1 s"):
        bench.engine.table(SLOW)
    for engine in (opened.engine(), bench.engine):
        with attack.refused("limits: memory", QueryError):
            engine.table("SET memory_limit = '64GB'")
    assert ask(folder, "revenue").num_rows == 1


class Watched:
    """Every engine that is made while something runs: whether it was sealed, and how long a statement may take."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[tuple[bool, bool, float | None]] = []
        begin = Engine.__init__

        def made(engine: Engine, cursor: duckdb.DuckDBPyConnection, seconds: float | None = None) -> None:
            external, locked = cursor.execute(
                "SELECT current_setting('enable_external_access'), current_setting('lock_configuration')"
            ).fetchall()[0]
            self.seen.append((external, locked, seconds))
            begin(engine, cursor, seconds)

        monkeypatch.setattr(Engine, "__init__", made)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Looks at every engine."""
    return Watched(monkeypatch)


def test_every_engine_that_definitions_run_in_is_sealed_and_limited(
    watched: Watched, tmp_path: Path, attack: Attack
) -> None:
    folder = make(tmp_path / "seen", {"files/sales.csv": ROWS})
    refresh(folder)
    ask(folder, "revenue", by="unit")
    with trial(folder, open_current(folder)) as bench:
        bench.engine.table("SELECT 1")
    assert len(watched.seen) >= 4
    for external, locked, seconds in watched.seen:
        assert (external, locked) == (False, True)
        assert seconds is not None
    attack.held("limits: an engine without a seal", len(watched.seen))


@pytest.mark.parametrize("limits", ["{memory: 2GB'; ATTACH 'x}", "{seconds: 0}", "{seconds: -1}", "{memory: -1}"])
def test_limits_are_no_place_for_sql(limits: str, tmp_path: Path, attack: Attack) -> None:
    folder = make(tmp_path, {"workspace.yaml": WORKSPACE + f"limits: {limits}\n"})
    with attack.refused("limits: settings", DefinitionError):
        refresh(folder)
