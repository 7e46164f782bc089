"""The audit can only grow, and its chain tells on whoever changes it past the door."""

import re

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from strategy.drafts import StartDraft
from strategy.notes import WriteNote
from strategy.seals import BEGINNING, verified
from tests.strategy_rooms import Books

DEEDS = ("UPDATE audit SET who = 'joe'", "DELETE FROM audit_change", "UPDATE audit_seal SET seal = 'x'")


@pytest.fixture
def kept(books: Books) -> Books:
    """A company with five deeds."""
    for number in range(4):
        books.do("mira", WriteNote("revenue", "shop", "2026-10", f"Note {number} – Zürich, 1.5 %"))
    books.do("ann", StartDraft("revenue", "financial", "title: Revenue"))
    return books


def forced(books: Books, statement: str) -> None:
    """Change the database as somebody with its password could: first the guard, then the row."""
    with books.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
        else:
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(statement))
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = DEFAULT"))


def test_an_untouched_chain_is_whole(kept: Books) -> None:
    found = verified(kept.engine)
    assert (found.rows, found.older, found.faults) == (5, 0, ())
    assert found.newest != BEGINNING


def test_a_refusal_that_is_watched_is_sealed_too(books: Books) -> None:
    from strategy.drafts import PublishDraft

    with pytest.raises(PermissionError):
        books.do("sam", PublishDraft(1, 1))
    assert verified(books.engine).rows == 1


@pytest.mark.parametrize("statement", DEEDS)
def test_the_database_itself_refuses_to_change_the_audit(kept: Books, statement: str) -> None:
    with pytest.raises(DBAPIError, match="the audit can only grow"), kept.engine.begin() as connection:
        connection.execute(text(statement))
    assert verified(kept.engine).faults == ()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit SET who = 'joe' WHERE id = 3", r"audit row 3 \(WriteNote by joe, .*\) or the seal before it"),
        ("UPDATE audit SET payload = '{}' WHERE id = 2", r"audit row 2 .* has been changed"),
        ("UPDATE audit_change SET after = '{}' WHERE audit_id = 4", r"audit row 4 .* has been changed"),
        ("DELETE FROM audit_change WHERE audit_id = 1", r"audit row 1 .* has been changed"),
        ("UPDATE audit_seal SET seal = 'forged' WHERE audit_id = 2", r"audit row 2 .* has been changed"),
        (
            "INSERT INTO audit (id, at, who, command, payload) VALUES (77, '2026-11-03 10:00:00', 'joe', 'X', '{}')",
            "audit row 77 was put in past the door: it has no seal",
        ),
    ],
)
def test_what_was_changed_past_the_door_is_found(kept: Books, statement: str, fault: str) -> None:
    forced(kept, statement)
    told = verified(kept.engine).faults
    assert told
    assert any(re.search(fault, one) for one in told), told


def test_a_row_that_was_taken_out_is_found(kept: Books) -> None:
    for table in ("audit_seal", "audit_change"):
        forced(kept, f"DELETE FROM {table} WHERE audit_id = 3")
    forced(kept, "DELETE FROM note WHERE audit_id = 3")
    forced(kept, "DELETE FROM audit WHERE id = 3")
    assert any("audit row 4" in one for one in verified(kept.engine).faults)


def test_an_end_that_was_cut_off_is_found_by_who_kept_the_newest_seal(kept: Books) -> None:
    newest = verified(kept.engine).newest
    assert verified(kept.engine, newest).faults == ()
    for table in ("audit_seal", "audit_change", "draft"):
        forced(kept, f"DELETE FROM {table} WHERE audit_id = 5")
    forced(kept, "DELETE FROM audit WHERE id = 5")
    assert verified(kept.engine).faults == ()
    (fault,) = verified(kept.engine, newest).faults
    assert "its end was cut off" in fault
