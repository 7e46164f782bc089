"""The ground of the strategy room: versions, scope, audit, the state rebuilt from it, time travel."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

import pytest
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from access.policy import Refused
from access.roles import Permission
from data.errors import CommandError, Conflict
from strategy.commands import COMMANDS, Creating, Deed, OnRecord, put, words
from strategy.history import changes_of, rebuilt
from strategy.plain import plain
from strategy.reading import past
from strategy.state import transaction
from strategy.tables import Base, Record
from tests.strategy_rooms import NOON, Books


class Chore(Record):
    """A record of the tests' own."""

    __tablename__ = "test_chore"
    unit: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(200))
    owner: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20))
    due: Mapped[date | None]


Base.metadata.remove(Chore.__table__)  # type: ignore[arg-type]  # no migration knows it


@dataclass(frozen=True)
class BeginChore(Creating):
    """Make one."""

    needs: ClassVar[Permission] = "action.manage"
    title: str
    owner: str
    due: date | None = None

    def carry_out(self, deed: Deed) -> None:
        deed.add(
            Chore(
                key=self.free(deed, Chore),
                unit=self.unit,
                title=words(self.title, "the title"),
                owner=self.owner,
                state="open",
                due=self.due,
            )
        )


@dataclass(frozen=True)
class PutOffChore(OnRecord[Chore]):
    """Move its day."""

    needs: ClassVar[Permission] = "action.manage"
    own: ClassVar[Permission | None] = "action.own"
    states: ClassVar[tuple[str, ...]] = ("open",)
    due: date

    def change(self, deed: Deed, record: Chore) -> None:
        put(record, {"due": self.due})


@dataclass(frozen=True)
class EndChore(OnRecord[Chore]):
    """End it."""

    needs: ClassVar[Permission] = "action.manage"

    def change(self, deed: Deed, record: Chore) -> None:
        put(record, {"state": "done"})


for each in (BeginChore, PutOffChore, EndChore):
    COMMANDS.pop(each.__name__)  # they are the tests' own: no walk over all commands meets them

DAY = date(2026, 11, 20)
BEGIN = BeginChore("sweep", "shop", "Sweep the yard", "sam", DAY)


@pytest.fixture
def shop(books: Books) -> Books:
    """A company with one chore."""
    Chore.__table__.create(books.engine)  # type: ignore[attr-defined]
    books.do("mira", BEGIN)
    return books


def test_a_record_says_who_made_and_changed_it(shop: Books) -> None:
    shop.do("sam", PutOffChore("sweep", 1, date(2026, 11, 27)), NOON + timedelta(hours=1))
    one = shop.one(Chore, "sweep")
    assert (one.version, one.made_by, one.made_at, one.changed_by) == (2, "mira", NOON, "sam")
    assert one.changed_at == NOON + timedelta(hours=1)


def test_the_second_writer_is_told_what_changed(shop: Books) -> None:
    shop.do("mira", PutOffChore("sweep", 1, date(2026, 11, 27)))
    with pytest.raises(Conflict, match="mira changed due from 2026-11-20 to 2026-11-27"):
        shop.do("sam", PutOffChore("sweep", 1, date(2026, 12, 1)))
    assert shop.one(Chore, "sweep").due == date(2026, 11, 27)


def test_what_is_ones_own_may_be_changed_without_the_units_permission(shop: Books) -> None:
    shop.do("clara", BeginChore("count", "west", "Count the stock", "ann"))
    shop.do("ann", PutOffChore("count", 1, DAY))
    with pytest.raises(Refused, match=r"may not action\.manage"):
        shop.do("ann", PutOffChore("sweep", 1, date(2026, 11, 27)))


@pytest.mark.parametrize("key", ["sweep", "nowhere"])
def test_out_of_scope_and_not_there_sound_the_same(shop: Books, key: str) -> None:
    with pytest.raises(Refused, match=r"^Wil West may not action\.manage: there is no test chore of that key"):
        shop.do("wil", EndChore(key, 1))
    with pytest.raises(Refused, match=r"may not action\.manage over shop"):
        shop.do("wil", BeginChore("other", "shop", "x", "wil"))


def test_what_is_done_is_not_put_off(shop: Books) -> None:
    shop.do("sam", EndChore("sweep", 1))
    with pytest.raises(CommandError, match="this test chore is done; that can only be done while it is open"):
        shop.do("sam", PutOffChore("sweep", 2, date(2026, 12, 1)))


def test_the_same_key_twice_is_a_conflict_and_a_bad_key_an_error(shop: Books) -> None:
    with pytest.raises(Conflict, match="there is test chore 'sweep' already"):
        shop.do("mira", BEGIN)
    with pytest.raises(CommandError, match="'A B' is no key"):
        shop.do("mira", BeginChore("A B", "shop", "x", "sam"))


def test_state_rebuilt_from_the_audit_is_the_state(shop: Books) -> None:
    shop.do("sam", PutOffChore("sweep", 1, date(2026, 11, 27)))
    shop.do("mira", BeginChore("count", "east", "Count", "mira"), NOON + timedelta(days=1))
    shop.do("mira", EndChore("count", 1), NOON + timedelta(days=2))
    columns = Chore.__table__.columns.keys()
    now = {one.key: {name: plain(getattr(one, name)) for name in columns} for one in shop.all(Chore)}
    assert rebuilt(shop.engine) == {"test_chore": now}


def test_the_past_can_be_seen(shop: Books) -> None:
    shop.do("sam", EndChore("sweep", 1), NOON + timedelta(days=3))
    (before,) = past(shop.engine, Chore, NOON + timedelta(days=2))
    (after,) = past(shop.engine, Chore, NOON + timedelta(days=4))
    assert (before.state, before.due, before.version, before.made_at) == ("open", DAY, 1, NOON)
    assert (after.state, after.version) == ("done", 2)
    assert past(shop.engine, Chore, NOON - timedelta(days=1)) == []


def test_history_tells_fields_before_and_after(shop: Books) -> None:
    shop.do("sam", PutOffChore("sweep", 1, date(2026, 11, 27)))
    last, first = changes_of(shop.engine, "test_chore", ["sweep"])
    assert (first.command, first.before, first.version) == ("BeginChore", None, 1)
    assert last.before is not None
    assert last.after is not None
    assert (last.who, last.before["due"], last.after["due"]) == ("sam", "2026-11-20", "2026-11-27")
    assert "title" not in last.after


def test_a_change_outside_of_the_door_fails(shop: Books) -> None:
    (one,) = shop.all(Chore)
    one.title = "Leave it"
    with pytest.raises(CommandError, match="changed by commands alone"), transaction(shop.engine) as session:
        session.merge(one)
    assert shop.one(Chore, "sweep").title == "Sweep the yard"
