"""As of when a number is: how far the feeds below it reach, and when they were loaded."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from views.desk import Desk
from views.freshness import Reach, freshness
from views.wording import day, listed, moment


@dataclass(frozen=True)
class Stamp:
    """`words`: as of which day, and which feeds are late; `detail`: every feed with its newest day, and the load."""

    words: str
    detail: str
    late: bool

    @property
    def told(self) -> str:
        """All of it in one line, for a tooltip."""
        return f"{self.words}: {self.detail}"


Stamps = Callable[[Iterable[str]], Stamp | None]


def stamping(desk: Desk) -> Stamps:
    """Tells as of when some metrics are; None where no feed lies below them.

    The day is the newest that any feed brought, not beyond the snapshot's last day; where feeds are later than their
    contract allows, it is the oldest of those, so that nobody takes an old number for a new one.
    """
    known = freshness(desk)
    return lambda metrics: _stamp(desk, known, metrics)


def _stamp(desk: Desk, known: Mapping[str, Reach], metrics: Iterable[str]) -> Stamp | None:
    names = dict.fromkeys(name for metric in metrics for _, name in desk.datasets_below(metric))
    feeds = [known[name] for name in names if name in known]
    if not feeds:
        return None
    late = [feed for feed in feeds if feed.late]
    days = [feed.newest for feed in late or feeds if feed.newest]
    newest: date = min((min if late else max)(days, default=desk.as_of), desk.as_of)
    told = f", {listed([feed.dataset for feed in late])} late" if late else ""
    loaded = min(feed.loaded_at for feed in feeds).astimezone()
    reaching = [f"{feed.dataset} to {day(min(feed.newest, desk.as_of))}" for feed in feeds if feed.newest]
    detail = f"{', '.join(reaching)}; loaded {moment(loaded)}" if reaching else f"loaded {moment(loaded)}"
    return Stamp(f"as of {day(newest)}{told}", detail, bool(late))
