"""What is wrong with a workspace's calendars: tables and columns that are not there, months that they do not have."""

from collections.abc import Iterator, Mapping

from connectors.base import SourceModel
from data.calendar_models import CalendarModel
from data.documents import Path_, nearest
from data.errors import CalendarError
from data.organisation import Settings
from flows.files import Files
from metrics.definitions.metric import Metric
from metrics.language.catalog import Catalog
from metrics.language.window_faults import REMEDY, why_asked
from strategy.plan import Plan, Scorecard

COLUMNS = ("period", "start", "end", "quarter", "year")


def models_of(settings: Settings) -> Iterator[tuple[Path_, CalendarModel]]:
    """Every calendar of workspace.yaml with its place."""
    yield ("calendar",), settings.calendar
    for name, model in settings.calendars.items():
        yield ("calendars", name), model


def calendar_problems(
    files: Files, settings: Settings, sources: Mapping[str, SourceModel], metrics: Mapping[str, Metric]
) -> None:
    """Tell what is wrong: tables and columns that are not there, months that the calendar does not have."""
    datasets = {name: dataset for source in sources.values() for name, dataset in source.datasets.items()}
    if not any(problem.file.startswith("sources/") for problem in files.problems.found):
        for place, model in models_of(settings):
            _table_problems(files, place, model, datasets)
    if settings.calendar.dataset is not None:
        return  # its periods are known when they have been read
    calendar = settings.calendar_of()
    for name, path, text in _stated(settings, metrics):
        try:
            calendar.stated(text)
        except (ValueError, CalendarError) as error:
            files.fault(name, path, str(error), "months and periods are those of `calendar:` in workspace.yaml")


def asked_problems(files: Files, catalog: Catalog, plan: Plan, scorecards: Mapping[str, Scorecard]) -> None:
    """Tell which metrics stand on a scorecard or below an objective and have no values of months."""
    asked = {key for key in catalog.metrics if catalog.asked_only(key)}
    for key, objective in plan.objectives.items():
        for name in sorted(asked & set(objective.metrics)):
            files.fault("strategy.yaml", ("objectives", key, "metrics", name), why_asked(catalog, name), REMEDY, "F106")
    for key, card in scorecards.items():
        for name in sorted(asked & set(card.metrics)):
            files.fault(f"scorecards/{key}.yaml", ("metrics", name), why_asked(catalog, name), REMEDY, "F106")


def _table_problems(files: Files, place: Path_, model: CalendarModel, datasets: Mapping[str, object]) -> None:
    if model.dataset is None:
        return
    dataset = datasets.get(model.dataset)
    if dataset is None:
        message = f"'{model.dataset}' is not a dataset of any source"
        files.fault("workspace.yaml", (*place, "dataset"), message, nearest(model.dataset, datasets))
        return
    columns = [column.as_ or name for name, column in dataset.columns.items()]  # type: ignore[attr-defined]
    for field in COLUMNS:
        name = getattr(model, field)
        if name is not None and name not in columns:
            message = f"'{name}' is not a column of {model.dataset}"
            files.fault("workspace.yaml", (*place, field), message, nearest(name, columns))


def _stated(settings: Settings, metrics: Mapping[str, Metric]) -> Iterator[tuple[str, Path_, str]]:
    """Every month that is written in settings and metrics: file, path, text."""
    if settings.history_from:
        yield "workspace.yaml", ("history_from",), settings.history_from
    for metric in metrics.values():
        name = f"metrics/{metric.perspective}/{metric.key}.yaml"
        lists = {"target": metric.target, "anchors": metric.anchors}
        for field, steps in lists.items():
            for index, step in enumerate(steps if isinstance(steps, tuple) else (steps,)):
                for end, attribute in (("from", "from_"), ("to", "to")):
                    text = getattr(step, attribute, None)
                    if isinstance(text, str):
                        yield name, (field, index, end) if isinstance(steps, tuple) else (field, end), text
