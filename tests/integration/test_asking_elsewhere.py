"""A question to facts that stay in another engine is answered as one to facts that were loaded."""

from pathlib import Path

import pytest

from flows.asking import ask
from flows.refresh import refresh
from tests.integration.away import moved, postgres_place

QUESTIONS = (
    {"metrics": ["order_intake", "orders"], "by": ["unit.division", "channel"], "grain": "month", "start": "2026-06"},
    {"metrics": ["order_value", "active_customers", "new_customers"], "by": "segment", "start": "2026-Q2"},
    {"metrics": "order_intake", "where": ["region <> 'North'", "unit = 'commercial'"], "grain": "quarter"},
    {"metrics": ["headcount", "hires"], "by": ["unit", "job_group"], "grain": "year"},
    {"metrics": ["on_time_delivery", "gross_margin"], "grain": "week", "start": "2026-W36"},
)


def test_postgresql_answers_alike(
    own_demo: Path, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = postgres_place(postgres)
    monkeypatch.setenv("FOURFOLD_TEST_ENGINE", place.address)
    there = moved(own_demo, tmp_path / "there", place)
    refresh(there)
    for question in QUESTIONS:
        here, away = (ask(folder, **question).to_pylist() for folder in (own_demo, there))  # type: ignore[arg-type]
        assert len(here) == len(away) > 0
        for mine, other in zip(here, away, strict=True):
            assert mine.keys() == other.keys()
            for name, value in mine.items():
                assert other[name] == (pytest.approx(value, rel=1e-9) if isinstance(value, float) else value), question
