"""Loading: what is missing or empty is an error with a remedy, what is unchanged is kept, years are shared."""

from datetime import date

import pytest

from connectors.load import Engine, load
from connectors.settings import resolve
from connectors.sql import SqlSettings
from data.errors import ContractError, DefinitionError, SourceError
from data.snapshots import Manifest
from tests.loading import Loaded, Workbench

DATASET = """
path: o.csv
columns: {id: integer, day: date}
key: [id]
cursor: day
"""
TEXT = "id,day\n1,2023-05-01\n2,2024-05-01\n3,2024-06-01\n4,nonsense\n"


def manifest(loaded: Loaded) -> Manifest:
    """A manifest that holds only this dataset."""
    return Manifest("20240101-000000-abcde", "", date(2024, 1, 1), date(2024, 1, 1), {"orders": loaded.state})


def test_a_missing_file_is_told_with_source_path_and_nearest_name(bench: Workbench) -> None:
    bench.write("oo.csv", TEXT)
    with pytest.raises(SourceError) as caught:
        bench.load(DATASET)
    assert "source 'erp', dataset 'orders': no file matches" in str(caught.value)
    assert str(bench.folder / "files" / "o.csv") in str(caught.value)
    assert "'oo.csv'" in str(caught.value)


def test_a_missing_folder_and_a_pattern_without_match(bench: Workbench) -> None:
    with pytest.raises(SourceError, match=r"the folder .*nowhere is missing"):
        bench.load(DATASET, settings="{folder: nowhere}")
    with pytest.raises(SourceError, match="the folder is empty"):
        bench.load(DATASET.replace("o.csv", '"*.csv"'))


def test_a_path_may_not_leave_its_folder(bench: Workbench) -> None:
    with pytest.raises(DefinitionError, match="leaves the source's folder"):
        bench.source(DATASET.replace("o.csv", "../o.csv"))


@pytest.mark.parametrize("text", ["id,day\n", "id,day", "id,day\n\n\n"])
def test_an_empty_source_is_refused_unless_allowed(bench: Workbench, text: str) -> None:
    bench.write("o.csv", text)
    with pytest.raises(SourceError, match=r"orders.*o\.csv holds no rows.*empty: allow"):
        bench.load(DATASET)
    loaded = bench.load(DATASET + "empty: allow\n")
    assert (loaded.state.rows, loaded.state.newest, loaded.rows) == (0, None, [])


def test_a_file_without_even_a_header(bench: Workbench) -> None:
    bench.write("o.csv", "")
    with pytest.raises(SourceError, match="not even a header"):
        bench.load(DATASET)


def test_a_file_whose_format_nobody_knows(bench: Workbench) -> None:
    bench.write("o.dat", TEXT)
    with pytest.raises(SourceError, match="add `format:`"):
        bench.load(DATASET.replace("o.csv", "o.dat"))
    assert bench.load(DATASET.replace("o.csv", "o.dat") + "format: csv\n").state.rows == 3


def test_an_unchanged_source_keeps_its_fact_file(bench: Workbench) -> None:
    bench.write("o.csv", TEXT)
    first = bench.load(DATASET)
    path = bench.var / first.state.files[0].path
    before = path.stat().st_mtime_ns
    assert bench.load(DATASET, previous=manifest(first)).state == first.state
    assert path.stat().st_mtime_ns == before
    changed = bench.load(DATASET.replace("id: integer", "id: text"), previous=manifest(first))
    assert changed.state.fingerprint != first.state.fingerprint
    bench.write("o.csv", TEXT + "5,2024-07-01\n")
    grown = bench.load(DATASET, previous=manifest(first))
    assert (grown.state.rows, grown.state.newest) == (4, date(2024, 7, 1))
    assert path.is_file()


def test_a_lost_fact_file_is_built_again(bench: Workbench) -> None:
    bench.write("o.csv", TEXT)
    first = bench.load(DATASET)
    (bench.var / first.state.files[0].path).unlink()
    assert bench.load(DATASET, previous=manifest(first)).rows == first.rows


def test_years_in_files_of_their_own_are_shared_while_they_do_not_change(bench: Workbench) -> None:
    dataset = DATASET + "split_by_year: day\n"
    split = Engine(split_above=2)
    bench.write("o.csv", TEXT + "5,\n")
    first = bench.load(dataset, engine=split)
    assert [(file.year, file.rows) for file in first.state.files] == [(2023, 1), (2024, 2), (None, 1)]
    assert sorted(row[0] for row in first.rows) == [1, 2, 3, 5]
    assert first.places == [("o.csv", 5)]
    bench.write("o.csv", TEXT + "5,\n6,2024-07-01\n")
    second = bench.load(dataset, previous=manifest(first), engine=split)
    assert second.state.files[0] == first.state.files[0]
    assert second.state.files[1] != first.state.files[1]
    assert second.state.files[2] == first.state.files[2]
    assert sorted(row[0] for row in second.rows) == [1, 2, 3, 5, 6]
    assert bench.load(dataset, engine=Engine(split_above=100)).state.files[0].year is None


def test_rows_in_a_wild_order_are_laid_down_by_date(bench: Workbench) -> None:
    count, step = 700_000, 7919
    days = (
        f"20{10 + number % 10}-{1 + number % 12:02}-{1 + number % 28:02}" for number in range(0, count * step, step)
    )
    bench.write(
        "o.csv", "id,day\n" + "".join(f"{number},{day}\n" for number, day in enumerate(days)) + "x,2020-01-01\n"
    )
    loaded = bench.load(DATASET)
    dates = [row[1] for row in loaded.rows]
    assert dates == sorted(dates)
    assert len(dates) == count
    assert loaded.places == [("o.csv", count + 2)]


def test_all_problems_of_all_datasets_are_told_at_once(bench: Workbench) -> None:
    source = bench.source(DATASET + "  \n").datasets["orders"]
    bench.write("o.csv", "id,dya\n1,2024-01-01\n")
    bench.write("p.csv", "idd,day\n1,2024-01-01\n")
    model = bench.source(DATASET)
    both = model.model_copy(update={"datasets": {"o": source, "p": source.model_copy(update={"path": "p.csv"})}})
    with pytest.raises(ContractError) as caught:
        load({"erp": both}, bench.folder, bench.var)
    assert "'dya'" in str(caught.value)
    assert "'idd'" in str(caught.value)
    third = {"q": source.model_copy(update={"path": "q.csv"})}
    with pytest.raises(SourceError) as mixed:
        load({"erp": both, "crm": model.model_copy(update={"datasets": third})}, bench.folder, bench.var)
    assert "'dya'" in str(mixed.value)
    assert "source 'crm', dataset 'q': no file matches" in str(mixed.value)


def test_a_dataset_name_belongs_to_one_source(bench: Workbench) -> None:
    model = bench.source(DATASET)
    with pytest.raises(SourceError, match="dataset 'orders' stands in source 'a' and in source 'b'"):
        load({"a": model, "b": model}, bench.folder, bench.var)


def test_progress_is_told(bench: Workbench) -> None:
    bench.write("o.csv", TEXT)
    told: list[tuple[str, float]] = []
    load({"erp": bench.source(DATASET)}, bench.folder, bench.var, None, lambda step, share: told.append((step, share)))
    assert told == [("Loading orders", 0.0), ("Loaded", 1.0)]


def test_no_work_is_left_behind(bench: Workbench) -> None:
    bench.write("o.csv", TEXT.replace("\n", "\r\n", 2))
    bench.load(DATASET)
    with pytest.raises(ContractError):
        bench.load(DATASET.replace("day: date", "dayy: date").replace("cursor: day", ""))
    left = [path for path in bench.var.rglob("*") if path.is_file()]
    assert [path.suffix for path in left] == [".duckdb"]


def test_a_setting_from_the_environment() -> None:
    settings = SqlSettings(url="postgresql://u:${PW}@${HOST}/x")
    resolved = resolve("erp", settings, {"PW": "geheim", "HOST": "db"})
    assert resolved.url == "postgresql://u:geheim@db/x"
    with pytest.raises(SourceError, match="source 'erp': the environment variable HOST, PW is not set"):
        resolve("erp", settings, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("title: x\n", "the field 'connector' is missing"),
        ("connector: file\n", "'file' is no kind of source .*did you mean 'files'"),
        ("connector: files\ndatasets: {}\n", "datasets"),
        ("connector: sql\nsettings: {}\ndatasets: {a: {table: b, columns: {c: text}}}\n", "the field 'url' is missing"),
        ("connector: sql\nsettings: {url: x}\ndatasets: {a: {columns: {c: text}}}\n", "say either `table` or `query`"),
    ],
)
def test_a_source_that_cannot_be_meant(bench: Workbench, text: str, words: str) -> None:
    from connectors.registry import read_source
    from data.documents import Problems, read

    path = bench.folder / "sources" / "crm.yaml"
    path.write_text(text, encoding="utf-8")
    problems = Problems()
    document = read(path, bench.folder, problems)
    assert document is not None
    assert read_source(document, problems) is None
    with pytest.raises(DefinitionError, match=words):
        problems.raise_if_any()
