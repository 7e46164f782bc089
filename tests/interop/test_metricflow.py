"""Any metric of a random manifest, by any group-by that MetricFlow allows, gives what MetricFlow gives.

MetricFlow runs in an environment of its own, whose Python FOURFOLD_METRICFLOW_PYTHON names (see docs/interop.md).
FOURFOLD_METRICFLOW_QUESTIONS sets how many questions are asked; 50 without it, 500 in `make soak`.
"""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.interop.differential import ALLOWED, Tally, ask_world
from tests.interop.oracle import VARIABLE, Oracle

QUESTIONS = int(os.environ.get("FOURFOLD_METRICFLOW_QUESTIONS", "50"))
MOST_REFUSED = 0.12  # of the questions, and some for few of them


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    """MetricFlow as one process; without its environment a loud skip."""
    python = os.environ.get(VARIABLE, "")
    if not python or shutil.which(python) is None:
        pytest.skip(f"no MetricFlow: {VARIABLE} names no Python; make metricflow makes one")
    with Oracle(python) as started:
        yield started


def told(tally: Tally) -> str:
    """The tally in words."""
    lines = [f"{tally.asked} questions: {tally.agreed} agree, {len(tally.differing)} differ, {tally.beyond} beyond"]
    lines += [f"  {count} x {kind}" for kind, count in tally.metrics.most_common()]
    lines += [f"  refused {count} x {reason}" for reason, count in tally.refused.most_common()]
    return "\n".join([*lines, *tally.differing])


def test_every_question_has_metricflows_answer(oracle: Oracle, capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    seed = int(os.environ.get("FOURFOLD_METRICFLOW_SEED", "1"))
    while tally.asked < QUESTIONS:
        ask_world(oracle, seed, tally, QUESTIONS)
        seed += 1
    with capsys.disabled():
        print("\n" + told(tally))  # noqa: T201  what was counted belongs into the log
    assert not tally.differing, told(tally)
    assert set(tally.refused) <= set(ALLOWED), told(tally)
    assert sum(tally.refused.values()) <= MOST_REFUSED * QUESTIONS + 4, told(tally)
