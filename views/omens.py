"""Early warnings: a leading metric is in trouble while what it leads is not red yet (checklist 17)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flows.workspace import Workspace
from strategy.maps.tables import Link
from strategy.plan import Objective
from views.picks import Picks
from views.reading import Reading
from views.wording import counted

NOT_RED = ("green", "amber")


@dataclass(frozen=True)
class Omen:
    """A leading metric in trouble, and what it leads; `effect` empty: what lags in its own objective."""

    metric: str
    title: str
    href: str
    status: str
    why: str
    effect: str
    months: int | None

    @property
    def words(self) -> str:
        """Off target; leads Repeat rate in 2 months."""
        leads = f"; leads {self.effect}" if self.effect else ""
        return f"{self.why}{leads}{f' in {counted(self.months, MONTH)}' if leads and self.months else ''}"


MONTH = "month"


def trouble(reading: Reading | None) -> str:
    """Why a metric is in trouble, in words; nothing where it is not."""
    if reading is None:
        return ""
    if reading.now.status == "red":
        return "off target"
    return "getting worse by a signal" if reading.variation == "worsening" else ""


def omens(
    workspace: Workspace,
    key: str,
    objective: Objective,
    lagging: str,
    known: Mapping[str, Reading],
    links: Iterable[Link],
    picks: Picks,
) -> tuple[Omen, ...]:
    """The early warnings of an objective; `lagging` is the status of its lagging metrics together. Off target first.

    None where that is red already: then it is late.
    """
    if lagging not in NOT_RED:
        return ()
    found: dict[str, Omen] = {}
    for metric, effect, months in _led(workspace, key, objective, known, links):
        why = trouble(known.get(metric))
        if why and metric not in found:
            reading = known[metric]
            href = picks.to("metric", metric=metric)
            found[metric] = Omen(metric, reading.metric.title, href, reading.now.status, why, effect, months)
    return tuple(sorted(found.values(), key=lambda one: (one.status != "red", one.title)))


def _led(
    workspace: Workspace, key: str, objective: Objective, known: Mapping[str, Reading], links: Iterable[Link]
) -> Iterator[tuple[str, str, int | None]]:
    """(leading metric, title of what it leads, months): the links' hypotheses, drivers.yaml, its own leading ones."""
    metrics = workspace.metrics
    for link in links:
        if link.effect == key and link.leading and _open(known, link.lagging):
            yield link.leading, metrics[link.lagging or ""].title, link.lag_months
    for driver in workspace.catalog.drivers:
        if driver.kind == "influence" and driver.to in objective.metrics and _open(known, driver.to):
            for metric in driver.from_:
                yield metric, metrics[driver.to].title, driver.months
    for metric in objective.metrics:
        if metric in metrics and metrics[metric].indicator == "leading":
            yield metric, "", None


def _open(known: Mapping[str, Reading], metric: str | None) -> bool:
    """Whether a lagging metric is not red yet."""
    reading = known.get(metric or "")
    return reading is not None and reading.now.status in NOT_RED
