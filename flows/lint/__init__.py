"""Lint: what a sound workspace leaves out or says twice; each rule a small function in a table, found by walking."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from data.documents import Document, nearest
from flows.files import Files
from flows.lint.finding import LEVELS, RULES, Case, Finding, Hint, Level, Ruled
from flows.workspace import Workspace, assembled

for _module in sorted(iter_modules(__path__), key=lambda one: one.name):
    import_module(f"{__name__}.{_module.name}")


def checked(folder: Path) -> tuple[Workspace, tuple[Finding, ...]]:
    """A workspace and what the lint says of it; `DefinitionError` with every problem where it is not sound."""
    workspace, files = assembled(folder)
    return workspace, lint(workspace, files)


def lint(workspace: Workspace, files: Files) -> tuple[Finding, ...]:
    """Everything found, but for what the files ask to pass over; by gravity, then file and line."""
    case = Case(workspace, files)
    passed: set[tuple[str, str]] = set()
    found: list[Finding] = []
    for ruled in RULES.values():
        for hint in ruled.find(case):
            if where := _passed_over(workspace, ruled.code, hint):
                passed.add((where, ruled.code))
            else:
                found.append(_placed(files, ruled, hint))
    wanted = list(_suppressions(workspace))
    found += [_placed(files, *one) for one in _idle(wanted, passed)]
    return tuple(sorted(found, key=lambda f: (LEVELS.index(f.level), f.file, f.line, f.rule)))


def _passed_over(workspace: Workspace, code: str, hint: Hint) -> str | None:
    """The file whose `lint: ignore:` lets this one pass; None where none does."""
    metric, table = workspace.metrics.get(hint.of), workspace.catalog.tables.get(hint.of)
    if hint.file.startswith("metrics/") and metric is not None and code in metric.lint.ignore:
        return hint.file
    if hint.file.startswith("models/") and table is not None and code in table.lint.ignore:
        return hint.file
    whole = workspace.settings.lint.ignore.get(code)
    return "workspace.yaml" if isinstance(whole, str) or (whole is not None and hint.of in whole) else None


def _suppressions(workspace: Workspace) -> Iterator[tuple[str, str, str]]:
    """Every rule that some file passes over: (file, key of what it is about, code)."""
    for metric in workspace.metrics.values():
        for code in metric.lint.ignore:
            yield f"metrics/{metric.perspective}/{metric.key}.yaml", metric.key, code
    for table in workspace.catalog.tables.values():
        for code in table.lint.ignore:
            yield f"models/{table.key}.yaml", table.key, code
    for code in workspace.settings.lint.ignore:
        yield "workspace.yaml", "workspace", code


IDLE = Ruled("idle_suppression", "note", "A suppression passes something over.", lambda _case: ())
UNKNOWN = Ruled("unknown_rule", "error", "A suppression names a rule that exists.", lambda _case: ())


def _idle(wanted: list[tuple[str, str, str]], passed: set[tuple[str, str]]) -> Iterator[tuple[Ruled, Hint]]:
    for file, key, code in wanted:
        path = ("lint", "ignore", code)
        if code not in RULES:
            remedy = nearest(code, RULES) or "see `fourfold check --rules`"
            yield UNKNOWN, Hint(key, file, path, f"'{code}' is not a rule of the lint", remedy)
        elif (file, code) not in passed:
            yield IDLE, Hint(key, file, path, f"nothing here breaks the rule '{code}' any more", "drop the line")


def _placed(files: Files, ruled: Ruled, hint: Hint) -> Finding:
    document: Document | None = files.documents.get(hint.file)
    problem = document.problem(hint.path, "") if document else None
    line, column = (problem.line or 1, problem.column or 1) if problem else (1, 1)
    field = ".".join(map(str, hint.path))
    return Finding(ruled.code, ruled.level, hint.of, hint.file, line, column, field, hint.message, hint.remedy)


__all__ = ["LEVELS", "RULES", "Finding", "Level", "Ruled", "checked", "lint"]
