"""Bad input of every kind: each is refused or set aside with words that name the place and the remedy."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from data.errors import ContractError, DefinitionError, FourfoldError, QueryError, SourceError
from data.warehouse import open_facts
from flows.refresh import refresh
from flows.workspace import assemble
from tests.making import MODEL, REVENUE, SALES_HEADER, SOURCE, UNITS, WORKSPACE, make, sales, table, values

METRIC = "metrics/financial/revenue.yaml"
GOAL = "anchors: {goal: target, red: 5 % of target}\n"


def refused(folder: Path, files: Mapping[str, str | bytes], kind: type[FourfoldError] = DefinitionError) -> str:
    """The words with which a workspace is refused."""
    with pytest.raises(FourfoldError) as error:
        refresh(make(folder, files))
    assert type(error.value) is kind
    return str(error.value)


def test_unknown_metric_type(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE.replace("agg:", "aggg:")})
    assert said.startswith(f"{METRIC}:3:1: aggg: 'aggg' is not a field here (did you mean 'agg'?)")


def test_metric_without_a_type(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: "title: Revenue\nmeasured_in: EUR\n"})
    assert f"{METRIC}:1:1: one key names the kind of a metric (agg, ratio, expr," in said
    assert "here is none" in said


def test_metric_of_two_types(tmp_path: Path) -> None:
    assert "here are agg, expr" in refused(tmp_path, {METRIC: REVENUE + "expr: 1 + 1\n"})


def test_unknown_aggregation(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE.replace("function: sum", "function: summ")})
    assert f"{METRIC}:3:21: agg.function: 'summ' is not one of 'sum', 'count'" in said
    assert "did you mean 'sum'?" in said


def test_misspelt_column_is_told_with_its_place_and_the_nearest_name(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE.replace("amount", "amonut")})
    assert said.splitlines() == [
        f"{METRIC}:3:36: agg.expr: 'amonut' is not a column of sales (did you mean 'amount'?) [F108]",
        "    agg: {table: sales, function: sum, expr: amonut}",
        "                                       ^",
    ]


def test_misspelt_column_in_a_filter(tmp_path: Path) -> None:
    metric = "title: R\nmeasured_in: EUR\nagg: {table: sales, function: count, filter: \"chanel = 'x'\"}\n"
    assert "agg.filter: 'chanel' is not a column of sales (did you mean 'channel'?)" in refused(
        tmp_path, {METRIC: metric}
    )


def test_misspelt_metric(tmp_path: Path) -> None:
    said = refused(tmp_path, {"metrics/financial/a.yaml": "title: A\nmeasured_in: EUR\nexpr: revenu + 1\n"})
    assert "metrics/financial/a.yaml:3:1: expr: 'revenu' is not a metric (did you mean 'revenue'?)" in said


def test_cycle_of_derived_metrics(tmp_path: Path) -> None:
    files = {
        "metrics/financial/a.yaml": "title: A\nmeasured_in: EUR\nexpr: b + 1\n",
        "metrics/financial/b.yaml": "title: B\nmeasured_in: EUR\nrolling: {metric: c, months: 3}\n",
        "metrics/financial/c.yaml": "title: C\nmeasured_in: EUR\nratio: {numerator: a, denominator: revenue}\n",
    }
    said = refused(tmp_path, files)
    assert "metrics/financial/a.yaml:3:1: expr: is computed from itself: a > b > c > a" in said
    assert "break the circle in one of them" in said
    assert said.count("is computed from itself") == 1


def test_duplicate_key_in_yaml(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE + "title: Again\n"})
    assert said.startswith(f"{METRIC}:4:1: the same key stands twice; keep one of them\n    title: Again\n    ^")


def test_same_metric_key_in_two_perspectives(tmp_path: Path) -> None:
    said = refused(tmp_path, {"metrics/customer/revenue.yaml": REVENUE})
    assert "metrics/financial/revenue.yaml: the metric 'revenue' stands twice, also in metrics/customer/revenue" in said
    assert "rename one of the files" in said


def test_target_without_anchors(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE + "target: 5\n"})
    assert f"{METRIC}:4:1: target: the field 'anchors' is missing: a target alone does not say where red begins" in said
    assert "`anchors: {goal: target, red: 10 % of target}`" in said


def test_missing_anchor(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE + "target: 5\nanchors: {goal: target}\n"})
    assert said.splitlines()[0] == f"{METRIC}:5:1: anchors: the field 'red' is missing"
    assert len(said.splitlines()) == 3


def test_anchors_without_the_target_they_refer_to(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE + GOAL})
    assert f"{METRIC}:4:1: anchors: the anchors refer to the target, and there is no `target:`" in said


def test_goal_equal_to_red(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE + "anchors: {goal: 5, red: 5}\n"})
    assert f"{METRIC}:4:1: anchors: goal and red flag are both 5" in said


def test_goal_equal_to_red_in_one_period_is_an_error_there_and_no_colour(tmp_path: Path) -> None:
    metric = REVENUE + "target: [{value: 0, to: 2025-01}, {value: 90, from: 2025-02}]\n" + GOAL
    facts = sales("2025-01-05,shop,100,1,a,x,true", "2025-02-05,shop,100,1,a,x,true")
    found = table(make(tmp_path, {METRIC: metric, "files/sales.csv": facts}), "revenue")
    january = found["company", "month", "2025-01"]
    assert (january["status"], january["score"]) == ("error", None)
    assert january["reason"] == "the anchors contradict each other in this period"
    assert found["company", "month", "2025-02"]["status"] == "green"


@pytest.mark.parametrize(
    ("anchors", "message"),
    [
        ("anchors: {goal: 5, red: 7}\n", "direction up needs the goal above the red flag (goal 5, red flag 7)"),
        ("direction: down\nanchors: {goal: 7, red: 5}\n", "direction down needs the goal below the red flag"),
        ("direction: band\nanchors: {goal: [1, 3], red: [2, 4]}\n", "needs the lower goal above the lower red flag"),
        ("anchors: {goal: 5, red: 3, best: 4}\n", "direction up needs the best above the goal (best 4, goal 5)"),
    ],
)
def test_anchors_against_the_direction(tmp_path: Path, anchors: str, message: str) -> None:
    said = refused(tmp_path, {METRIC: REVENUE + anchors})
    assert f"{METRIC}:" in said
    assert message in said


def test_division_by_zero_that_could_never_be_anything_else(tmp_path: Path) -> None:
    said = refused(tmp_path, {"metrics/financial/a.yaml": "title: A\nmeasured_in: EUR\nexpr: revenue / 0\n"})
    assert "metrics/financial/a.yaml:3:1: expr: divides by zero" in said


def test_division_by_a_zero_of_the_data_is_no_value_with_its_reason(tmp_path: Path) -> None:
    ratio = 'title: A\nmeasured_in: "%"\nratio: {numerator: revenue, denominator: revenue}\n'
    files = {"metrics/financial/a.yaml": ratio, "files/sales.csv": sales("2025-01-05,shop,0,1,a,x,true")}
    row = table(make(tmp_path, files), "a")["shop", "month", "2025-01"]
    assert (row["value"], row["status"], row["reason"]) == (None, "no_data", "the denominator is zero")


def test_empty_source(tmp_path: Path) -> None:
    said = refused(tmp_path, {"files/sales.csv": SALES_HEADER}, SourceError)
    assert said == (
        "source 'books', dataset 'sales': sales.csv holds no rows; "
        "export it again, or say `empty: allow` if that can be right"
    )


def test_empty_source_that_may_be_empty(tmp_path: Path) -> None:
    source = SOURCE.replace("    key: [id]\n", "    key: [id]\n    empty: allow\n")
    folder = make(tmp_path, {"sources/books.yaml": source, "files/sales.csv": SALES_HEADER})
    assert refresh(folder).datasets["sales"].rows == 0
    assert {row["status"] for row in table(folder, "revenue").values()} <= {"no_data", "not_due"}


def test_file_without_even_a_header(tmp_path: Path) -> None:
    said = refused(tmp_path, {"files/sales.csv": "\n"}, SourceError)
    assert "source 'books', dataset 'sales'" in said
    assert "is empty, not even a header stands in it; export it again" in said


def test_missing_file(tmp_path: Path) -> None:
    said = refused(tmp_path, {"files/sales.csv": "", "files/other.csv": "a\n1\n"}, SourceError)
    assert "source 'books', dataset 'sales'" in said
    assert "sales.csv" in said


def test_missing_folder_of_files(tmp_path: Path) -> None:
    said = refused(tmp_path, {"files/sales.csv": ""}, SourceError)
    assert "files is missing; create it or correct `folder` in the settings" in said


def test_wrong_type_in_row_seven_is_set_aside_with_source_line_and_reason(tmp_path: Path) -> None:
    good = [f"2025-01-0{day},shop,10,1,a,x,true" for day in range(1, 6)]
    folder = make(tmp_path, {"files/sales.csv": sales(*good, "2025-01-06,shop,many,1,a,x,true", *good)})
    manifest = refresh(folder)
    assert (manifest.datasets["sales"].rows, manifest.datasets["sales"].quarantined) == (10, 1)
    with open_facts(folder / "var", manifest.files()) as facts:
        (row,) = facts.execute('SELECT source_file, line, reason, raw FROM quarantine."sales"').fetchall()
    assert row[0].endswith("sales.csv")
    assert row[1] == 7
    assert "amount" in row[2]
    assert "many" in row[2]
    assert '"many"' in row[3]
    assert values(folder, "revenue")["shop", "2025-01"] == 100


def test_unknown_unit(tmp_path: Path) -> None:
    said = refused(tmp_path, {"files/sales.csv": sales("2025-01-05,sohp,1,1,a,x,true")}, QueryError)
    assert said == (
        "models/sales.yaml: rows belong to 'sohp', which units.yaml does not know; they would be missing from every "
        "total. Add the unit, mend the data, or refuse such rows in the contract with `one_of` (did you mean 'shop'?)"
    )


def test_byte_order_marks_and_line_ends_of_windows_change_nothing(tmp_path: Path) -> None:
    def windows(text: str) -> str:
        return "\ufeff" + text.replace("\n", "\r\n")

    facts = sales("2025-01-05,shop,1.5,1,a,x,true", "2025-01-06,shop,2,1,a,x,true")
    files = {
        METRIC: REVENUE,
        "units.yaml": UNITS,
        "workspace.yaml": WORKSPACE,
        "models/sales.yaml": MODEL,
        "sources/books.yaml": SOURCE,
        "files/sales.csv": facts,
    }
    plain = make(tmp_path / "plain", files)
    other = make(tmp_path / "windows", {name: windows(text) for name, text in files.items()})
    assert values(other, "revenue") == values(plain, "revenue") != {}


def test_dates_out_of_range_are_set_aside(tmp_path: Path) -> None:
    days = ("0025-01-05", "2925-01-05", "2025-13-05", "2025-02-30", "05.01.2025")
    facts = sales("2025-01-05,shop,1,1,a,x,true", *(f"{day},shop,1,1,a,x,true" for day in days))
    folder = make(tmp_path, {"files/sales.csv": facts})
    manifest = refresh(folder)
    assert (manifest.datasets["sales"].rows, manifest.datasets["sales"].quarantined) == (1, 5)
    with open_facts(folder / "var", manifest.files()) as facts_of:
        reasons = facts_of.execute('SELECT line, reason FROM quarantine."sales" ORDER BY line').fetchall()
    assert [line for line, _ in reasons] == [3, 4, 5, 6, 7]
    assert all("day" in reason for _, reason in reasons)


def test_month_that_does_not_exist(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE + "target: [{value: 5, from: 2025-13}]\n" + GOAL})
    assert said.splitlines()[0] == f"{METRIC}:4:21: target.0.from: '2025-13' is not a month; write it as 2025-01"
    assert len(said.splitlines()) == 3


def test_two_targets_for_one_month(tmp_path: Path) -> None:
    steps = "target: [{value: 5, to: 2025-03}, {value: 6, from: 2025-03}]\n"
    said = refused(tmp_path, {METRIC: REVENUE + steps + GOAL})
    assert f"{METRIC}:4:35: target.1: this target holds in 2025-03 together with an earlier one" in said


def test_target_of_parts_that_have_none(tmp_path: Path) -> None:
    ratio = 'title: A\nmeasured_in: "%"\nratio: {numerator: revenue, denominator: revenue}\ntarget: components\n' + GOAL
    said = refused(tmp_path, {"metrics/financial/a.yaml": ratio})
    assert "metrics/financial/a.yaml:4:1: target: 'revenue' has no target to take" in said


def test_percentage_written_as_a_plain_number(tmp_path: Path) -> None:
    ratio = 'title: A\nmeasured_in: "%"\nratio: {numerator: revenue, denominator: revenue}\ntarget: 95\n' + GOAL
    said = refused(tmp_path, {"metrics/financial/a.yaml": ratio})
    assert "target: a target of 95 in % would be 9500% (write `95 %`)" in said


def test_workspace_without_metrics(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: ""})
    assert said == "metrics/: the workspace has no metrics (add metrics/financial/revenue.yaml; see docs)"


def test_missing_environment_variable(tmp_path: Path) -> None:
    source = SOURCE.replace("{folder: files}", '{folder: "${FOURFOLD_TEST_NOWHERE}"}')
    with pytest.raises(FourfoldError) as error:
        refresh(make(tmp_path, {"sources/books.yaml": source}))
    assert "sources/books.yaml" in str(error.value) or "source 'books'" in str(error.value)
    assert "FOURFOLD_TEST_NOWHERE" in str(error.value)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"models/sales.yaml": MODEL.replace("source: sales", "source: slaes")},
            "models/sales.yaml:1:1: source: 'slaes' is not a dataset of any source (did you mean 'sales'?)",
        ),
        (
            {METRIC: REVENUE.replace("table: sales", "table: slaes")},
            f"{METRIC}:3:7: agg.table: 'slaes' is not a table in models/ (did you mean 'sales'?)",
        ),
        (
            {"models/sales.yaml": MODEL.replace("channel: channel", "channel: chanel")},
            "models/sales.yaml:5:14: dimensions.channel: 'chanel' is not a column of sales (did you mean 'channel'?)",
        ),
        (
            {"models/sales.yaml": MODEL.replace("channel: channel", "channel: who.segment")},
            "models/sales.yaml:5:14: dimensions.channel: 'who' is not a join of sales",
        ),
        (
            {"sources/books.yaml": SOURCE.replace("connector: files", "connector: flies")},
            "sources/books.yaml:1:1: connector: 'flies' is no kind of source (did you mean 'files'?)",
        ),
        (
            {"models/sales.yaml": MODEL.replace("unit: {column: unit}\n", "")},
            "the table 'sales' does not say to which unit a row belongs",
        ),
        ({"models/sales.yaml": MODEL.replace("time: {column: day}\n", "")}, "the table 'sales' has no time"),
        (
            {"models/sales.yaml": MODEL.replace("time: {column: day}", "time: {column: amount}")},
            "models/sales.yaml:3:8: time.column: 'amount' is decimal, and time needs a date or a timestamp",
        ),
    ],
)
def test_names_that_lead_nowhere(tmp_path: Path, files: dict[str, str], message: str) -> None:
    assert message in refused(tmp_path, files)


def test_sum_of_words(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE.replace("expr: amount", "expr: channel")})
    assert "agg.expr: 'channel' is text, and sum needs a number" in said


def test_folder_that_is_no_perspective(tmp_path: Path) -> None:
    said = refused(tmp_path, {"metrics/finance/profit.yaml": REVENUE})
    assert said == (
        "metrics/finance/profit.yaml: the folder 'finance' is not a perspective of workspace.yaml "
        "(did you mean 'financial'?)"
    )


def test_metric_in_no_perspective(tmp_path: Path) -> None:
    said = refused(tmp_path, {"metrics/profit.yaml": REVENUE})
    assert said == "metrics/profit.yaml: stands in no perspective (move it to metrics/<perspective>/)"


def test_column_that_the_file_lacks(tmp_path: Path) -> None:
    said = refused(tmp_path, {"files/sales.csv": "id,day,unit\n1,2025-01-05,shop\n"}, ContractError)
    assert "source 'books', dataset 'sales': sales.csv, line 1: column 'amount' is missing" in said
    assert "column 'ok' is missing" in said  # all at once


@pytest.mark.parametrize("name", ["workspace.yaml", "units.yaml"])
def test_missing_definition_file(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, {name: ""}) == f"{name}: the file is missing"


def test_yaml_that_cannot_be_read(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: "title: [R\nmeasured_in: EUR\n"})
    assert f"{METRIC}:2:12: is not valid YAML" in said


def test_text_that_is_not_utf_8(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: b"title: \xff\n"})
    assert said == f"{METRIC}: is not UTF-8 text: byte 7 cannot be read (save the file as UTF-8)"


def test_hostile_expression(tmp_path: Path) -> None:
    said = refused(tmp_path, {METRIC: REVENUE.replace("expr: amount", 'expr: "(select 1)"')})
    assert "agg.expr: '(SELECT 1)' may not stand in an expression" in said


def test_several_problems_are_told_at_once_in_the_order_of_files(tmp_path: Path) -> None:
    files = {
        METRIC: REVENUE.replace("amount", "amonut"),
        "metrics/finance/profit.yaml": REVENUE,
        "metrics/customer/share.yaml": 'title: S\nmeasured_in: "%"\nratio: {numerator: revenue, denominator: revenu}\n',
        "units.yaml": UNITS.replace("parent: west", "parent: wets"),
        "people.yaml": "people: {ann: {name: Ann, roles: [{role: manger, units: [company]}]}}\n",
        "strategy.yaml": "objectives: {grow: {title: Grow, perspective: financal, metrics: [revenue]}}\n",
    }
    with pytest.raises(DefinitionError) as error:
        assemble(make(tmp_path, files))
    places = [problem.file for problem in error.value.problems]
    assert places == sorted(places)
    assert set(places) == {*files}
    assert str(error.value).count("did you mean") == len(files)


def test_a_file_at_fault_is_not_blamed_again_where_it_is_named(tmp_path: Path) -> None:
    share = 'title: S\nmeasured_in: "%"\nratio: {numerator: revenue, denominator: revenue}\n'
    said = refused(tmp_path, {METRIC: REVENUE + "colour: red\n", "metrics/customer/share.yaml": share})
    assert said.splitlines()[0].startswith(f"{METRIC}:4:1: colour: 'colour' is not a field here")
    assert "share" not in said


def test_more_bad_rows_than_the_contract_bears_refuse_the_refresh(tmp_path: Path) -> None:
    source = SOURCE.replace("    key: [id]", "    bad_rows: 30 %\n    key: [id]")
    good, bad = "2025-01-10,shop,100,60,a,x,true", "10.01.2025,shop,100,60,a,x,true"
    bearable = make(tmp_path / "one", {"sources/books.yaml": source, "files/sales.csv": sales(good, good, good, bad)})
    assert refresh(bearable).datasets["sales"].quarantined == 1
    broken = make(tmp_path / "two", {"sources/books.yaml": source, "files/sales.csv": sales(good, bad)})
    with pytest.raises(ContractError, match=r"'sales': 1 of 2 rows break the contract.*'10\.01\.2025'"):
        refresh(broken)
