"""The schemas that editors use accept what the models accept; the committed reference is the one that is printed."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from data.documents import Problems, read
from flows.schemas import models, reference, schema_of, write_schemas

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "data" / "demo"
FILES = sorted(p for p in DEMO.rglob("*.yaml") if "var" not in p.relative_to(DEMO).parts)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(DEMO)))
def test_every_file_of_the_demo_fits_its_schema(path: Path) -> None:
    document = read(path, DEMO, Problems())
    assert document is not None
    content = json.loads(json.dumps(document.content, default=str))
    name = path.relative_to(DEMO).parts[0].removesuffix(".yaml")
    if name == "sources":
        name = f"sources_{content['connector']}"
    faults = [error.message for error in Draft202012Validator(schema_of(name)).iter_errors(content)]
    assert faults == []


def test_a_misspelt_field_does_not_fit() -> None:
    wrong = {"title": "Revenue", "measured_in": "EUR", "owners": "x"}
    faults = [error.validator for error in Draft202012Validator(schema_of("metrics")).iter_errors(wrong)]
    assert faults == ["additionalProperties"]


def test_schemas_are_written_one_a_kind(tmp_path: Path) -> None:
    assert {path.stem for path in write_schemas(tmp_path / "schemas")} == set(models())


def test_the_reference_in_the_documentation_is_current() -> None:
    committed = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert committed == reference(), "write it anew: ./run fourfold reference > docs/reference.md"
