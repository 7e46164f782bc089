"""Holds the definitions of a workspace against each other: every fault with its field and the nearest right name."""

from metrics.language.calls import asked_by
from metrics.language.catalog import Catalog
from metrics.language.expressions import ExpressionError
from metrics.language.metric_faults import metric_faults
from metrics.language.refusals import Fault
from metrics.language.table_faults import table_faults
from metrics.language.window_faults import window_faults


def faults_of(catalog: Catalog) -> list[Fault]:
    """Everything wrong in tables, metrics and drivers, in no particular order."""
    found = [fault for table in catalog.tables.values() for fault in table_faults(catalog, table)]
    found += [fault for metric in catalog.metrics.values() for fault in metric_faults(catalog, metric)]
    for index, driver in enumerate(catalog.drivers):
        for name in (*driver.from_, driver.to):
            if name not in catalog.metrics:
                message = f"'{name}' is not a metric"
                found.append(Fault("driver", str(index), (index,), message, catalog.nearest_metric(name)))
        if driver.to in driver.from_:
            message = f"'{driver.to}' leads itself"
            found.append(Fault("driver", str(index), (index,), message, "name another metric", "F109"))
    found += _cycles(catalog)
    return found or list(window_faults(catalog))


def _cycles(catalog: Catalog) -> list[Fault]:
    found: dict[frozenset[str], Fault] = {}

    def parts(key: str) -> tuple[str, ...]:
        try:
            return (*catalog.parts(key), *asked_by(catalog, key)) if key in catalog.metrics else ()
        except ExpressionError:
            return ()

    def walk(key: str, chain: tuple[str, ...]) -> None:
        if key in chain:
            loop = chain[chain.index(key) :]
            kind = catalog.metrics[loop[0]].kind
            message = "is computed from itself: " + " > ".join([*loop, loop[0]])
            hint = "break the circle in one of them"
            found.setdefault(frozenset(loop), Fault("metric", loop[0], (kind,), message, hint, "F109"))
            return
        for part in parts(key):
            walk(part, (*chain, key))

    for key in catalog.metrics:
        walk(key, ())
    return list(found.values())


__all__ = ["Fault", "faults_of"]
