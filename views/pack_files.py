"""A pack as a file to send: Markdown, or one HTML page that needs nothing else. People's words stay words in both."""

import re

from views.draw.html import Markup, div, join, tag
from views.pack import PackItem, PackRow, PackView
from views.wording import status_of

MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&])")
STYLE = """
body { font: 14px/1.45 system-ui, sans-serif; color: #1a2233; background: #fff; max-width: 880px; margin: 32px auto;
  padding: 0 20px; font-variant-numeric: tabular-nums; }
h1 { font-size: 24px; margin: 0 0 4px; } h2 { font-size: 16px; margin: 28px 0 8px; }
h3 { font-size: 14px; margin: 14px 0 2px; }
.quiet, footer { color: #5b6577; font-size: 13px; } p { margin: 4px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 5px 12px 5px 0;
  border-bottom: 1px solid #dfe3ea; vertical-align: top; } th { font-weight: 500; color: #5b6577; font-size: 12px; }
td.number, th.number { text-align: right; white-space: nowrap; } ul { padding-left: 18px; margin: 4px 0; }
footer { margin-top: 32px; border-top: 1px solid #dfe3ea; padding-top: 8px; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { body { background: #10141d; color: #e6eaf2; }
  .quiet, footer, th { color: #9aa5b8; } th, td, footer { border-color: #2a3242; } }
@media print { body { margin: 0; max-width: none; } }
"""


def file_name(view: PackView, ending: str) -> str:
    """A name that every system takes: november-review.md."""
    plain = re.sub(r"[^a-z0-9]+", "-", view.title.lower()).strip("-") or "review"
    return f"{plain}.{ending}"


# -- Markdown


def markdown(view: PackView) -> str:
    """The pack as Markdown."""
    parts = [f"# {_md(view.title)}", _md(view.subtitle), "## In short", _md(view.summary), _md(view.counts)]
    parts += ["## Off target", _md_table(view.reds) if view.reds else "Nothing is off target."]
    parts += ["## Decisions", *(_md_decision(*one) for one in view.decisions)] if view.decisions else []
    parts += (
        ["## Actions", *(f"- **{_md(title)}**: {_md(told)}" for title, told in view.actions)] if view.actions else []
    )
    parts += ["## Minutes"]
    for title, items in view.sections.items():
        parts += [f"### {_md(title)}", *(_md_item(one) for one in items)]
    parts += ["## Not talked about"]
    parts += [f"- {_md(title)}: {_md(how)}" for title, how in view.omissions] or ["Every item was talked about."]
    parts += [f"No room on the agenda: {_md(view.cut)}."] if view.cut else []
    parts += ["## Without a colour", _md_table(view.gaps)] if view.gaps else []
    parts += ["## People", *(f"- {_md(one)}" for one in view.people)]
    parts += ["## All numbers", _md_table(view.rows), "---", _md(view.foot)]
    return "\n\n".join(_tight(parts)) + "\n"


def _tight(parts: list[str]) -> list[str]:
    """Neighbouring points of a list without empty lines between them."""
    found: list[str] = []
    for part in parts:
        if part.startswith("- ") and found and found[-1].rsplit("\n", 1)[-1].startswith(("- ", "  ")):
            found[-1] += f"\n{part}"
        elif part:
            found.append(part)
    return found


def _md(text: str) -> str:
    """Words in which nothing is a mark of Markdown or HTML."""
    lines = [MARKS.sub(r"\\\1", line.strip()) for line in text.splitlines()]
    return "  \n".join(re.sub(r"^([-+=]|\d+[.)])", r"\\\1", line) for line in lines if line)


def _md_table(rows: tuple[PackRow, ...]) -> str:
    lines = ["| Metric | Unit | Actual | Target | Status | Answers for it |", "| --- | --- | ---: | ---: | --- | --- |"]
    for row in rows:
        cells = (row.title, row.where, row.value, row.target, status_of(row.status).word, row.owner)
        lines.append(f"| {' | '.join(_md(cell).replace(chr(10), ' ') for cell in cells)} |")
    return "\n".join(lines)


def _md_decision(title: str, told: str, cites: tuple[str, ...]) -> str:
    return "\n".join([f"- **{_md(title)}**: {_md(told)}", *(f"  - rests on {_md(one)}" for one in cites)])


def _md_item(one: PackItem) -> str:
    about = ", ".join(part for part in (one.where, one.number, f"target {one.target}" if one.target else "") if part)
    lines = [f"**{_md(one.title)}** ({_md(about)})  ", _md(one.narrative)]
    lines += [f"\n{_md(one.minutes)}"] if one.minutes else []
    lines += [f"\n{_md(one.note)}"] if one.note else []
    lines += ["\n" + "\n".join(f"- {_md(each)}" for each in one.came)] if one.came else []
    return "\n".join(lines)


# -- HTML


def html(view: PackView) -> str:
    """The pack as one HTML page."""
    body = [
        tag("h1", view.title),
        tag("p", view.subtitle, class_="quiet"),
        tag("h2", "In short"),
        tag("p", view.summary),
        tag("p", view.counts, class_="quiet"),
        tag("h2", "Off target"),
        _table(view.reds) if view.reds else tag("p", "Nothing is off target."),
        _list("Decisions", [_decision(*one) for one in view.decisions]),
        _list("Actions", [join([tag("b", title), f": {told}"]) for title, told in view.actions]),
        tag("h2", "Minutes"),
        [[tag("h3", title), [_item(one) for one in items]] for title, items in view.sections.items()],
        _list(
            "Not talked about",
            [join([title, f": {how}"]) for title, how in view.omissions],
            "Every item was talked about.",
        ),
        tag("p", f"No room on the agenda: {view.cut}.", class_="quiet") if view.cut else None,
        [tag("h2", "Without a colour"), _table(view.gaps)] if view.gaps else None,
        _list("People", list(view.people)),
        tag("h2", "All numbers"),
        _table(view.rows),
        tag("footer", view.foot),
    ]
    head = tag("head", tag("meta", charset="utf-8"), tag("title", view.title), tag("style", STYLE))
    return f"<!doctype html>\n{tag('html', head, tag('body', body), lang='en')}\n"


def _list(title: str, points: list[str] | list[Markup], none: str = "") -> Markup | None:
    if not points and not none:
        return None
    body = tag("ul", [tag("li", one) for one in points]) if points else tag("p", none)
    return join([tag("h2", title), body])


def _table(rows: tuple[PackRow, ...]) -> Markup:
    heads = ("Metric", "Unit", "Actual", "Target", "Status", "Answers for it")
    right = {2, 3}
    head = tag("tr", [tag("th", h, class_="number" if i in right else None) for i, h in enumerate(heads)])
    body = [
        tag(
            "tr",
            [
                tag("td", cell, class_="number" if i in right else None)
                for i, cell in enumerate((row.title, row.where, row.value, row.target, _status(row.status), row.owner))
            ],
        )
        for row in rows
    ]
    return tag("table", tag("thead", head), tag("tbody", body))


def _status(key: str) -> str:
    return f"{status_of(key).shape} {status_of(key).word}"


def _decision(title: str, told: str, cites: tuple[str, ...]) -> Markup:
    rests = tag("ul", [tag("li", f"rests on {one}") for one in cites]) if cites else None
    return join([tag("b", title), f": {told}", rests])


def _item(one: PackItem) -> Markup:
    about = ", ".join(part for part in (one.where, one.number, f"target {one.target}" if one.target else "") if part)
    return div(
        "item",
        tag("p", tag("b", one.title), f" ({about})"),
        tag("p", one.narrative, class_="quiet"),
        tag("p", one.minutes) if one.minutes else None,
        tag("p", one.note, class_="quiet") if one.note else None,
        tag("ul", [tag("li", each) for each in one.came]) if one.came else None,
    )
