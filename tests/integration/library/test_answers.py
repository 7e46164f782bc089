"""Every measure of the library, added to a company made by hand and refreshed, gives what was reckoned by hand."""

from typing import Any

import pytest

from flows.library import Wish, prepare, write
from metrics.library.shelf import SHELVES, library
from tests.integration.library.answers_customer import CUSTOMER
from tests.integration.library.answers_execution import EXECUTION
from tests.integration.library.answers_financial import FINANCIAL
from tests.integration.library.answers_people import PEOPLE
from tests.integration.library.answers_process import PROCESS
from tests.integration.library.company import COLUMNS, make_company
from tests.making import rows

ANSWERS = {"financial": FINANCIAL, "customer": CUSTOMER, "process": PROCESS, "people": PEOPLE, "execution": EXECUTION}
EVERY = {key: value for answers in ANSWERS.values() for key, value in answers.items()}


@pytest.fixture(scope="module")
def december(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The company's row of every measure for December 2025."""
    folder = make_company(tmp_path_factory.mktemp("library") / "company")
    write(prepare(folder, Wish(tuple(library().entries), columns=COLUMNS)))
    wanted = ("company", "month", "2025-12")
    found = [row for row in rows(folder) if (row["unit"], row["span"], f"{row['period_end']:%Y-%m}") == wanted]
    return {row["metric"]: row for row in found}


@pytest.mark.parametrize("shelf", SHELVES)
def test_every_measure_of_a_shelf_has_an_answer_by_hand(shelf: str) -> None:
    assert set(ANSWERS[shelf]) == {key for key, entry in library().entries.items() if entry.shelf == shelf}


@pytest.mark.parametrize("key", EVERY)
def test_a_measure_gives_what_was_reckoned_by_hand(key: str, december: dict[str, dict[str, Any]]) -> None:
    assert december[key]["value"] == pytest.approx(EVERY[key], rel=1e-9), december[key]["reason"]
