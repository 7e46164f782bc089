"""Where a stated target holds: not at spans over which its metric grows."""

from pathlib import Path

from tests.making import SOURCE, make, sales, values

ROWS = sales(*(f"2025-{month:02}-10,shop,100,60,a,x,true" for month in range(1, 7)))
STAFF = """\
  staff:
    path: staff.csv
    columns: {person: {type: text, required: true}, unit: {type: text, required: true}, since: date, until: date}
    key: [person]
"""
PER_HEAD = """\
title: Revenue for each person
measured_in: EUR/person
ratio:
  numerator: revenue
  denominator: {stock: {table: staff, opened: since, closed: until}}
target: 40
anchors: {goal: target, red: 10 from target}
"""


def test_target_of_a_sum_over_a_level_holds_for_a_month_alone(tmp_path: Path) -> None:
    folder = make(
        tmp_path,
        {
            "files/sales.csv": ROWS,
            "files/staff.csv": "person,unit,since,until\na,shop,2025-01-01,\nb,shop,2025-01-01,\n",
            "sources/books.yaml": SOURCE + STAFF,
            "models/staff.yaml": "source: staff\ngrain: [person]\nunit: {column: unit}\n",
            "metrics/financial/per_head.yaml": PER_HEAD,
        },
    )
    assert values(folder, "per_head", field="status")["shop", "2025-06"] == "green"
    assert values(folder, "per_head", field="target")["company", "2025-06"] == 40
    for span in ("quarter", "year", "ytd"):
        assert values(folder, "per_head", span)["shop", "2025-12" if span == "year" else "2025-06"] > 100
        assert set(values(folder, "per_head", span, "target").values()) == {None}
        assert not {"green", "amber", "red"} & set(values(folder, "per_head", span, "status").values())
