"""What facts are seen through, by whoever asks."""

from dataclasses import dataclass
from datetime import date

from data.organisation import Tree
from metrics.time.timeline import Timeline


@dataclass(frozen=True)
class Frame:
    """What facts are seen through: the tree, the base periods they fall into, the last day that counts.

    `cut_day` is how many days of that day's period have passed when it still runs, else None (`Timeline.cut`). Without
    a tree the cells that are found stand side by side below one total. Periods begin with that of the first fact, or of
    the day `since` if that is earlier. `asked` tells the periods of a question apart, as SQL of a date `{x}`,
    for what can only be told when it is asked.
    """

    tree: Tree | None
    timeline: Timeline
    as_of: date
    cut_day: int | None = None
    since: date | None = None
    asked: tuple[str, ...] = ()

    @property
    def last(self) -> int:
        """The number of the last base period."""
        return self.timeline.number(self.as_of)

    def month_sql(self, column: str) -> str:
        """The number of the base period of a date expression."""
        return self.timeline.sql(column)

    def early_sql(self, column: str) -> str:
        """Whether a date lies in the first days of its period, as many as have passed of the running one."""
        return self.timeline.early_sql(column, self.cut_day)
