"""What a run reads of the state is remembered by the newest deed: never what was, never what another one sees."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import Engine, event

from strategy import glance
from strategy.glance import glanced, newest_seal, once
from strategy.goals.objectives import WriteObjective
from strategy.goals.tables import Objective
from strategy.history import changes_of
from strategy.reading import read
from strategy.state import IN_VIEW, open_state
from tests.strategy_rooms import Books


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that reach the database meanwhile."""
    found: list[str] = []

    def keep(_c: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    yield found
    event.remove(engine, "before_cursor_execute", keep)


def titles(state: Engine, *units: str) -> list[str]:
    """Objectives of some units, as a run reads them."""
    return [one.title for one in read(state, Objective, Objective.unit.in_(units), order_by=[Objective.key])]


@pytest.fixture
def world(books: Books) -> Books:
    """Two objectives in two units."""
    books.do("clara", WriteObjective("a", "east", "Alpha", "process"))
    books.do("clara", WriteObjective("b", "west", "Beta", "process"))
    return books


def test_the_same_is_read_once_and_another_question_is_another_answer(world: Books) -> None:
    one, two = glanced(world.engine), glanced(world.engine)
    assert titles(one, "east") == ["Alpha"]
    with counted(world.engine) as asked:
        assert titles(two, "east") == ["Alpha"]
        assert titles(two, "east") == ["Alpha"]
    assert len([words for words in asked if "audit_seal" in words]) == 1, "each run asks for the newest deed"
    assert not [words for words in asked if "FROM objective" in words]
    assert titles(two, "west") == ["Beta"]
    assert titles(two, "east", "west") == ["Alpha", "Beta"]
    assert read(two, Objective, Objective.key == "a")[0].title == "Alpha"
    assert read(two, Objective, Objective.key == "b")[0].title == "Beta"


def test_the_list_is_the_caller_s_own(world: Books) -> None:
    state = glanced(world.engine)
    read(state, Objective).clear()
    changes_of(state, "objective", ["a"]).clear()
    assert len(read(state, Objective)) == 2
    assert changes_of(state, "objective", ["a"])


def test_what_this_process_does_is_seen_in_the_same_run(world: Books) -> None:
    state = glanced(world.engine)
    before = newest_seal(state)
    assert titles(state, "east") == ["Alpha"]
    world.do("clara", WriteObjective("c", "east", "Gamma", "process"))
    assert titles(state, "east") == ["Alpha", "Gamma"]
    assert newest_seal(state) != before


def test_what_another_process_did_is_seen_by_the_next_run(world: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "written", lambda: 1)  # as if the writer were no part of this process
    state = glanced(world.engine)
    assert titles(state, "east") == ["Alpha"]
    other = Books(open_state(world.engine.url.render_as_string(hide_password=False)))
    other.do("clara", WriteObjective("c", "east", "Gamma", "process"))
    assert titles(glanced(world.engine), "east") == ["Alpha", "Gamma"]
    monkeypatch.setattr(glance, "SECONDS", 0.0)
    kept = glanced(world.engine)
    assert titles(kept, "east") == ["Alpha", "Gamma"]
    other.do("clara", WriteObjective("d", "east", "Delta", "process"))
    assert titles(kept, "east") == ["Alpha", "Gamma", "Delta"]
    other.engine.dispose()


def test_who_has_less_in_view_gets_no_answer_of_who_has_more(world: Books) -> None:
    class Nothing:
        """A view without anything that could be hidden; only that it is another one counts."""

        options = ()

        def scrub(self, record: Objective) -> None:
            record.title = "hidden"

    whole = glanced(world.engine)
    less = glanced(whole.execution_options(**{IN_VIEW: Nothing()}), whole)
    assert titles(whole, "east") == ["Alpha"]
    assert titles(less, "east") == ["hidden"]
    assert titles(whole, "east") == ["Alpha"]
    assert once(whole, "mine", lambda: 1) == 1
    assert once(less, "mine", lambda: 2) == 2


def test_few_answers_are_kept(world: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "MOST", 2)
    state = glanced(world.engine)
    assert [once(state, number, partial(str, number)) for number in (1, 2, 3)] == ["1", "2", "3"]
    assert once(state, 3, partial(str, 0)) == "3"
    assert once(state, 1, partial(str, 4)) == "4", "the oldest made room"


def test_nothing_is_kept_without_a_glance(world: Books) -> None:
    assert titles(world.engine, "east") == ["Alpha"]
    with counted(world.engine) as asked:
        titles(world.engine, "east")
    assert [words for words in asked if "FROM objective" in words]
