"""What is remembered between runs lies below every scope, or is kept by it: every cache there is, found by walking.

Two people of different scope who open the same page in turn, in either order, see what each sees alone.
"""

import ast
import functools
import gc
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from access.roles import BUILT_IN
from access.viewer import Grant, Viewer
from flows.remembered import Remembered
from pages import screens
from strategy import glance
from tests.e2e.test_roles import markup
from tests.looking import NOW
from views.desk import Desk
from views.entry import open_desk

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("access", "connectors", "data", "flows", "metrics", "pages", "strategy", "views")
CODE = "what the program itself holds: files of the code, found modules, no company's facts"
TEXT = "a function of the text or the numbers handed in"
FILES = "what files of the workspace say, by folder and stamps; who may ask is asked before"
SCOPE = "kept by scope: what the viewer sees of units, perspectives and metrics is a part of the key"
BELOW = "the whole snapshot or plan, below every scope; the desk asks the policy for each read of it"
CACHES: Mapping[str, str] = {
    "connectors.formats.": CODE,
    "connectors.registry.": CODE,
    "data.away.": CODE,
    "data.organisation.Tree._cache": BELOW,
    "data.plainly.": TEXT,
    "data.weeks.": TEXT,
    "flows.agenda.": CODE,
    "flows.drafts.": FILES,
    "flows.elsewhere.": CODE,
    "flows.increment.": CODE,
    "flows.lens.": SCOPE,
    "flows.lint.doubles.": TEXT,
    "flows.opened.": BELOW,
    "flows.plan_in_force.": BELOW,
    "flows.remembered.": BELOW,
    "flows.replay.": CODE,
    "flows.tick.": CODE,
    "flows.veil.": SCOPE,
    "metrics.": TEXT,
    "pages.": CODE,
    "strategy.glance._answers": SCOPE,
    "strategy.rooms.": CODE,
    "views.desk._problems": FILES,
    "views.draw.html.": TEXT,
    "views.draw.library.": TEXT,
    "views.draw.marks.": TEXT,
    "views.draw.style.": CODE,
    "views.entry._known": BELOW,
    "views.entry._state": "the engine on a state database, by its address",
    "views.library.": CODE,
    "views.place.": TEXT,
    "views.reading.": TEXT,
    "views.review._table": "an agenda by snapshot, unit, day, newest deed; who may not see the unit is refused before",
    "views.waiting.": CODE,
}
KEEPS = {"cache", "lru_cache", "cache_data", "cache_resource", "cached"}
VARIABLE = re.compile(r"dict|set|list|OrderedDict|defaultdict|WeakKeyDictionary|WeakValueDictionary|deque")


def caches() -> Iterator[str]:
    """Each function that remembers, and each variable of a module that begins empty and is filled."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "demo" in path.parts or "migrations" in path.parts or "starter" in path.parts:
                continue
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
                if isinstance(node, ast.FunctionDef) and any(_name(one) in KEEPS for one in decorators):
                    yield f"{module}.{node.name}"
            for statement in tree.body:
                value = getattr(statement, "value", None)
                if isinstance(statement, ast.Assign | ast.AnnAssign) and _begins_empty(value):
                    target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
                    yield f"{module}.{ast.unparse(target)}"


def _name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _begins_empty(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Dict):
        return not value.keys
    if isinstance(value, ast.List | ast.Set):
        return not value.elts
    return isinstance(value, ast.Call) and not value.args and bool(VARIABLE.fullmatch(ast.unparse(value.func)))


REGISTRIES = {
    "strategy.commands.COMMANDS",
    "flows.lint.finding.RULES",
    "flows.strategy_lint.finding.RULES",
    "flows.testing.outcome.CHECKS",
}


def test_every_cache_is_below_scope_or_kept_by_it() -> None:
    found = sorted(set(caches()))
    assert len(found) > 20, "the walk finds too little"
    new = [one for one in found if one not in REGISTRIES and not any(one.startswith(known) for known in CACHES)]
    assert not new, "a new cache: say in CACHES why nobody sees by it what is not his"


def test_the_framework_s_own_caches_are_not_used() -> None:
    """They are shared by all people, and hash large frames by a sample."""
    using = [
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]
        if "st.cache_" in path.read_text(encoding="utf-8")
    ]
    assert not using


# -- two people, one page, in turn


def draw(path: str) -> None:
    """A page as app.py draws it; Streamlit runs this function's source on its own, hence the imports inside."""
    from pages import screens as every
    from pages.parts import way
    from tests.looking import NOW as NOW_LOOKING

    way.announce({}, path)
    next(one for one in every() if one.page.path == path).render(NOW_LOOKING[-1])


def seen(desk: Desk, path: str) -> str:
    """What somebody sees on a page; or that it is not open to him."""
    if not desk.may(next(one for one in screens() if one.page.path == path).page.needs):
        return "not open"
    NOW.append(desk)
    test = AppTest.from_function(draw, args=(path,), default_timeout=60).run()
    NOW.clear()
    assert not test.exception, [error.message for error in test.exception]
    choices = [f"{one.label}: {one.options}" for one in test.selectbox]
    return "\n".join([markup(test), *choices])


def remembering() -> list[Any]:
    """Every function of the app that remembers what lies in a snapshot or a state; not what is a function of text."""
    found = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
    kept = ("flows.lens", "flows.plan_in_force", "flows.veil", "views.review")
    return [one for one in found if str(one.__module__).startswith(kept)]


def forget(desk: Desk) -> None:
    """As if the process had just begun."""
    for one in remembering():
        one.cache_clear()
    for kept in ("_remembered", "_made"):
        object.__setattr__(desk.opened.all, kept, Remembered())
    glance._answers.clear()


@pytest.fixture(scope="module")
def anybody(demo: Path) -> Desk:
    """A desk on the demo, from which those of others are made."""
    return open_desk(demo, "clara_winther")


PEOPLE = ("mira_solberg", "jonas_brandt", "henrik_maas", "ines_moreau", "someone_new")
PERSPECTIVES = (None, None, ("financial",), ("customer", "people"))
UNITS = ("velora", "commercial", "operations", "corporate", "service", "logistics", "people", "finance")


@st.composite
def viewers(draw_one: st.DrawFn) -> Viewer:
    """Somebody with roles over some units, in all perspectives or in some."""
    grants = draw_one(
        st.lists(
            st.builds(
                Grant, st.sampled_from(list(BUILT_IN)), st.tuples(st.sampled_from(UNITS)), st.sampled_from(PERSPECTIVES)
            ),
            min_size=1,
            max_size=2,
        )
    )
    return Viewer(draw_one(st.sampled_from(PEOPLE)), "Somebody", "", tuple(grants))


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # to shrink takes minutes
@given(first=viewers(), second=viewers(), path=st.sampled_from([one.page.path for one in screens()]))
def test_two_people_in_turn_see_what_each_sees_alone(anybody: Desk, first: Viewer, second: Viewer, path: str) -> None:
    one, two = (Desk(who, anybody.opened, anybody.policy, anybody.folder, anybody.state) for who in (first, second))
    forget(anybody)
    one_alone, two_after = seen(one, path), seen(two, path)
    forget(anybody)
    two_alone, one_after = seen(two, path), seen(one, path)
    assert one_after == one_alone
    assert two_after == two_alone
