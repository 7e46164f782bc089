"""Whatever people write stays text on the pages of issues and of one's own work; empty places say what to do."""

from dataclasses import replace
from datetime import date

from views.actions import ActionLine, Stand, Told
from views.draw import issues as draw
from views.draw import mine as draw_mine
from views.draw.actions import action, actions
from views.issue import DecisionLine, IssueView, Moment
from views.issues import IssueLine, IssueList, RedLine, Tab
from views.mine import DutyLine, MineView, PathLine, WaitingLine
from views.opening import Opening

EVIL = '<img src=x onerror="alert(1)">'
RED = Stand("red", "Off")


def line(words: str) -> ActionLine:
    """An action whose every word is this one."""
    return ActionLine(
        key="a",
        version=1,
        title=words,
        words=words,
        href="mine?action=a",
        stand=RED,
        state="open",
        health="blocked",
        owner=words,
        owner_name=words,
        verifier=words,
        verifier_name=words,
        unit=words,
        unit_title=words,
        metric=words,
        issue=words,
        issue_title=words,
        due=words,
        due_on=date(2026, 11, 3),
        late=True,
        slip=words,
        expects=words,
        effect=words,
        share=None,
        early=False,
        verdict=words,
        told=(Told(words, words, RED, words, words),),
    )


def issue(words: str) -> IssueView:
    """An issue whose every word is this one."""
    return IssueView(
        key="k",
        version=1,
        title=words,
        subtitle=words,
        stand=RED,
        state="open",
        unit="u",
        metric="m",
        metric_title=words,
        metric_href="metric?metric=m",
        owner=words,
        status="red",
        value=words,
        value_now=1.0,
        period_now="2026-10",
        now_of=words,
        target=words,
        was=words,
        was_of=words,
        change=words,
        line=(1.0, None, 2.0),
        aim=(2.0, 2.0, 2.0),
        signal=words,
        cause=words,
        outcome=words,
        closing=words,
        facts=((words, words, "map"), (words, words, None)),
        actions=(line(words),),
        alive=1,
        helped=False,
        decisions=(DecisionLine(words, words, (words,)),),
        history=tuple(Moment(words, words, words, words) for _ in range(9)),
    )


def mine(words: str) -> MineView:
    """A page of one's own whose every word is this one."""
    return MineView(
        subtitle=words,
        chosen=line(words),
        waiting=(WaitingLine(words, "mine", words, words, True),),
        actions=(line(words),),
        settled=(),
        duties=((words, (DutyLine(words, "map", words), DutyLine(words, "", words))),),
        supports=(PathLine(words, "mine", words, ((words, "map"),), words), PathLine(words, "mine", words, (), "")),
        orphans=1,
        vision=words,
    )


def test_no_word_breaks_out_of_an_issue() -> None:
    view = issue(EVIL)
    drawn = draw.number(view) + draw.facts(view) + draw.decisions(view.decisions) + draw.history(view)
    assert "<img" not in drawn
    assert drawn.count("&lt;img") > 10


def test_no_word_breaks_out_of_an_action() -> None:
    drawn = action(line(EVIL)) + actions([line(EVIL)], EVIL, EVIL)
    assert "<img" not in drawn
    assert drawn.count("&lt;img") > 10


def test_no_word_breaks_out_of_the_lists() -> None:
    row = IssueLine("k", EVIL, "issues", EVIL, RED, "red", EVIL, EVIL, EVIL, (1.0, 2.0), (), EVIL, EVIL, EVIL)
    red = RedLine(EVIL, "metric", EVIL, EVIL, EVIL, EVIL)
    tabs = (Tab("open", EVIL, "issues", True),)
    shown = [
        IssueList(EVIL, tabs, "open", (row,), (), ()),
        IssueList(EVIL, tabs, "actions", (), (line(EVIL),), ()),
        IssueList(EVIL, tabs, "reds", (), (), (red,)),
    ]
    assert not any("<img" in draw.listing(one) for one in shown)
    there = Opening("m", "u", EVIL, EVIL, "", None, None, None, "issues?issue=k", EVIL)
    assert "<img" not in draw.there(there)


def test_no_word_breaks_out_of_my_work() -> None:
    view = mine(EVIL)
    assert "<img" not in draw_mine.waiting(view) + draw_mine.duties(view) + draw_mine.supports(view)


def test_an_orphan_is_counted_in_words() -> None:
    assert "1\u00a0item supports no objective" in draw_mine.supports(mine("x"))


def test_older_history_is_folded() -> None:
    drawn = draw.history(issue("x"))
    assert "3 earlier" in drawn
    assert "earlier" not in draw.history(replace(issue("x"), history=issue("x").history[:6]))


def test_empty_places_say_what_to_do_next() -> None:
    for show in ("open", "closed", "actions", "reds"):
        assert 'class="empty"' in draw.listing(IssueList("", (), show, (), (), ()))
    bare = replace(mine("x"), waiting=(), duties=(), supports=(), orphans=0)
    for drawn in (draw_mine.waiting(bare), draw_mine.duties(bare), draw_mine.supports(bare), draw_mine.no_action()):
        assert 'class="empty"' in drawn
    assert "Give one below" in draw.no_action(issue("x"))
    assert "closed without one" in draw.no_action(replace(issue("x"), state="closed"))
