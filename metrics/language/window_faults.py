"""Metrics that look back by days or weeks have no place where values of months are wanted: targets, scorecards."""

from collections.abc import Iterator

from metrics.definitions.kinds import Maintain
from metrics.language.catalog import Catalog
from metrics.language.refusals import Fault

WANTING = ("target", "anchors", "labels", "tests")  # what is said of a metric that stands in the value table
REMEDY = "ask it (`fourfold query`), or look back by months, quarters or years"


def why_asked(catalog: Catalog, key: str) -> str:
    """Why a metric has no values of months, in words that name the base period it needs."""
    fine = sorted({"day", "week"} & set(catalog.grains(key)))
    return f"'{key}' looks back by {' and '.join(fine)}, and values are of months; it needs the base period `day`"


def window_faults(catalog: Catalog) -> Iterator[Fault]:
    """Every metric that is told when it is asked alone, and of which more is said. For a catalog without faults."""
    for metric in catalog.metrics.values():
        if not catalog.asked_only(metric.key):
            continue
        said = [name for name in WANTING if getattr(metric, name)]
        if said or isinstance(metric.body, Maintain):
            path = (said[0],) if said else (metric.kind, "metric")
            yield Fault("metric", metric.key, path, why_asked(catalog, metric.key), REMEDY, "F106")
