"""Something large that never changes, as a key: equal to itself alone, and held while the key is."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """`one` as a key; no other thing, however like it, is the same."""

    __slots__ = ("one",)

    def __init__(self, one: T) -> None:
        self.one = one

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.one is self.one

    def __hash__(self) -> int:
        return id(self.one)
