"""The library page: what is searched is found, what is in use leads to its metric, parts come when asked for."""

from pathlib import Path

from metrics.library.shelf import library
from views.desk import Desk
from views.draw import library as draw
from views.entry import open_desk
from views.library import build
from views.picks import Picks, picks_of


def opened(demo: Path) -> tuple[Desk, Picks]:
    desk = open_desk(demo, "david_lindqvist")
    return desk, picks_of(desk, {}, "catalog.view")


def test_what_is_in_use_leads_to_its_metric(demo: Path) -> None:
    view = build(*opened(demo), "promised", None)
    found = {one.key: one for one in view.entries}
    assert found["on_time_delivery"].href is not None
    assert found["on_time_in_full"].href is None
    assert found["on_time_delivery"].asks == (("shipments", ("delivered_on", "promised_on")),)
    assert "in use here" in draw.library(view)


def test_parts_come_when_they_are_asked_for(demo: Path) -> None:
    alone, every = build(*opened(demo), "", "financial"), build(*opened(demo), "", "financial", parts=True)
    assert {one.key for one in every.entries} - {one.key for one in alone.entries} >= {"cost_of_sales", "receivables"}
    assert every.total == len(library().entries)
    assert next(one for one in alone.entries if one.key == "gross_margin").parts == ("Gross profit", "Revenue")


def test_nothing_found_says_what_to_do(demo: Path) -> None:
    view = build(*opened(demo), "zeppelin", None)
    assert view.entries == ()
    assert "Try fewer words" in draw.library(view)
