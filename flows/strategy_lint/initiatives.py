"""Rules about initiatives, as far as they are known: what each serves."""

from collections.abc import Iterator

from flows.strategy_lint.finding import Case, Hint, rule


@rule("warning")
def initiative_without_objective(case: Case) -> Iterator[Hint]:
    """An initiative serves an active objective."""
    for key, one in case.workspace.plan.initiatives.items():
        if one.objective not in case.objectives:
            message = f"the objective that it serves ({one.objective}) is not active"
            yield Hint("initiative", key, case.tree.root, one.title, message, "name another objective, or stop it")
