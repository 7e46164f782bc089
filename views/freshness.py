"""How fresh each dataset is, by its own contract: the same words on every screen."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from views.desk import Desk
from views.wording import counted, day, whole


@dataclass(frozen=True)
class Reach:
    """How far a dataset reaches. `late`: days beyond its allowance, 0 when fresh or without a rule."""

    dataset: str
    source: str
    source_title: str
    newest: date | None
    allowance: int | None
    late: int
    rows: int
    quarantined: int
    loaded_at: datetime
    read_from: tuple[str, ...]
    ignored: tuple[str, ...]

    @property
    def words(self) -> str:
        """Newest day and size in a few words."""
        newest = f"newest {day(self.newest)}, " if self.newest else ""
        return f"{newest}{whole(self.rows)} rows" + (f", {counted(self.late, 'day')} late" if self.late else "")


def freshness(desk: Desk) -> dict[str, Reach]:
    """Every dataset of the snapshot, by name."""
    found = {}
    for name, state in desk.datasets().items():
        source = desk.workspace.sources[state.source]
        rule = source.datasets[name].freshness if name in source.datasets else None
        late = 0
        if rule is not None:
            late = max((desk.as_of - (state.newest or date.min) - rule.span).days, 0)
        found[name] = Reach(
            name,
            state.source,
            source.title or state.source,
            state.newest,
            ceil(rule.span / timedelta(days=1)) if rule else None,
            late,
            state.rows,
            state.quarantined,
            datetime.fromisoformat(state.loaded_at),
            tuple(state.read_from),
            tuple(state.ignored),
        )
    return found
