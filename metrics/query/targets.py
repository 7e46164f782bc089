"""Targets of groups, for what rests on them: a group has a target where it is a whole unit, and only there."""

from dataclasses import replace

import numpy as np
from sqlglot import exp

from metrics.engines.duck import Engine
from metrics.language.refusals import Refusal
from metrics.query.axes import UNIT
from metrics.query.groups import Groups, Member
from metrics.query.plan import Plan
from metrics.query.question import Sight
from metrics.states.measures import measures_of
from metrics.states.scan import read_states
from metrics.time.grid import Floats, Grid, Window
from metrics.values.targets import TargetBook


class GroupTargets:
    """Answers what the target of a metric is for each group, (groups and cells, periods); NaN = none."""

    def __init__(self, engine: Engine, sight: Sight, plan: Plan, groups: Groups, grid: Grid) -> None:
        self.engine, self.sight, self.plan, self.groups, self.grid = engine, sight, plan, groups, grid

    def __call__(self, key: str, window: Window) -> Floats:
        """See the class. Raises `QueryError` where groups are no units."""
        self._check(key)
        frame = replace(self.plan.frame, tree=self.sight.tree)
        catalog = self.sight.catalog
        states = read_states(self.engine, catalog, measures_of(catalog, [key]), frame)
        values = TargetBook(catalog, states).target(key, window)
        rows = {unit: row for row, unit in enumerate(states.grid.units)}
        index = {name: row for row, name in enumerate(self.grid.units)}
        out = np.full(self.grid.shape, np.nan)
        low = max(self.grid.first, states.grid.first)
        for members, name in self.groups.keys.items():
            unit = self._unit(members)
            if unit is not None:
                out[index[name], low - self.grid.first :] = values[rows[unit], low - states.grid.first :]
        return out

    def _check(self, key: str) -> None:
        plan = self.plan
        cut = bool(plan.cut.axes or plan.conditions.rows)
        picked = len(plan.conditions.units) > (0 if plan.cut.axes or plan.axes else 1)
        several = plan.scope is not None and not plan.axes and not plan.conditions.units
        if self.sight.tree is None or cut or picked or several or (plan.conditions.units and self._named() is None):
            message = f"'{', '.join(plan.query.metrics)}' rests on the target of {key}, which whole units have"
            raise Refusal("F106", message, "ask for one unit (`unit = 'east'`), or by units, without other conditions")

    def _named(self) -> str | None:
        """The unit that the one condition names."""
        (tree,) = self.plan.conditions.units
        if isinstance(tree, exp.EQ) and isinstance(tree.this, exp.Column) and not tree.this.table:
            return str(tree.expression.this)
        return None

    def _unit(self, members: tuple[Member, ...]) -> str | None:
        """The unit that a group is the whole of; None for rows that are booked to a unit with others below it."""
        tree = self.sight.tree
        assert tree is not None
        if self.plan.conditions.units:
            return self._named()
        if not members:
            return tree.root
        told = [str(one) for one in members if one is not None]
        levels = tree.levels
        lowest = max(told, key=lambda key: levels.index(tree.units[key].level)) if told else None
        own = any(axis.kind == UNIT for axis in self.plan.axes)
        parents = {membership.parent for unit in tree.units.values() for membership in unit.memberships}
        return None if own and lowest in parents else lowest
