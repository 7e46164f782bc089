"""The small marks that repeat on every screen: status, sparkline, score bar, progress bar, change."""

from collections.abc import Sequence
from functools import lru_cache

from views.draw.html import Markup, div, span, tag, text
from views.stamps import Stamp
from views.wording import Tone, status_of

# A mark is drawn, not typed: fonts differ in how they draw ◌ or ◷, and some have none at all. Each fills 12 x 12.
_RING: dict[str, str | int] = {"fill": "none", "stroke": "currentColor", "stroke_width": "1.4"}


@lru_cache(maxsize=64)
def _drawn(key: str) -> Markup:
    ring = dict(_RING)
    shapes: dict[str, Sequence[Markup]] = {
        "green": [tag("circle", cx=6, cy=6, r=4.4, fill="currentColor")],
        "amber": [tag("path", d="M6 1.2 11.2 10.6H.8Z", fill="currentColor")],
        "red": [tag("rect", x=1.8, y=1.8, width=8.4, height=8.4, fill="currentColor")],
        "no_data": [tag("circle", cx=6, cy=6, r=4, **ring)],
        "not_due": [tag("circle", cx=6, cy=6, r=4, stroke_dasharray="1.5 1.7", **ring)],
        "stale": [tag("circle", cx=6, cy=6, r=4.2, **ring), tag("path", d="M6 3.2V6H8.2", **ring)],
        "no_target": [tag("path", d="M2 6H10", fill="none", stroke="currentColor", stroke_width=1.8)],
        "withheld": [
            tag("rect", x=1.8, y=1.8, width=8.4, height=8.4, **ring),
            tag("path", d="M2.2 9.8 9.8 2.2M2.2 6 6 2.2M6 9.8 9.8 6", **ring),
        ],
        "error": [
            tag("path", d="M6 1.5V7.4", fill="none", stroke="currentColor", stroke_width=2),
            tag("circle", cx=6, cy=10, r=1.2, fill="currentColor"),
        ],
        "insufficient": [
            tag("circle", cx=6, cy=6, r=4.2, **ring),
            tag("path", d="M6 6V1.8A4.2 4.2 0 0 1 10.2 6Z", fill="currentColor"),
        ],
    }
    return tag("svg", shapes[key], class_="mark", viewBox="0 0 12 12", width=12, height=12, aria_hidden="true")


@lru_cache(maxsize=1024)
def status_mark(key: str, *, worded: bool = True, note: str = "") -> Markup:
    """A status as shape and word; with worded=False the word is still there for screen readers and as a tooltip."""
    status = status_of(key)
    title = f"{status.word}: {note or status.hint}" if note or status.hint else status.word
    word = span("word" if worded else "unseen", status.word)
    return span(f"status tone-{status.tone} is-{status.key}", _drawn(key), word, title=title)


def sign(key: str, words: str = "") -> Markup:
    """The shape and tone of a status for a fact that is none, with the fact's own words for screen readers."""
    return span(f"status tone-{status_of(key).tone}", _drawn(key), span("unseen", words) if words else None)


def asof(stamp: Stamp | None) -> Markup | None:
    """As of when a number is; which feed reaches how far is its tooltip."""
    return span("asof late" if stamp.late else "asof", stamp.words, title=stamp.detail) if stamp else None


def change_mark(words: str, good: bool | None, up: bool | None) -> Markup:
    """A change with its arrow; `good` says whether it is welcome, None leaves it grey, `up` None draws no arrow."""
    tone = "grey" if good is None else "green" if good else "red"
    arrow = None
    if up is not None:
        arrow = tag(
            "svg",
            tag("path", d="M4 1.2 7.4 7H.6Z" if up else "M4 6.8 .6 1H7.4Z", fill="currentColor"),
            viewBox="0 0 8 8",
            width=8,
            height=8,
            aria_hidden="true",
        )
    said = None if good is None else span("unseen", " better" if good else " worse")
    return span(f"change tone-{tone}", arrow, words, said)


def sparkline(
    values: Sequence[float | None],
    tone: Tone | None = None,
    width: int = 96,
    height: int = 28,
    target: Sequence[float | None] = (),
    label: str = "",
) -> Markup:
    """A line over time without axes: gaps stay gaps, the last point is a dot, the target a faint dashed line."""
    known = [v for v in (*values, *target) if v is not None]
    if not any(v is not None for v in values):
        return span("empty-line", "no history")
    low, high = min(known), max(known)
    room = (high - low) or abs(high) or 1.0

    def place(index: int, value: float) -> tuple[float, float]:
        x = 2 + index * (width - 6) / max(len(values) - 1, 1)
        y = height / 2 if high == low else height - 3 - (value - low) / room * (height - 6)
        return round(x, 1), round(y, 1)

    runs = [" ".join(f"{x},{y}" for x, y in (place(i, v) for i, v in run)) for run in _runs(values)]
    dots = [place(*run[0]) for run in _runs(values) if len(run) == 1]
    last = max(i for i, v in enumerate(values) if v is not None)
    x, y = place(last, values[last] or 0.0)
    aim = [" ".join(f"{a},{b}" for a, b in (place(i, v) for i, v in run)) for run in _runs(target)]
    return tag(
        "svg",
        [tag("polyline", points=points, class_="aim") for points in aim],
        [tag("polyline", points=points, class_="trace") for points in runs if " " in points],
        [tag("circle", cx=dx, cy=dy, r=1, class_="dot") for dx, dy in dots],
        tag("circle", cx=x, cy=y, r=2.4, class_="dot"),
        class_=f"spark tone-{tone}" if tone else "spark",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_label=label or None,
    )


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def score_bar(score: float | None, tone: Tone) -> Markup:
    """A score on its scale from 0 to 10, with marks where red ends and green begins."""
    filled = None if score is None else tag("i", class_=f"fill tone-{tone}", style=f"width:{score * 10:.1f}%")
    return div("scorebar", filled, tag("b", style="left:33.33%"), tag("b", style="left:66.67%"), aria_hidden="true")


def progress_bar(done: float | None, expected: float | None, tone: Tone) -> Markup:
    """How much of a way is done, with a tick where it should be by now; both are shares of the whole."""
    parts = []
    if done is not None:
        parts.append(tag("i", class_=f"fill tone-{tone}", style=f"width:{min(max(done, 0), 1) * 100:.1f}%"))
    if expected is not None:
        parts.append(tag("u", style=f"left:{min(max(expected, 0), 1) * 100:.1f}%"))
    return div("progressbar", parts, aria_hidden="true")


def logo() -> Markup:
    """Four squares: the house's sign, in the accent colour."""
    squares = [(1, 1, 1.0), (13, 1, 0.75), (1, 13, 0.75), (13, 13, 0.45)]
    return tag(
        "svg",
        [tag("rect", x=x, y=y, width=10, height=10, rx=2, fill="currentColor", opacity=o) for x, y, o in squares],
        viewBox="0 0 24 24",
        width=22,
        height=22,
        aria_hidden="true",
    )


def hint(words: object) -> Markup:
    """A quiet remark."""
    return span("quiet", text(words))
