"""Drafts: written by one person, published by a second, on SQLite and PostgreSQL; none touches a published score."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from access.policy import Policy, Refused
from access.roles import BUILT_IN
from access.viewer import Grant, Viewer
from data.errors import CommandError
from flows.door import Door
from flows.drafts import difference, publish, try_out
from flows.refresh import refresh
from strategy.drafts import (
    Drafted,
    OfferDraft,
    PublishDraft,
    RebaseDraft,
    RejectDraft,
    SaveDraft,
    StartDraft,
    WithdrawDraft,
    draft,
    draft_begun,
    drafts,
)
from strategy.state import open_state, transaction
from strategy.tables import Audit
from tests.integration.test_state import state, url
from tests.making import REVENUE, make, rows

__all__ = ["state", "url"]  # fixtures: the state database on both engines

POLICY = Policy(BUILT_IN, lambda unit: ("company", "east", "shop") if unit == "company" else (unit,), "company")
ANN = Viewer("ann", "Ann", "Analyst", (Grant("analyst", ("company",)),))
BEN = Viewer("ben", "Ben", "Analyst", (Grant("analyst", ("company",)),))
EVE = Viewer("eve", "Eve", "Chief", (Grant("executive", ("company",)),))
MAX = Viewer("max", "Max", "Manager", (Grant("manager", ("company",)),))
EAST = Viewer("pia", "Pia", "Analyst of east", (Grant("analyst", ("east",)),))
NEW = REVENUE.replace("Revenue", "Turnover").replace("amount", "amount * 2")


def begun(state: Engine, text: str = NEW, base: str = REVENUE, metric: str = "revenue") -> Drafted:
    return draft_begun(state, Door(state, POLICY).do(ANN, StartDraft(metric, "financial", text, base)))


def offered(state: Engine, text: str = NEW, base: str = REVENUE, metric: str = "revenue") -> Drafted:
    one = begun(state, text, base, metric)
    Door(state, POLICY).do(ANN, OfferDraft(one.id, one.version))
    return draft(state, one.id)


def audited(state: Engine) -> list[tuple[str, str]]:
    with transaction(state) as session:
        return [(row.who, row.command) for row in session.scalars(select(Audit).order_by(Audit.id))]


def test_a_draft_goes_from_hand_to_hand(state: Engine) -> None:
    one = begun(state)
    assert (one.state, one.version, one.author, one.name) == ("open", 1, "ann", "metrics/financial/revenue.yaml")
    door = Door(state, POLICY)
    door.do(ANN, SaveDraft(one.id, 1, NEW + "tags: [new]"))
    door.do(ANN, OfferDraft(one.id, 2))
    door.do(BEN, RejectDraft(one.id, 3, "say what is doubled"))
    sent_back = draft(state, one.id)
    assert (sent_back.state, sent_back.decided_by, sent_back.comment) == ("rejected", "ben", "say what is doubled")
    assert sent_back.text.endswith("tags: [new]\n")
    door.do(ANN, OfferDraft(one.id, 4))
    door.do(EVE, PublishDraft(one.id, 5))
    assert draft(state, one.id).state == "published"
    assert drafts(state) == []
    assert [command for _, command in audited(state)] == [
        *("StartDraft", "SaveDraft", "OfferDraft", "RejectDraft", "OfferDraft", "PublishDraft")
    ]


Deed = Callable[[Drafted], object]
REFUSED: list[tuple[str, Viewer, Deed, str]] = [
    ("own", ANN, lambda d: PublishDraft(d.id, d.version), "a second person has to decide"),
    ("own back", ANN, lambda d: RejectDraft(d.id, d.version, "no"), "a second person has to decide"),
    ("no right", MAX, lambda d: PublishDraft(d.id, d.version), "may not definition.publish"),
    ("part of the company", EAST, lambda d: PublishDraft(d.id, d.version), "over company"),
    ("old version", BEN, lambda d: PublishDraft(d.id, d.version - 1), "somebody has saved this draft"),
    ("not there", BEN, lambda _: PublishDraft(99, 1), "there is no draft 99"),
    ("no words", BEN, lambda d: RejectDraft(d.id, d.version, "  "), "say in a sentence"),
    ("foreign", BEN, lambda d: SaveDraft(d.id, d.version, "x"), "somebody else's"),
    ("foreign gone", BEN, lambda d: WithdrawDraft(d.id, d.version), "somebody else's"),
    ("foreign base", BEN, lambda d: RebaseDraft(d.id, d.version, "x"), "somebody else's"),
    ("empty", ANN, lambda d: SaveDraft(d.id, d.version, " \n"), "the draft is empty"),
    ("too long", ANN, lambda d: SaveDraft(d.id, d.version, "x" * 50_001), "at most 50000"),
    ("twice", ANN, lambda d: OfferDraft(d.id, d.version), "this draft is offered"),
    ("executive drafts", EVE, lambda _: StartDraft("a", "financial", "x"), "may not definition.draft"),
    ("a path", ANN, lambda _: StartDraft("../a", "financial", "x"), "is not a key of a metric"),
    ("a path too", ANN, lambda _: StartDraft("a", "../../etc", "x"), "is not a key of a perspective"),
    ("one each", ANN, lambda _: StartDraft("revenue", "financial", "x"), "you have a draft of revenue already"),
]


@pytest.mark.parametrize(("viewer", "deed", "says"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_nobody_may_do_is_refused(viewer: Viewer, deed: Deed, says: str, state: Engine) -> None:
    one = offered(state)
    with pytest.raises((CommandError, Refused), match=says):
        Door(state, POLICY).do(viewer, deed(one))  # type: ignore[arg-type]
    assert draft(state, one.id) == one


def test_a_refused_decision_is_written_down(state: Engine) -> None:
    one = offered(state)
    for viewer in (ANN, MAX):
        with pytest.raises((CommandError, Refused)):
            Door(state, POLICY).do(viewer, PublishDraft(one.id, one.version))
    assert audited(state)[-2:] == [("ann", "PublishDraft refused"), ("max", "PublishDraft refused")]
    with transaction(state) as session:
        payload = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
        assert payload is not None
        assert "may not definition.publish" in payload.payload["refused"]


def test_a_draft_that_says_what_the_file_says_is_not_offered(state: Engine) -> None:
    one = begun(state, REVENUE)
    with pytest.raises(CommandError, match="change something first"):
        Door(state, POLICY).do(ANN, OfferDraft(one.id, one.version))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small company, refreshed."""
    made = make(tmp_path / "small", {})
    refresh(made)
    return made


@pytest.fixture
def lite(folder: Path) -> Engine:
    """Its own state."""
    return open_state(f"sqlite:///{folder / 'var' / 'state.sqlite'}")


FILE = "metrics/financial/revenue.yaml"


def test_publishing_writes_the_file_and_the_next_refresh_computes_it(folder: Path, lite: Engine) -> None:
    before = rows(folder)
    one = offered(lite)
    assert rows(folder) == before, "a draft touches no published value"
    assert (folder / FILE).read_text(encoding="utf-8") == REVENUE
    publish(folder, Door(lite, POLICY), BEN, one)
    assert (folder / FILE).read_text(encoding="utf-8") == NEW
    assert sorted(path.name for path in (folder / FILE).parent.iterdir()) == ["revenue.yaml"]
    found = {(r["unit"], r["span"], r["period_end"]): r["value"] for r in before}
    assert {k: None if v is None else 2 * v for k, v in found.items()} == {
        (r["unit"], r["span"], r["period_end"]): r["value"] for r in rows(folder)
    }


def test_a_new_metric_gets_its_file(folder: Path, lite: Engine) -> None:
    one = offered(lite, NEW, "", "turnover")
    publish(folder, Door(lite, POLICY), EVE, one)
    assert (folder / "metrics/financial/turnover.yaml").read_text(encoding="utf-8") == NEW


def refused(folder: Path, lite: Engine, one: Drafted, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        publish(folder, Door(lite, POLICY), BEN, one)
    assert draft(lite, one.id).state == "offered"
    assert audited(lite)[-1] == ("ben", "PublishDraft refused")


def test_a_file_that_has_changed_since_is_not_written_over(folder: Path, lite: Engine) -> None:
    one = offered(lite)
    other = REVENUE + "owner: somebody\n"
    (folder / FILE).write_text(other, encoding="utf-8")
    refused(folder, lite, one, r"revenue.yaml has changed since.*\n\+owner: somebody")
    assert (folder / FILE).read_text(encoding="utf-8") == other
    (folder / FILE).unlink()
    refused(folder, lite, one, "was removed since")
    (folder / "metrics/financial/turnover.yaml").write_text(REVENUE, encoding="utf-8")
    refused(folder, lite, offered(lite, NEW, "", "turnover"), "exists already since")


def test_a_draft_that_is_not_sound_is_not_published(folder: Path, lite: Engine) -> None:
    one = offered(lite, NEW.replace("amount * 2", "amuont"))
    refused(folder, lite, one, "did you mean 'amount'")
    assert (folder / FILE).read_text(encoding="utf-8") == REVENUE


def test_a_draft_that_is_there_already_is_published_again_without_harm(folder: Path, lite: Engine) -> None:
    """As after a kill between the file and the commit."""
    one = offered(lite)
    (folder / FILE).write_text(NEW, encoding="utf-8")
    publish(folder, Door(lite, POLICY), BEN, one)
    assert draft(lite, one.id).state == "published"


def test_a_draft_is_held_against_the_other_files(folder: Path) -> None:
    tried = try_out(folder, FILE, NEW.replace("amount * 2", "amuont"))
    (problem,) = tried.own
    assert (problem.field, problem.line, problem.file) == ("agg.expr", 3, FILE)
    assert tried.workspace is None
    assert try_out(folder, FILE, NEW).problems == ()
    assert try_out(folder, FILE, "title: [").own[0].message.startswith("is not valid YAML")


def test_a_difference_tells_the_lines_that_differ() -> None:
    assert difference("a\nb\nc\n", "a\nB\nc\n") == ["-b", "+B"]
