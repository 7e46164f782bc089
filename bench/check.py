"""Check: what it costs to hold many definitions against each other and to lint them, without reading a fact."""

import argparse
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from bench import Figure
from flows.lint import checked

ROOT = Path(__file__).resolve().parent.parent
WORKSPACE = "name: Bench\ntoday: 2025-07-05\n"
UNITS = "levels: [company, shop]\nunits:\n  - {key: company, title: Company, level: company}\n"
COLUMNS = ("amount", "cost", "tax", "discount", "weight", "hours", "points", "lines")
FILTERS = ("channel = 'web'", "channel = 'shop' AND amount > 100", "cost < amount", "customer IS NOT NULL", "ok")
KINDS = (
    'agg: {{table: {table}, function: sum, expr: {column}, filter: "{filter}"}}',
    "ratio: {{numerator: m{a}, denominator: {{table: {table}, function: count_distinct, expr: customer}}}}",
    "expr: (m{a} - m{b}) / (m{b} + {number})",
    "change: {{metric: m{a}, back: 1 year}}",
    "rolling: {{metric: m{a}, months: {months}}}",
)

MEASURED = ("EUR", "EUR", '"%"', '"%"', "EUR")


def run(arguments: Sequence[str]) -> Iterable[Figure]:
    """`--definitions` metrics (500) over 10 tables: CPU of the check alone, cold and warm, and of the whole command."""
    parser = argparse.ArgumentParser(prog="bench check")
    parser.add_argument("--definitions", type=int, default=500)
    count = parser.parse_args(arguments).definitions
    with TemporaryDirectory() as name:
        folder = write(Path(name), count)
        started = process_time()
        workspace, findings = checked(folder)
        yield Figure("check_cpu", process_time() - started, "s")
        started = process_time()
        checked(folder)
        yield Figure("check_cpu_again", process_time() - started, "s")
        before, wall = getrusage(RUSAGE_CHILDREN), perf_counter()
        command = [sys.executable, "-m", "cli", "check", "--json", "--workspace", str(folder)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        after = getrusage(RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        yield Figure("check_command_cpu", cpu, "s")
        yield Figure("check_command_wall", perf_counter() - wall, "s")
        yield Figure("definitions", len(workspace.metrics), "metrics")
        yield Figure("findings", len(findings), "findings")


def write(folder: Path, count: int) -> Path:
    """A workspace of that many metrics of five kinds, half of them on scorecards."""
    types = {"id": "integer", "day": "date", "unit": "text", "customer": "text", "channel": "text", "ok": "boolean"}
    columns = {**types, **dict.fromkeys(COLUMNS, "decimal")}
    listed = "".join(f"      {name}: {kind}\n" for name, kind in columns.items())
    put(folder, "workspace.yaml", WORKSPACE)
    put(folder, "units.yaml", UNITS)
    source = "connector: files\nsettings: {folder: files}\ndatasets:\n"
    for table in range(10):
        source += f"  t{table}:\n    path: t{table}.csv\n    columns:\n{listed}    key: [id]\n"
        model = f"source: t{table}\ngrain: [id]\ntime: {{column: day}}\nunit: {{column: unit}}\n"
        put(folder, f"models/t{table}.yaml", model + "dimensions: {channel: channel}\n")
    put(folder, "sources/books.yaml", source)
    perspectives = ("financial", "customer", "process", "people")
    for number in range(count):
        put(folder, f"metrics/{perspectives[number % 4]}/m{number}.yaml", definition(number))
    keys = ", ".join(f"m{number}" for number in range(0, count, 2))
    put(folder, "scorecards/board.yaml", f"title: Board\nmetrics: [{keys}]\n")
    return folder


def definition(number: int) -> str:
    """A metric as an analyst would write it; those before it are its parts."""
    base = number - number % 5  # the aggregation of its five
    kind = KINDS[number % 5].format(
        table=f"t{number % 10}",
        column=f"{COLUMNS[number % 8]} + {number}",
        filter=FILTERS[number % 3],
        a=base,
        b=max(base - 5, 0),
        number=number,
        months=3 + number % 10,
    )
    return (
        f"title: Metric number {number}\ndescription: What is counted for number {number} of the bench.\n"
        f"owner: somebody\nindicator: {'leading' if number % 3 else 'lagging'}\n"
        f"measured_in: {MEASURED[number % 5]}\n{kind}\n"
        "target:\n  - {value: 100, to: 2024-12}\n  - {value: 120, from: 2025-01}\n"
        f"anchors: {{goal: target, red: 10 % of target}}\ntags: [bench, n{number % 7}]\n"
    )


def put(folder: Path, name: str, text: str) -> None:
    """One file of the workspace."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
