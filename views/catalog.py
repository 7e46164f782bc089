"""What the catalog shows: every definition, searchable, with where it is used and how it does now."""

from dataclasses import dataclass

from views.desk import Desk
from views.formula import Names, formula, plain
from views.picks import Picks
from views.scorecard import metric_keys
from views.wording import form_of

KINDS = {
    "agg": "aggregation",
    "ratio": "ratio",
    "expr": "formula",
    "change": "change",
    "to_date": "to date",
    "rolling": "rolling",
    "stock": "stock",
    "first_per": "first events",
    "maintain": "service level",
}


@dataclass(frozen=True)
class Entry:
    """One metric of the catalog."""

    key: str
    title: str
    href: str
    perspective: str
    kind: str
    indicator: str
    owner: str
    formula: str
    description: str
    used: str
    status: str | None
    value: str
    tags: tuple[str, ...]

    @property
    def words(self) -> str:
        """Everything that a search looks into."""
        parts = (
            self.key,
            self.title,
            self.perspective,
            self.kind,
            self.indicator,
            self.owner,
            self.formula,
            self.description,
            self.used,
            *self.tags,
        )
        return " ".join(parts).casefold()


@dataclass(frozen=True)
class CatalogView:
    """The entries that match, in the order of perspectives, and how many there are in all."""

    entries: tuple[Entry, ...]
    total: int
    query: str


def build(desk: Desk, picks: Picks, query: str, perspective: str | None, kind: str | None) -> CatalogView:
    """Entries whose words hold every word of the query; `kind` is `scored` or `block` (a building block)."""
    workspace = desk.workspace
    used: dict[str, list[str]] = {}
    for card in workspace.scorecards.values():
        for key in metric_keys(workspace, card):
            used.setdefault(key, []).append(card.title)
    names = Names(workspace.metrics, desk.catalog.tables)
    values = {v.metric: v for v in desk.values(list(workspace.metrics), [picks.unit], picks.span, picks.period)}
    order = list(workspace.perspectives)
    entries = []
    for key in sorted(
        workspace.metrics,
        key=lambda k: (order.index(workspace.metrics[k].perspective), k not in used, workspace.metrics[k].title),
    ):
        metric, value = workspace.metrics[key], values.get(key)
        person = workspace.people.get(metric.owner)
        form = form_of(metric, value.value if value else None)
        entries.append(
            Entry(
                key,
                metric.title,
                picks.to("metric", metric=key),
                workspace.perspectives[metric.perspective],
                KINDS[metric.kind],
                metric.indicator,
                person.name if person else metric.owner,
                plain(formula(metric, names)),
                metric.description,
                ", ".join(used[key]) if key in used else "building block",
                value.status if value and key in used else None,
                form.value(value.value if value else None),
                metric.tags,
            )
        )
    wanted = query.casefold().split()
    found = [
        entry
        for entry in entries
        if all(word in entry.words for word in wanted)
        and (perspective is None or entry.perspective == workspace.perspectives.get(perspective))
        and (kind is None or (entry.key in used) == (kind == "scored"))
    ]
    return CatalogView(tuple(found), len(entries), query)
