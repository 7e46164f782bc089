"""Draws the data health screen."""

from views.draw.html import Markup, div, join, link, span, tag
from views.draw.marks import sign
from views.draw.tables import table
from views.health import Attempt, DatasetRow, HealthView


def health(view: HealthView) -> Markup:
    """Figures, problems, missing periods, datasets, quarantine, refreshes and known answers, the worrying first."""
    figures = [
        div(
            "figure",
            span("quiet", name),
            span("large withmark", sign(status) if status else None, value),
        )
        for name, value, status in view.figures
    ]
    return div(
        "stack",
        div("card headline", div("figures", figures)),
        _problems(view),
        _missing(view),
        _datasets(view),
        _quarantine(view),
        div("twoside", _attempts(view), _answers(view)),
    )


def _card(title: str, aside: str, *body: object) -> Markup:
    return tag("section", tag("header", tag("h2", title), span("aside", aside)), *body, class_="card", aria_label=title)


def _problems(view: HealthView) -> Markup | None:
    if not view.problems:
        return None
    items = [tag("li", tag("pre", problem)) for problem in view.problems]
    says = "The snapshot in use was made before. The next refresh will fail until these files are put right."
    return _card(
        "Problems in definitions",
        f"{len(items)} in the workspace's files",
        tag("p", says, class_="quiet"),
        tag("ul", items, class_="problems"),
    )


def _datasets(view: HealthView) -> Markup:
    heads = ["Dataset", "Source", "Freshness", "Newest", "Allowed", "Rows", "Quarantine", "Loaded", "Read from"]
    return _card(
        "Datasets",
        "late and quarantined first",
        table(heads, [_dataset(row) for row in view.datasets], numbers=(5, 6), stacks=True),
    )


def _dataset(row: DatasetRow) -> list[object]:
    verdict = span("withmark", sign(row.status) if row.status else None, span("", row.verdict))
    bad = (
        link(row.href, f"{row.quarantined:,}", data_key=f"bad-{row.name}", class_="strong") if row.quarantined else "0"
    )
    read = (
        join([span("", row.read_from), span("sub", f"not in the contract: {row.ignored}")])
        if row.ignored
        else row.read_from
    )
    return [tag("b", row.name), row.source, verdict, row.newest, row.allowance, row.rows, bad, row.loaded, read]


def _quarantine(view: HealthView) -> Markup | None:
    if view.chosen is None:
        return None
    body = (
        table(
            ["File", "Line", "Reason", "As it came"],
            [[b.file, b.line, b.reason, span("bad", tag("code", b.raw, title=b.raw))] for b in view.quarantine],
            numbers=(1,),
            stacks=True,
        )
        if view.quarantine
        else div("empty", tag("b", "Nothing in quarantine"), "Every row kept the contract.")
    )
    first = f", the first {len(view.quarantine)}" if len(view.quarantine) >= 50 else ""
    return _card(f"Quarantine: {view.chosen}", view.quarantine_says + first, body)


def _missing(view: HealthView) -> Markup:
    if not view.missing:
        kept = div("empty", tag("b", "Nothing is missing"), "Every metric has a value for each month that was due.")
        return _card("Missing periods", "", kept)
    rows: list[list[object]] = [
        [
            link(one.href, one.metrics, title=one.every),
            one.units,
            one.when,
            one.share,
            span("withmark", sign(one.status) if one.status else None, span("wrap", one.why)),
            one.owners,
        ]
        for one in view.missing
    ]
    return _card(
        "Missing periods",
        "of the latest 24 months",
        table(["Metric", "Unit", "Missing", "Months", "", "Owner"], rows, numbers=(3,), stacks=True),
    )


def _attempts(view: HealthView) -> Markup:
    return _card(
        "Refreshes",
        "newest first",
        table(["When", "", "Took", ""], [_attempt(a) for a in view.attempts], numbers=(2,), stacks=True),
    )


def _attempt(one: Attempt) -> list[object]:
    mark = span(
        "withmark",
        sign("green" if one.ok else "red"),
        span("", "published" if one.ok else "failed"),
    )
    return [one.when, mark, one.took, span("wrap", one.says)]


def _answers(view: HealthView) -> Markup:
    if not view.answers:
        return _card(
            "Known answers",
            "",
            div(
                "empty",
                tag("b", "None yet"),
                "Put figures that you know from elsewhere into a metric's `tests:`; every refresh compares them.",
            ),
        )
    rows = [
        [
            link(a.href, a.metric),
            a.place,
            a.expected,
            a.found,
            sign("green" if a.ok else "red", "agrees" if a.ok else "differs"),
            a.source,
        ]
        for a in view.answers
    ]
    return _card(
        "Known answers",
        "computed against what people know",
        table(["Metric", "", "Expected", "Found", "", "From"], rows, numbers=(2, 3), stacks=True),
    )
