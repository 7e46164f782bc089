"""Reaches the engine in which facts of a workspace stay, and gives cursors that know what lies where."""

from functools import cache

from connectors.in_place import staying
from connectors.settings import resolve
from data.away import Away, reach
from data.organisation import EngineModel
from data.warehouse import Connection
from flows.workspace import Workspace
from metrics.engines.away import Elsewhere, SplitEngine
from metrics.engines.duck import Engine


def elsewhere(workspace: Workspace) -> Elsewhere | None:
    """What of a workspace stays in an engine of its own; None where everything is loaded."""
    settings = workspace.settings.engine
    if not isinstance(settings, EngineModel):
        return None

    @cache
    def reached() -> Away:
        known = resolve("workspace.yaml: engine", settings)
        return reach(known.kind, known.address)

    return Elsewhere(reached, staying(workspace.sources))


def engine_over(connection: Connection, away: Elsewhere | None, seconds: float | None) -> Engine:
    """A cursor of its own over opened facts, which knows what stays elsewhere; no statement takes longer."""
    cursor = connection.cursor()
    return Engine(cursor, seconds) if away is None else SplitEngine(cursor, away, seconds)
