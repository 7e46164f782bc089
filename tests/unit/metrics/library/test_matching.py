"""Which column is meant: by name, by another name, by declared words; and open where two would do."""

from metrics.library.entry import RoleTable
from metrics.library.matching import Match, Offered, match, named_like

ROLE = RoleTable.model_validate(
    {
        "key": "shipments",
        "row": "one delivery to a customer",
        "time": "delivered_on",
        "also": ["parcels"],
        "columns": {
            "delivered_on": {"type": "date", "meaning": "the day it reached the customer", "also": ["arrived_on"]},
            "promised_on": {"type": "date", "meaning": "the day that was promised"},
            "amount": {"type": "number", "meaning": "what it was worth", "also": ["value"]},
            "is_lost": {"type": "boolean", "meaning": "it never arrived", "words": ["lost"]},
        },
    }
)


def found(*needed: str, given: dict[str, str] | None = None, time: str | None = None, **types: str) -> Match:
    words = {"state": ("lost", "kept")} if "state" in types else {}
    return match(ROLE, needed, Offered("sent", types, words, time), given or {})


def test_a_column_of_the_same_name_and_type_is_meant() -> None:
    assert found("amount", amount="decimal").columns == {"amount": "amount"}
    assert found("amount", amount="text").missing == ("amount",)


def test_a_name_is_the_same_whatever_tells_its_type() -> None:
    for own in ("delivered_at", "DeliveredOn", "delivered_date", "delivered", "Delivered Day"):
        assert match(ROLE, ["delivered_on"], Offered("sent", {own: "timestamp"}, {}, None), {}).missing == (), own
    assert found("is_lost", lost="boolean").columns == {"is_lost": "lost"}


def test_an_own_name_wins_over_another_one() -> None:
    match_ = found("delivered_on", arrived_on="date", delivered_on="date")
    assert match_.columns == {"delivered_on": "delivered_on"}
    assert found("delivered_on", arrived_at="date", ordered_on="date").columns == {"delivered_on": "arrived_at"}


def test_two_that_would_do_are_not_chosen_from() -> None:
    assert found("delivered_on", delivered_at="date", delivered_day="date").missing == ("delivered_on",)


def test_the_only_day_of_a_table_is_its_time_and_nothing_else() -> None:
    assert found("delivered_on", time="day", day="date").columns == {"delivered_on": "day"}
    assert found("promised_on", time="day", day="date").missing == ("promised_on",)
    assert found("delivered_on", time="day", day="date", other="date").missing == ("delivered_on",)
    assert found("delivered_on", time="day", day="date", unknown="").missing == ("delivered_on",)


def test_one_column_never_stands_for_two() -> None:
    assert found("delivered_on", "promised_on", time="promised", promised="date").missing == ("promised_on",)


def test_a_word_that_the_contract_allows_makes_a_condition() -> None:
    match_ = found("is_lost", state="text")
    assert match_.columns == {"is_lost": "state = 'lost'"}
    assert match_.why == {"is_lost": "by its words"}


def test_what_was_given_counts() -> None:
    match_ = found("amount", given={"amount": "price * pieces"}, amount="decimal")
    assert match_.columns == {"amount": "price * pieces"}


def test_tables_go_by_several_names() -> None:
    assert named_like(ROLE, "Parcels")
    assert not named_like(ROLE, "parcel_shops")
