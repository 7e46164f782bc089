"""Assembles a workspace: every room reads its own models, and this module holds them against each other."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, RootModel

from access.roles import PeopleModel, PersonModel, Role, RolesModel, roles_of
from connectors.base import SourceModel
from connectors.in_place import staying
from connectors.registry import read_source
from data.calendar import Calendar
from data.calendar_models import CalendarModel
from data.documents import Problem, Problems, nearest, read
from data.errors import CalendarError
from data.organisation import History, Settings, Tree, UnitsModel, UnitTableModel, tree_of
from data.periods import Row
from flows.calendar_faults import asked_problems, calendar_problems
from flows.files import NOTHING, Files
from flows.references import Fault, Known, reference_faults
from flows.strays import stray_files
from metrics.definitions.driver import Driver
from metrics.definitions.metric import Metric
from metrics.definitions.table import Table
from metrics.engines.lacks import engine_faults
from metrics.language.catalog import Catalog
from metrics.language.expressions import ExpressionError, multiplies_rows, select_columns
from metrics.language.faults import faults_of
from metrics.language.joins import Columns
from strategy.plan import Plan, Scorecard


def local_day() -> date:
    """The day it is where this runs."""
    return datetime.now().astimezone().date()


class Drivers(RootModel[tuple[Driver, ...]]):
    """drivers.yaml: a list."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True)
class Workspace:
    """All that an organisation says, checked. `tree` is None while it must first be read from a dataset."""

    folder: Path
    settings: Settings
    levels: tuple[str, ...]
    tree: Tree | None
    unit_table: UnitTableModel | None
    sources: Mapping[str, SourceModel]
    catalog: Catalog
    plan: Plan
    scorecards: Mapping[str, Scorecard]
    people: Mapping[str, PersonModel]
    roles: Mapping[str, Role]
    history: History = "as_was"
    access: RolesModel = field(default_factory=RolesModel)
    periods: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The organisation's name."""
        return self.settings.name

    @property
    def currency(self) -> str:
        """The organisation's currency, ISO code."""
        return self.settings.currency

    @property
    def perspectives(self) -> Mapping[str, str]:
        """Perspective keys with their titles, in the order of the pages."""
        return self.settings.perspectives

    @property
    def calendar(self) -> Calendar:
        """The organisation's calendar. Raises `CalendarError` while its table has not been read."""
        return self.calendar_of(self.settings.calendar)

    @property
    def calendars(self) -> Mapping[str, Calendar]:
        """The other calendars that questions may be asked in, by name."""
        return {name: self.calendar_of(model) for name, model in self.settings.calendars.items()}

    def calendar_of(self, model: CalendarModel) -> Calendar:
        """The calendar that a part of workspace.yaml describes."""
        if model.dataset is None:
            return model.calendar()
        if model.dataset not in self.periods:
            raise CalendarError(f"workspace.yaml: the calendar is dataset {model.dataset}, which is read by a refresh")
        return model.calendar(self.periods[model.dataset])

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """All metrics by key."""
        return self.catalog.metrics

    def as_of(self, now: date | None = None) -> date:
        """The last day whose facts count."""
        return self.settings.as_of(now or local_day(), self.calendar)

    def today(self, now: date | None = None) -> date:
        """The day that counts as today."""
        return self.settings.clock(now or local_day())

    def dataset_source(self, dataset: str) -> str | None:
        """The key of the source that brings a dataset."""
        return next((key for key, source in self.sources.items() if dataset in source.datasets), None)


def assemble(folder: Path, instead: Mapping[str, str] = NOTHING) -> Workspace:
    """Read and check a whole workspace; raises `DefinitionError` with every problem at once.

    `instead`: texts by file name that count as if they lay in the folder, such as a draft.
    """
    return assembled(folder, instead)[0]


def assembled(folder: Path, instead: Mapping[str, str] = NOTHING) -> tuple[Workspace, Files]:
    """`assemble`, with the documents that were read, for who has more to say about their lines."""
    problems = Problems()
    problems.found.extend(stray_files(folder))
    files = Files(folder, problems, instead)
    settings = files.one("workspace.yaml", Settings)
    units = files.one("units.yaml", UnitsModel)
    sources = _sources(files)
    tables = _tables(files)
    metrics = _metrics(files, settings)
    drivers = files.one("drivers.yaml", Drivers, optional=True)
    plan = files.one("strategy.yaml", Plan, optional=True) or Plan()
    scorecards = files.many("scorecards/*.yaml", Scorecard)
    people = files.one("people.yaml", PeopleModel, optional=True) or PeopleModel()
    roles = files.one("roles.yaml", RolesModel, optional=True) or RolesModel()
    tree = _tree(files, units, settings)
    columns = _columns(files, sources, tables)
    least = settings.smallest_group if settings else 1
    catalog = Catalog(tables, metrics, drivers.root if drivers else (), columns, least)
    if settings and not metrics and not any(p.file.startswith("metrics/") for p in problems.found):
        problems.add(
            Problem("metrics/", "the workspace has no metrics", hint="add metrics/financial/revenue.yaml; see docs")
        )
    files.unread = {Path(p.file).stem for p in problems.found if p.file.startswith(("metrics/", "models/"))}
    files.unread -= {*metrics, *tables}
    _catalog_problems(files, catalog, settings, staying(sources))
    _dataset_problems(files, sources, tables)
    _unit_table_problems(files, units, sources)
    if settings:
        calendar_problems(files, settings, sources, metrics)
    if not problems.found:
        asked_problems(files, catalog, plan, scorecards)
    if settings:
        named = _named(problems, plan, roles)
        known = Known(settings.perspectives, units.levels if units else None, tree, metrics, *named)
        for place, path, message, hint in reference_faults(known, plan, scorecards, people, roles, metrics):
            files.fault(place, path, message, hint)
    problems.raise_if_any()
    assert settings is not None
    assert units is not None
    workspace = Workspace(
        folder,
        settings,
        units.levels,
        tree,
        units.table,
        sources,
        catalog,
        plan,
        scorecards,
        people.people,
        roles_of(roles),
        units.history,
        roles,
    )
    return workspace, files


def unit_faults(workspace: Workspace, tree: Tree) -> list[Fault]:
    """Names of units that lead nowhere, once the tree has been read from a dataset."""
    names = (workspace.metrics, workspace.plan.objectives, workspace.roles)
    known = Known(workspace.perspectives, workspace.levels, tree, *names)
    people = PeopleModel(people=dict(workspace.people))
    return list(reference_faults(known, workspace.plan, workspace.scorecards, people, RolesModel(), workspace.metrics))


def placed(folder: Path, name: str, path: tuple[str | int, ...], message: str, hint: str) -> Problem:
    """A fault that was found later, at its line in the file as it is now."""
    document = read(folder / name, folder, Problems())
    return document.problem(path, message, hint) if document else Problem(name, message, hint=hint)


def _named(problems: Problems, plan: Plan, roles: RolesModel) -> tuple[Collection[str] | None, Collection[str] | None]:
    """Names of objectives and roles, None where their file is broken: that is told there, not wherever one is named."""
    broken = {problem.file for problem in problems.found}
    objectives = None if "strategy.yaml" in broken else plan.objectives
    return objectives, None if "roles.yaml" in broken else roles_of(roles)


def _sources(files: Files) -> dict[str, SourceModel]:
    found: dict[str, SourceModel] = {}
    for path in files.paths("sources/*.yaml"):
        document = files.document(path)
        source = read_source(document, files.problems) if document else None
        if source is not None:
            found[path.stem] = source
    return found


def _tables(files: Files) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for path in sorted((files.folder / "models").glob("*.yaml")):
        extra: dict[str, Any] = {"key": path.stem}
        document = read(path, files.folder, Problems())
        name = document.content.get("sql") if document and isinstance(document.content, dict) else None
        if isinstance(name, str):
            sql = path.parent / Path(name).name
            if sql.exists():
                extra["sql_text"] = sql.read_text(encoding="utf-8-sig")
            else:
                known = [p.name for p in path.parent.glob("*.sql")]
                files.problems.add(
                    document.problem(("sql",), f"the file models/{sql.name} is missing", nearest(sql.name, known))
                    if document
                    else Problem(path.name, "is missing")
                )
        table = files.keyed(path, Table, extra)
        if table:
            tables[path.stem] = table
    return tables


def _metrics(files: Files, settings: Settings | None) -> dict[str, Metric]:
    metrics: dict[str, Metric] = {}
    places: dict[str, str] = {}
    perspectives = settings.perspectives if settings else None
    for path in files.paths("metrics/*/*.yaml"):
        name = path.relative_to(files.folder).as_posix()
        folder = path.parent.name
        if perspectives is not None and folder not in perspectives:
            files.problems.add(
                Problem(
                    name,
                    f"the folder '{folder}' is not a perspective of workspace.yaml",
                    hint=nearest(folder, perspectives),
                )
            )
        if path.stem in places:
            files.problems.add(
                Problem(
                    name,
                    f"the metric '{path.stem}' stands twice, also in {places[path.stem]}",
                    hint="rename one of the files",
                )
            )
        places[path.stem] = name
        metric = files.keyed(path, Metric, {"key": path.stem, "perspective": folder})
        if metric:
            metrics[path.stem] = metric
    for path in sorted((files.folder / "metrics").glob("*.yaml")):
        files.problems.add(
            Problem(
                path.relative_to(files.folder).as_posix(),
                "stands in no perspective",
                hint="move it to metrics/<perspective>/",
            )
        )
    return metrics


def _tree(files: Files, units: UnitsModel | None, settings: Settings | None) -> Tree | None:
    if units is None or units.table:
        return None
    tree, faults = tree_of(units.units, units.levels, settings.calendar_of() if settings else None)
    for index, message, hint in faults:
        files.fault("units.yaml", ("units", index), message, hint)
    return None if faults else tree


def _unit_table_problems(files: Files, units: UnitsModel | None, sources: Mapping[str, SourceModel]) -> None:
    if units is None or units.table is None or any(p.file.startswith("sources/") for p in files.problems.found):
        return
    datasets = {name: dataset for source in sources.values() for name, dataset in source.datasets.items()}
    dataset = datasets.get(units.table.dataset)
    if dataset is None:
        message = f"'{units.table.dataset}' is not a dataset of any source"
        files.fault("units.yaml", ("table", "dataset"), message, nearest(units.table.dataset, datasets))
        return
    columns = [column.as_ or name for name, column in dataset.columns.items()]
    for column, name in units.table.model_dump(by_alias=True, exclude={"dataset"}, exclude_none=True).items():
        if name not in columns:
            message = f"'{name}' is not a column of {units.table.dataset}"
            files.fault("units.yaml", ("table", column), message, nearest(name, columns))


def _columns(
    files: Files, sources: Mapping[str, SourceModel], tables: Mapping[str, Table]
) -> dict[str, Columns | None]:
    """The columns of each table with their types: from the contract, from the names its SQL gives, else unknown."""
    contracts = {
        name: {column.as_ or key: column.type for key, column in dataset.columns.items()}
        for source in sources.values()
        for name, dataset in source.datasets.items()
    }
    known: dict[str, Columns | None] = {}
    for table in tables.values():
        if table.datasets:
            known[table.key] = contracts.get(table.datasets[0])
            _part_problems(files, table, contracts)
            continue
        try:
            _, names = select_columns(table.sql_text or "", contracts)
            known[table.key] = {name: "date" if _is_time(table, name) else "" for name in names} if names else None
            if not table.grain and multiplies_rows(table.sql_text or ""):
                message = f"models/{table.sql} joins, and nothing says what one row of it is"
                files.fault(f"models/{table.key}.yaml", ("sql",), message, "add `grain: [...]`; it is tested", "F121")
        except ExpressionError as error:
            message = f"models/{table.sql}: {error.message}"
            files.fault(f"models/{table.key}.yaml", ("sql",), message, error.hint, "F121")
            known[table.key] = None
    return known


def _part_problems(files: Files, table: Table, contracts: Mapping[str, Columns]) -> None:
    """Parts of one table have the same columns; a missing one would be empty for some rows in silence."""
    first, *others = [contracts.get(name) for name in table.datasets]
    for index, columns in enumerate(others, 1):
        if first is None or columns is None:
            continue
        of, part = table.datasets[0], table.datasets[index]
        for name in sorted({*first, *columns}):
            here, there = first.get(name), columns.get(name)
            if here != there:
                message = f"'{name}' is {here or 'missing'} in {of} and {there or 'missing'} in {part}"
                hint = "parts of one table have the same columns; name it alike with `as:`, or select it in SQL"
                files.fault(f"models/{table.key}.yaml", ("source", index), message, hint, "F122")


def _is_time(table: Table, name: str) -> bool:
    return table.time is not None and table.time.column == name


def _catalog_problems(files: Files, catalog: Catalog, settings: Settings | None, stays: Mapping[str, str]) -> None:
    engine = settings.engine if settings else "duckdb"
    away = [] if isinstance(engine, str) else engine_faults(catalog, engine.kind, stays)
    for fault in (*faults_of(catalog), *away):
        metric = catalog.metrics.get(fault.key)
        name = {
            "metric": f"metrics/{metric.perspective}/{fault.key}.yaml" if metric else "",
            "table": f"models/{fault.key}.yaml",
            "driver": "drivers.yaml",
        }[fault.of]
        files.fault(name, fault.path, fault.message, fault.hint, fault.code)


def _dataset_problems(files: Files, sources: Mapping[str, SourceModel], tables: Mapping[str, Table]) -> None:
    owner: dict[str, str] = {}
    for source, model in sources.items():
        for dataset in model.datasets:
            if dataset in owner:
                files.fault(
                    f"sources/{source}.yaml",
                    ("datasets", dataset),
                    f"the dataset '{dataset}' stands twice, also in sources/{owner[dataset]}.yaml",
                    "rename one",
                )
            owner[dataset] = source
    if any(p.file.startswith("sources/") for p in files.problems.found):
        return
    for table in tables.values():
        for index, name in enumerate(table.datasets):
            if name not in owner:
                path: tuple[str | int, ...] = ("source",) if len(table.datasets) == 1 else ("source", index)
                message = f"'{name}' is not a dataset of any source"
                files.fault(f"models/{table.key}.yaml", path, message, nearest(name, owner), "F108")
