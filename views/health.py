"""What the data health screen shows: freshness, rows, quarantine, refreshes, problems in definitions, known answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from views import missing
from views.desk import Desk
from views.freshness import Reach, freshness
from views.missing import Gap
from views.wording import DASH, counted, day, form_of, lasting, moment, whole


@dataclass(frozen=True)
class DatasetRow:
    """One dataset. status: `green` (fresh), `stale`, or None without a rule."""

    name: str
    href: str
    source: str
    read_from: str
    newest: str
    allowance: str
    status: str | None
    verdict: str
    rows: str
    quarantined: int
    loaded: str
    ignored: str
    chosen: bool


@dataclass(frozen=True)
class Attempt:
    """One refresh, also a failed one."""

    when: str
    ok: bool
    took: str
    says: str


@dataclass(frozen=True)
class BadRow:
    """A row that broke its contract."""

    file: str
    line: str
    reason: str
    raw: str


@dataclass(frozen=True)
class AnswerRow:
    """A known answer and what came out."""

    metric: str
    href: str
    place: str
    expected: str
    found: str
    ok: bool
    source: str


@dataclass(frozen=True)
class HealthView:
    """Everything on the data health screen."""

    subtitle: str
    figures: tuple[tuple[str, str, str | None], ...]  # (what, how much, status or None)
    datasets: tuple[DatasetRow, ...]
    chosen: str | None
    quarantine: tuple[BadRow, ...]
    quarantine_says: str
    attempts: tuple[Attempt, ...]
    problems: tuple[str, ...]
    answers: tuple[AnswerRow, ...]
    missing: tuple[Gap, ...]
    may_refresh: bool


def build(desk: Desk, query: Mapping[str, str]) -> HealthView:
    """The state of the data behind the current snapshot; `dataset` in the query opens its quarantine."""
    reach = freshness(desk)
    chosen = query.get("dataset") if query.get("dataset") in reach else None
    attempts = tuple(_attempt(one) for one in desk.attempts(8))
    problems = desk.definition_problems()
    answers = tuple(_answers(desk))
    gaps = missing.build(desk)
    open_gaps = sum(one.status is not None for one in gaps)
    late = [one for one in reach.values() if one.late]
    refused = sum(one.quarantined for one in reach.values())
    wrong = [one for one in answers if not one.ok]
    whole_company = desk.may("health.view", desk.opened.tree.root)
    bad = desk.quarantine(chosen, 50) if chosen and whole_company else []
    created = datetime.fromisoformat(desk.opened.manifest.created_at)
    failed = next((one for one in attempts), None)
    return HealthView(
        subtitle=f"Snapshot {desk.snapshot}, made {moment(created.astimezone())}, facts up to {day(desk.as_of)}",
        figures=(
            ("Datasets fresh", f"{len(reach) - len(late)} of {len(reach)}", "stale" if late else "green"),
            ("Rows loaded", whole(sum(one.rows for one in reach.values())), None),
            ("Rows in quarantine", whole(refused), "amber" if refused else "green"),
            (
                "Known answers met",
                f"{len(answers) - len(wrong)} of {len(answers)}" if answers else "none yet",
                "red" if wrong else "green" if answers else None,
            ),
            ("Periods missing", counted(open_gaps, "gap"), "no_data" if open_gaps else "green"),
            ("Problems in definitions", whole(len(problems)), "red" if problems else "green"),
            (
                "Last refresh",
                failed.when if failed else DASH,
                None if failed is None else "green" if failed.ok else "red",
            ),
        ),
        datasets=tuple(
            _dataset(one, one.dataset == chosen)
            for one in sorted(reach.values(), key=lambda r: (-r.late, -r.quarantined, r.dataset))
        ),
        chosen=chosen,
        quarantine=tuple(_bad(row) for row in bad),
        quarantine_says=_says(reach[chosen], whole_company) if chosen else "",
        attempts=attempts,
        problems=problems,
        answers=answers,
        missing=gaps,
        may_refresh=desk.may("refresh.run"),
    )


def _says(one: Reach, whole_company: bool) -> str:
    broke = f"{counted(one.quarantined, 'row')} of {one.dataset} broke the contract"
    if whole_company:
        return broke
    return f"{broke}; a row that could not be read belongs to no unit yet: who answers for the whole sees it"


def _dataset(one: Reach, chosen: bool) -> DatasetRow:
    verdict = "no rule" if one.allowance is None else f"{counted(one.late, 'day')} late" if one.late else "fresh"
    files = one.read_from
    read = files[0] if len(files) == 1 else f"{counted(len(files), 'file')}, last {files[-1]}" if files else DASH
    return DatasetRow(
        one.dataset,
        "health" if chosen else f"health?dataset={one.dataset}",
        one.source_title,
        read,
        day(one.newest),
        counted(one.allowance, "day") if one.allowance is not None else DASH,
        None if one.allowance is None else "stale" if one.late else "green",
        verdict,
        whole(one.rows),
        one.quarantined,
        moment(one.loaded_at.astimezone()),
        ", ".join(one.ignored),
        chosen,
    )


def _attempt(one: Mapping[str, Any]) -> Attempt:
    started = datetime.fromisoformat(one["started_at"]).astimezone(UTC).astimezone()
    says = f"Snapshot {one['snapshot']}" if one["ok"] else str(one["error"])
    says += f": {one['done']}" if one.get("done") else ""
    failed = one.get("answers_failed", 0)
    return Attempt(
        moment(started),
        bool(one["ok"]),
        lasting(timedelta(seconds=one["seconds"])),
        says + (f", {counted(failed, 'known answer')} not met" if failed else ""),
    )


def _bad(row: Mapping[str, Any]) -> BadRow:
    return BadRow(
        str(row["source_file"]),
        DASH if row["line"] is None else f"{row['line']:,}",
        str(row["reason"]),
        _plainly(row["raw"]),
    )


def _plainly(raw: Any) -> str:
    """A raw row as `column value` pairs, empty columns left out; the text as it came where it is not a JSON object."""
    try:
        content = json.loads(str(raw))
    except ValueError:
        return str(raw)
    if not isinstance(content, dict):
        return str(raw)
    return " \u00b7 ".join(f"{name} {value}" for name, value in content.items() if value not in (None, ""))


def _answers(desk: Desk) -> list[AnswerRow]:
    found = []
    units = {unit.key: unit.title for unit in desk.units(desk.as_of)}
    for answer in desk.answers():
        metric = desk.workspace.metrics[answer.metric]
        form = form_of(metric, answer.expected)
        found.append(
            AnswerRow(
                metric.title,
                f"metric?metric={metric.key}&unit={answer.unit}&period={answer.period}",
                f"{units[answer.unit]}, {answer.period}",
                form.value(answer.expected),
                form.value(answer.found),
                answer.ok,
                answer.source,
            )
        )
    return found
