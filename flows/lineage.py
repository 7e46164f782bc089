"""What a metric, table or dataset rests on, and what rests on it: down to the columns of datasets and their files."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from data.documents import nearest
from data.errors import CommandError
from flows.freshness import datasets_of
from flows.workspace import Workspace
from metrics.definitions.table import Table
from metrics.query.reads import Reads, origins, reads_of


@dataclass(frozen=True)
class Link:
    """One thing in a lineage and what follows it. `about` says what it is, `columns` what is read of it here."""

    kind: str
    key: str
    about: str
    columns: tuple[str, ...] = ()
    then: tuple["Link", ...] = field(default=(), repr=False)


def kind_of(workspace: Workspace, name: str) -> str:
    """What a name is: metric, table or dataset. A prefix (`table:orders`) decides where several bear it."""
    prefix, _, rest = name.partition(":")
    names = {
        "metric": set(workspace.metrics),
        "table": set(workspace.catalog.tables),
        "dataset": {key for source in workspace.sources.values() for key in source.datasets},
    }
    if rest and prefix in names:
        names = {prefix: names[prefix]}
    found = [kind for kind, keys in names.items() if (rest or name) in keys]
    if not found:
        hint = nearest(rest or name, {key for keys in names.values() for key in keys})
        raise CommandError(f"'{name}' is no metric, table or dataset of this workspace; {hint}")
    return found[0]


def down(workspace: Workspace, name: str) -> Link:
    """What a thing rests on. CommandError for a name that nothing bears."""
    key = name.partition(":")[2] or name
    kind = kind_of(workspace, name)
    if kind == "metric":
        return _metric_down(workspace, key)
    if kind == "table":
        return _table_down(workspace, workspace.catalog.tables[key], None)
    return _dataset_down(workspace, key, ())


def up(workspace: Workspace, name: str) -> Link:
    """What rests on a thing. CommandError for a name that nothing bears."""
    key = name.partition(":")[2] or name
    kind = kind_of(workspace, name)
    if kind == "metric":
        return _metric_up(workspace, key)
    if kind == "table":
        return _table_up(workspace, key)
    tables = [t for t in workspace.catalog.tables.values() if key in datasets_of(workspace, t)]
    return Link("dataset", key, "", (), tuple(_table_up(workspace, table.key) for table in tables))


def _metric_down(workspace: Workspace, key: str) -> Link:
    catalog = workspace.catalog
    parts = tuple(_metric_down(workspace, part) for part in catalog.parts(key))
    tables = tuple(
        _table_down(workspace, catalog.tables[table], columns) for table, columns in reads_of(catalog, key).items()
    )
    return Link("metric", key, _metric_file(workspace, key), (), (*parts, *tables))


def _table_down(workspace: Workspace, table: Table, columns: set[str] | None) -> Link:
    datasets = {
        name: tuple(column.as_ or given for given, column in dataset.columns.items())
        for source in workspace.sources.values()
        for name, dataset in source.datasets.items()
    }
    wanted = columns if columns is not None else set(workspace.catalog.columns.get(table.key) or ())
    found: Reads = origins(table, wanted, datasets)
    below = tuple(_dataset_down(workspace, name, tuple(sorted(read))) for name, read in found.items())
    return Link("table", table.key, f"models/{table.key}.yaml", tuple(sorted(columns or ())), below)


def _dataset_down(workspace: Workspace, name: str, columns: tuple[str, ...]) -> Link:
    source = workspace.dataset_source(name)
    if source is None:
        return Link("dataset", name, "", columns)
    dataset = workspace.sources[source].datasets[name]
    names = {column.as_ or given: given for given, column in dataset.columns.items()}
    where = next((str(told) for field in ("path", "table", "query") if (told := getattr(dataset, field, None))), "")
    read = tuple(names.get(column, column) for column in columns)
    origin = Link("source", source, where or f"sources/{source}.yaml", read)
    return Link("dataset", name, f"sources/{source}.yaml", columns, (origin,))


def _metric_up(workspace: Workspace, key: str) -> Link:
    catalog = workspace.catalog
    metrics = tuple(_metric_up(workspace, one) for one in workspace.metrics if key in catalog.parts(one))
    return Link("metric", key, _metric_file(workspace, key), (), (*metrics, *_goals(workspace, key)))


def _goals(workspace: Workspace, key: str) -> Iterator[Link]:
    for name, objective in workspace.plan.objectives.items():
        if key in objective.metrics:
            cards = (c for c, card in workspace.scorecards.items() if name in card.objectives)
            yield Link("objective", name, objective.title, (), tuple(_card(workspace, card) for card in cards))
    for name, card in workspace.scorecards.items():
        if key in card.metrics:
            yield _card(workspace, name)


def _card(workspace: Workspace, key: str) -> Link:
    return Link("scorecard", key, workspace.scorecards[key].title)


def _table_up(workspace: Workspace, key: str) -> Link:
    catalog = workspace.catalog
    joined = tuple(
        Link("table", table.key, f"joins it as {name}")
        for table in catalog.tables.values()
        for name, join in table.joins.items()
        if join.table == key
    )
    metrics = []
    for metric in workspace.metrics:
        columns = reads_of(catalog, metric).get(key)
        if columns:
            told = _metric_up(workspace, metric)
            metrics.append(Link(told.kind, told.key, told.about, tuple(sorted(columns)), told.then))
    return Link("table", key, f"models/{key}.yaml", (), (*joined, *metrics))


def _metric_file(workspace: Workspace, key: str) -> str:
    return f"metrics/{workspace.metrics[key].perspective}/{key}.yaml"
