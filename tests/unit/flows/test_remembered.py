"""Answers of a value table are kept by what was asked, and never more of them than there is room for."""

from flows.remembered import Remembered


def test_the_same_question_is_read_once_and_each_caller_has_a_list_of_his_own() -> None:
    asked: list[str] = []

    def read() -> list[int]:
        asked.append("read")
        return [1, 2]

    kept = Remembered()
    first = kept.get(("revenue", "east"), read)
    first.append(3)
    assert kept.get(("revenue", "east"), read) == [1, 2]
    assert kept.get(("revenue", "west"), lambda: [9]) == [9]
    assert asked == ["read"]


def test_what_was_not_asked_for_longest_makes_room() -> None:
    kept = Remembered(most=4)
    for name in ("a", "b"):
        kept.get(name, lambda: [1, 2])
    kept.get("a", lambda: ["read again"])
    kept.get("c", lambda: [1, 2])
    assert kept.get("a", lambda: ["read again"]) == [1, 2]
    assert kept.get("b", lambda: ["read again"]) == ["read again"]
    assert kept.get("too much", lambda: list(range(5))) == list(range(5))
    assert kept.get("too much", lambda: [0]) == [0], "an answer larger than all the room is not kept"
