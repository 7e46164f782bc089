"""What a file asks the lint to pass over, and why."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

STRICT = ConfigDict(extra="forbid", frozen=True)
Reason = Annotated[str, Field(min_length=3, description="why the rule does not hold here")]


class Lint(BaseModel):
    """`lint: {ignore: {no_target: "a building block of the board's report"}}`: rules that do not hold here, and why."""

    model_config = STRICT
    ignore: dict[str, Reason] = {}


class WorkspaceLint(BaseModel):
    """The same for a whole workspace: a rule with one reason, or with a reason for each key that it passes over."""

    model_config = STRICT
    ignore: dict[str, Reason | dict[str, Reason]] = {}
