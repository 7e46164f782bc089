"""Benchmarks: each a module with `run(arguments)` that yields figures, mostly ratios within one run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Remark:
    """What is to be said beside the figures, as that one could not be measured, and why."""

    text: str

    def __str__(self) -> str:
        """The line that is printed, which nobody takes for a figure."""
        return f"remark: {self.text}"


@dataclass(frozen=True)
class Figure:
    """One measured number: what it is, how much, in which unit (`x` for a ratio, `ms`, `s`, `MB`)."""

    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        """The line that is printed: `figure: <name> <value> <unit>`, four significant digits."""
        return f"figure: {self.name} {self.value:.4g} {self.unit}"
