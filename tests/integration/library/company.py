"""A small company whose facts were made by hand: one file for each table that the library asks for."""

from pathlib import Path

from metrics.library.entry import RoleTable
from metrics.library.shelf import library

FACTS = Path(__file__).resolve().parents[2] / "fixtures" / "library" / "files"
TYPES = {"id": "text", "moment": "timestamp"}
WORKSPACE = "name: Made by hand\ntoday: 2026-01-10\nperspectives: {financial: F, customer: C, process: P, people: L}\n"
UNITS = """\
levels: [company, department]
units:
  - {key: company, title: Company, level: company}
  - {key: north, title: North, level: department, parent: company}
  - {key: south, title: South, level: department, parent: company}
"""
# Columns of the files that no role names: conditions are bound to them.
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "ledger": {"account": ("revenue", "cost_of_sales", "operating", "depreciation")},
    "budget": {"account": ("revenue", "operating")},
    "balances": {"account": ("receivable", "inventory", "cash", "payable", "short_loan", "equity", "debt")},
    "cash_flows": {"activity": ("operating", "investment", "financing")},
    "market": {"segment": ("a", "b")},
}
# What the words of the contract alone do not tell.
COLUMNS = {
    "ledger.is_operating_cost": "account IN ('operating', 'depreciation')",
    "balances.is_current_asset": "account IN ('receivable', 'inventory', 'cash')",
    "balances.is_current_liability": "account IN ('payable', 'short_loan')",
    "balances.is_capital_employed": "account IN ('equity', 'debt')",
}


def make_company(folder: Path) -> Path:
    """The company's workspace without any metric."""
    (folder / "models").mkdir(parents=True)
    (folder / "sources").mkdir()
    (folder / "workspace.yaml").write_text(WORKSPACE, encoding="utf-8")
    (folder / "units.yaml").write_text(UNITS, encoding="utf-8")
    lines = ["connector: files", f"settings: {{folder: {FACTS.as_posix()}}}", "datasets:"]
    for key, role in library().tables.items():
        head, first, *_ = (FACTS / f"{key}.csv").read_text(encoding="utf-8").splitlines()
        lines += [f"  {key}:", f"    path: {key}.csv", "    columns:", "      unit: {type: text, required: true}"]
        for name, value in list(zip(head.split(","), first.split(","), strict=True))[1:]:
            lines.append(f"      {name}: {_column(role, name, value)}")
        model = f"source: {key}\ntime: {{column: {role.time}}}\nunit: {{column: unit}}\n"
        (folder / "models" / f"{key}.yaml").write_text(model, encoding="utf-8")
    (folder / "sources" / "books.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _column(role: RoleTable, name: str, value: str) -> str:
    if name in WORDS.get(role.key, {}):
        return f"{{type: text, one_of: [{', '.join(WORDS[role.key][name])}]}}"
    kind = role.columns[name].type
    return "timestamp" if ":" in value else TYPES.get(kind, kind)
