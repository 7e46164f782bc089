"""Where a metric comes from and where it leads: source > dataset > table > metric > objective, and its drivers."""

from dataclasses import dataclass

from metrics.definitions.metric import Metric
from views.desk import Desk
from views.freshness import freshness
from views.picks import Picks
from views.wording import counted, sentence


@dataclass(frozen=True)
class Stop:
    """One thing on the way from source to objective, with an address where it can be looked at."""

    title: str
    about: str
    href: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Stage:
    """A stretch of the lineage: Source, Dataset, Table, Metric, Objective."""

    title: str
    stops: tuple[Stop, ...]


def lineage(desk: Desk, picks: Picks, metric: Metric) -> tuple[Stage, ...]:
    """Source > dataset > table > metric > objective, with how far each dataset reaches."""
    workspace, key = desk.workspace, metric.key
    pairs = desk.datasets_below(key)
    tables = [desk.catalog.tables[t] for t in dict.fromkeys(table for table, _ in pairs)]
    datasets = list(dict.fromkeys(dataset for _, dataset in pairs))
    sources = list(dict.fromkeys(s for name in datasets if (s := workspace.dataset_source(name)) is not None))
    parts = [
        Stop(workspace.metrics[k].title, "building block", picks.to("metric", metric=k))
        for k in desk.catalog.parts(key)
    ]
    goals = [(k, o) for k, o in workspace.plan.objectives.items() if key in o.metrics]
    health = "health" if desk.may("health.view") else None
    reach = freshness(desk)
    stages = (
        Stage("Source", tuple(Stop(workspace.sources[s].title or s, f"sources/{s}.yaml") for s in sources)),
        Stage(
            "Dataset",
            tuple(
                Stop(name, reach[name].words, health, "stale" if reach[name].late else None)
                for name in datasets
                if name in reach
            ),
        ),
        Stage("Table", tuple(Stop(_title(t.title, t.key), f"models/{t.key}.yaml") for t in tables)),
        Stage("Metric", (*parts, Stop(metric.title, f"metrics/{metric.perspective}/{key}.yaml"))),
        Stage(
            "Objective",
            tuple(Stop(o.title, workspace.perspectives[o.perspective], picks.to("map", objective=k)) for k, o in goals),
        ),
    )
    return tuple(stage for stage in stages if stage.stops)


def _title(title: str, key: str) -> str:
    return title or sentence(key.replace("_", " "))


def edges(desk: Desk, picks: Picks, key: str, *, causes: bool) -> tuple[Stop, ...]:
    """The metrics that lead this one (`causes`), or that it leads, with lag and reason."""
    found = []
    for driver in desk.catalog.drivers:
        ends = driver.from_ if causes else (driver.to,)
        if (driver.to == key) if causes else (key in driver.from_):
            lag = f"{counted(driver.months, 'month')} ahead" if driver.kind == "influence" else "a part of it"
            found += [
                Stop(
                    desk.workspace.metrics[k].title,
                    f"{lag}{f': {driver.because}' if driver.because else ''}",
                    picks.to("metric", metric=k),
                )
                for k in ends
            ]
    return tuple(found)
