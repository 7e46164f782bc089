"""After any history of refreshes the values equal a full recompute, and a slow reckoning that shares no code.

FOURFOLD_HISTORIES says how many histories (without it 300 in CI, else 100), FOURFOLD_SEED which is the first.
"""

import os
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from metrics.engines.duck import Engine
from metrics.values.table import SORTED_BY
from tests.soundness.histories import History
from tests.soundness.refreshing import Bench, Killed, Mortal, benches, prepared
from tests.soundness.test_recount import differences, expected_keys, month_at

COUNT = int(os.environ.get("FOURFOLD_HISTORIES", "300" if os.environ.get("CI") else "100"))
FIRST = int(os.environ.get("FOURFOLD_SEED", "1"))
BATCHES = 10  # so that they can run side by side
REFRESHES = 3
RECOUNTED = 40  # values of each refresh that are reckoned slowly


@pytest.mark.parametrize("batch", range(BATCHES))
def test_values_after_any_history_equal_a_full_recompute_and_a_slow_reckoning(tmp_path: Path, batch: int) -> None:
    with benches(tmp_path) as bench:
        for seed in range(FIRST + batch, FIRST + COUNT, BATCHES):
            history = History.of(seed)
            try:
                live(bench(), history)
            except Exception as error:
                story = "\n".join(history.events)
                raise AssertionError(f"history {seed} (FOURFOLD_SEED={seed} FOURFOLD_HISTORIES=1):\n{story}") from error


def live(bench: Bench, history: History) -> None:
    """Refresh again and again, hold the values against others, and let something happen."""
    for number in range(REFRESHES):
        if number:
            history.step()
        company = history.company()
        contents = bench.put(company)
        asked = prepared(Engine(bench.connection.cursor()), company)
        if history.random.random() < 0.3:
            lives = history.random.randint(0, 6)
            try:
                bench.refresh(asked, contents, Mortal(bench.connection.cursor(), lives))
            except Killed:
                history.events.append(f"killed at question {lives}")
        renewed = bench.refresh(asked, contents)
        if history.random.random() < 0.5:
            bench.prune(renewed)
        found = bench.published(renewed, list(asked.catalog.metrics)).sort_by([(n, "ascending") for n in SORTED_BY])
        equal(found, bench.recomputed(asked))
        assert found.num_rows == renewed.values.rows
        recount(history, found)


def equal(found: pa.Table, expected: pa.Table) -> None:
    """The same rows; numbers to 1e-9."""
    keys = list(SORTED_BY)
    assert found.select(keys).to_pylist() == expected.select(keys).to_pylist()
    for name in expected.column_names:
        one, other = found.column(name), expected.column(name)
        if pa.types.is_floating(one.type):
            np.testing.assert_allclose(one.to_numpy(), other.to_numpy(), rtol=1e-9, atol=1e-9, err_msg=name)
        else:
            assert one.to_pylist() == other.to_pylist(), name


def recount(history: History, table: pa.Table) -> None:
    """Some of the values against the slow reckoning."""
    slow = history.company()
    rows: list[dict[str, Any]] = table.to_pylist()
    found = {(r["metric"], r["unit"], r["span"], month_at(slow, r)): r for r in rows}
    keys = [key for key in expected_keys(slow, found) if key[0] in slow.metrics]
    picked = Random(history.random.random()).sample(keys, min(RECOUNTED, len(keys)))
    wrong = [line for key in picked for line in differences(slow, key, found.get(key))]
    assert not wrong, "\n".join(wrong[:12])
