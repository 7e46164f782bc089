"""What the definitions page shows: all definitions with the drafts in hand, one definition, or one draft."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from flows.drafts import Tried, difference
from flows.workspace import Workspace
from metrics.definitions.metric import Metric
from strategy.drafts import Drafted
from views import catalog
from views.catalog import Entry
from views.definition_form import TITLES, kind_of
from views.desk import Desk
from views.formula import Names, formula, plain, target_rule
from views.metric import DIRECTIONS
from views.picks import Picks
from views.wording import DASH, counted, lasting, status_of
from views.workbench import title_of

STATE_WORDS = {
    "open": "Being written",
    "offered": "Waits for a second person",
    "rejected": "Sent back",
    "published": "Published",
    "withdrawn": "Withdrawn",
}


@dataclass(frozen=True)
class DraftLine:
    """A draft in the list of drafts."""

    title: str
    key: str
    href: str
    state: str
    words: str
    author: str
    when: str
    mine: bool
    waits: bool  # for this viewer's decision


@dataclass(frozen=True)
class Listing:
    """All definitions that match, and the drafts in hand."""

    entries: tuple[Entry, ...]
    total: int
    query: str
    drafts: tuple[DraftLine, ...]
    owners: Mapping[str, str]
    statuses: Mapping[str, str]
    kinds: Mapping[str, str]


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; None or empty for everything."""

    query: str = ""
    perspective: str | None = None
    kind: str | None = None
    owner: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Definition:
    """One definition in force. `stale` tells that the file has changed since the last refresh."""

    key: str
    title: str
    perspective: str
    formula: str
    description: str
    text: str
    facts: tuple[tuple[str, str], ...]
    drafts: tuple[DraftLine, ...]
    mine: int | None  # the number of the viewer's own draft of it
    stale: bool


def listing(desk: Desk, picks: Picks, wanted: Wanted) -> Listing:
    """The definitions in force by any word of theirs, perspective, kind, owner and status, with all drafts in hand."""
    found = catalog.build(desk, picks, wanted.query, wanted.perspective, None)
    metrics = desk.workspace.metrics
    owners = {
        m.owner: p.name if (p := desk.workspace.people.get(m.owner)) else m.owner for m in metrics.values() if m.owner
    }
    entries = [
        replace(entry, href=picks.to("definitions", metric=entry.key))
        for entry in found.entries
        if wanted.kind in (None, metrics[entry.key].kind)
        and wanted.owner in (None, metrics[entry.key].owner)
        and wanted.status in (None, entry.status or "unscored")
    ]
    statuses = {key: status_of(key).word for key in dict.fromkeys(e.status for e in found.entries if e.status)}
    return Listing(
        tuple(entries),
        found.total,
        wanted.query,
        draft_lines(desk, picks),
        dict(sorted(owners.items(), key=lambda one: one[1])),
        {**statuses, "unscored": "Not scored"},
        {kind: TITLES.get(kind, kind) for kind in sorted({metric.kind for metric in metrics.values()})},
    )


def draft_lines(desk: Desk, picks: Picks, metric: str | None = None) -> tuple[DraftLine, ...]:
    """The drafts in hand, of one metric or of all; those that wait for this viewer first."""
    bench = desk.workbench
    lines = [
        DraftLine(
            title_of(one),
            one.metric,
            picks.to("definitions", draft=str(one.id)),
            one.state,
            STATE_WORDS[one.state],
            person(desk, one.author),
            f"{lasting(datetime.now(UTC) - aware(one.changed_at))} ago",
            one.author == desk.viewer.key,
            one.state == "offered" and bench.may_decide and one.author != desk.viewer.key,
        )
        for one in bench.drafts()
        if metric in (None, one.metric)
    ]
    return tuple(sorted(lines, key=lambda line: (not line.waits, not line.mine)))


def definition(desk: Desk, picks: Picks, key: str) -> Definition:
    """One definition as its file has it; QueryError where there is none."""
    bench = desk.workbench
    text = bench.text(key)
    metric = desk.workspace.metrics[key]
    own = next((one.id for one in bench.drafts() if one.metric == key and one.author == desk.viewer.key), None)
    in_force = (desk.opened.workspace.folder / bench.name(key)).read_text(encoding="utf-8-sig")
    lines = draft_lines(desk, picks, key)
    return _in_words(desk, desk.workspace, metric, text, lines, own, stale=text != in_force)


def drafted_definition(desk: Desk, one: Drafted, tried: Tried) -> Definition | None:
    """What a sound draft says, in words; None while it is not sound."""
    metric = desk.workbench.metric(tried, one.metric)
    if metric is None or tried.workspace is None:
        return None
    return _in_words(desk, tried.workspace, metric, one.text, (), None, stale=False)


def _in_words(
    desk: Desk,
    workspace: Workspace,
    metric: Metric,
    text: str,
    drafts: tuple[DraftLine, ...],
    mine: int | None,
    *,
    stale: bool,
) -> Definition:
    names = Names(workspace.metrics, workspace.catalog.tables)
    facts = (
        ("Owner", person(desk, metric.owner) or DASH),
        ("Kind", catalog.KINDS.get(metric.kind, metric.kind.replace("_", " "))),
        ("Reads", f"{DIRECTIONS[metric.direction]}, {metric.indicator} indicator"),
        ("Measured in", metric.measured_in),
        ("Target", target_rule(metric, names)),
        ("Rests on", ", ".join(workspace.catalog.tables_of(metric.key)) or DASH),
        ("File", f"metrics/{metric.perspective}/{metric.key}.yaml"),
    )
    said = plain(formula(metric, names))
    where = workspace.perspectives[metric.perspective]
    return Definition(metric.key, metric.title, where, said, metric.description, text, facts, drafts, mine, stale)


def person(desk: Desk, key: str) -> str:
    """A person's name, or his key where people.yaml does not know him."""
    known = desk.workspace.people.get(key)
    return known.name if known else key


def aware(moment: datetime) -> datetime:
    """A moment with its zone: SQLite gives UTC without it."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class DraftHead:
    """What stands over a draft: whose it is, how far, what this viewer may do to it, and why not more."""

    title: str
    subtitle: str
    name: str
    state: str
    words: str
    editable: bool
    may_offer: bool
    may_decide: bool
    says: tuple[str, ...]
    changed: tuple[str, ...]  # lines that differ from the file it was based on
    moved_on: tuple[str, ...]  # lines by which the file has changed since


def draft_head(desk: Desk, one: Drafted, text: str) -> DraftHead:
    """The head of a draft; `text` is what the editor holds."""
    bench = desk.workbench
    mine = one.author == desk.viewer.key
    moved = tuple(bench.moved_on(one)) if one.alive else ()
    changed = tuple(difference(one.base, text))
    says = []
    if one.state == "rejected" and one.comment:
        says.append(f"{person(desk, one.decided_by or '')} sent it back: {one.comment}")
    if moved:
        says.append("The file has changed since this draft was based on it. Look at what is new, then base it anew.")
    if one.state == "offered":
        says.append(
            "It waits for a second person; you wrote it, so you cannot publish it."
            if mine
            else "Look at what it changes, then publish it or send it back."
            if bench.may_decide
            else "It waits for somebody who may publish definitions."
        )
    new = "a new metric" if not one.base else counted(len(changed), "changed line")
    return DraftHead(
        title_of(one) if text == one.text else str(kind_of(text) and title_of(replace(one, text=text))),
        f"{one.name} · {new} · by {person(desk, one.author)}",
        one.name,
        one.state,
        STATE_WORDS[one.state],
        mine and one.alive and bench.may_draft,
        mine and bench.may_draft and one.state in ("open", "rejected") and text == one.text and not moved,
        not mine and bench.may_decide and one.state == "offered",
        tuple(says),
        changed,
        moved,
    )


__all__ = [
    "Definition",
    "DraftHead",
    "DraftLine",
    "Listing",
    "Tried",
    "Wanted",
    "definition",
    "draft_head",
    "draft_lines",
    "drafted_definition",
    "listing",
]
