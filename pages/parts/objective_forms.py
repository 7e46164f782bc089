"""The forms of an objective, each beside what it would change; owns the session keys `goalform.*`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.parts import way
from pages.parts.canvas import canvas
from pages.parts.markdown import plain
from views import objective_deeds as deed
from views import objective_forms as form_view
from views.desk import Desk
from views.draw import objective as draw
from views.objective import ObjectiveView
from views.objective_forms import Chosen, Fields, MetricChoice
from views.objective_preview import preview
from views.picks import Picks
from views.place import place_of
from views.rights import FourfoldError, Refused
from views.wording import sentence


@dataclass(frozen=True)
class Form:
    """A form: what it is called, the icon of its button (none: it is a tab beside `Edit`), its deed, what draws it."""

    title: str
    icon: str
    needs: str
    draw: Callable[[Desk, Picks, ObjectiveView], None]


def form(desk: Desk, picks: Picks, view: ObjectiveView, name: str) -> None:
    """Draw a form of an objective, with tabs to those that edit it, too."""
    tabs = {
        key: "Words" if key == "words" else one.title
        for key, one in FORMS.items()
        if one.needs in view.may and (key == "words" or not one.icon)
    }
    if name in tabs:
        hrefs = {key: picks.to("objectives", objective=view.key, edit=key) for key in tabs}
        canvas(draw.tabs([(hrefs[key], title, key == name) for key, title in tabs.items()]), "formtabs", "goals")
    FORMS[name].draw(desk, picks, view)


def new(desk: Desk, picks: Picks) -> None:
    """The form of a new objective of the picked unit."""
    with st.container(border=True, key="form"):
        fields = _fields(desk, form_view.empty(desk), "new")
        chosen = _metrics(desk, [], "new")
        key = st.session_state.setdefault("goalform.key", deed.fresh("objective"))
        if st.button("Write it down", type="primary", key="goalform.write"):
            there = picks.to("objectives", objective=key)
            _do(lambda: deed.write(desk, picks, fields, key, chosen), "Written down as a draft", there)


def take(desk: Desk, picks: Picks, above: str) -> None:
    """The form in which somebody offers to take a part of an objective above on in the picked unit."""
    left, right = st.columns([1.2, 1], gap="small")
    with left, st.container(border=True, key="form"):
        offer = form_view.taking(desk, picks, above)
        title = st.text_input("What it is called here", offer.title, key=f"goalform.take.{above}", max_chars=200)
        weight = st.number_input("Weight in the score above", value=1.0, min_value=0.0, key="goalform.take.weight")
        chosen = _metrics(desk, offer.chosen, f"take.{above}")
        words = st.text_area("What you say to its owner", key="goalform.take.words", max_chars=2000, height=68)
        key = st.session_state.setdefault("goalform.part.key", deed.fresh("objective"))
        part = deed.Part(picks.unit, desk.viewer.key, title, weight, tuple(chosen), words)
        if st.button("Offer to take it on", type="primary", key="goalform.take"):
            there = picks.to("objectives", objective=key)
            _do(lambda: deed.offer_part(desk, above, key, part), "Offered to the owner above", there)
    with right:
        canvas(draw.preview(preview(desk, picks, key, deed.planned_part(desk, above, part))), "preview", "goals")


def _words(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    left, right = st.columns([1.2, 1], gap="small")
    with left, st.container(border=True, key="form"):
        fields = _fields(desk, form_view.fields_of(desk, view.key), f"{view.key}.{view.version}")
        reason = _reason(view)
        _save(picks, view, lambda: deed.save_fields(desk, view, fields, reason))
    with right:
        if fields.title.strip():
            after = form_view.with_fields(desk, view.key, fields)
            canvas(draw.preview(preview(desk, picks, view.key, after)), "preview", "goals")


def _measures(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    left, right = st.columns([1.2, 1], gap="small")
    with left, st.container(border=True, key="form"):
        chosen = _metrics(desk, form_view.chosen_of(desk, view.key), f"{view.key}.{view.version}")
        month = _since(desk, picks)
        reason = _reason(view)
        measures = form_view.measures_of(desk, chosen)
        _save(picks, view, lambda: deed.save_measures(desk, view, measures, month, reason))
    with right:
        after = form_view.with_measures(desk, view.key, measures, month)
        canvas(draw.preview(preview(desk, picks, view.key, after)), "preview", "goals")


def _cards(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    left, right = st.columns([1.2, 1], gap="small")
    with left, st.container(border=True, key="form"):
        before, titles = form_view.card_weights(desk, view.key), form_view.card_choices(desk)
        weights: dict[str, float | None] = {}
        for name, title in titles.items():
            weights[name] = st.number_input(
                f"Weight on {title}",
                value=before.get(name),
                min_value=0.0,
                placeholder="not on it",
                key=f"goalform.card.{name}.{view.key}.{view.version}",
            )
        month = _since(desk, picks)
        reason = _reason(view)
        changed = {name: weight for name, weight in weights.items() if weight != before.get(name)}
        _save(picks, view, lambda: deed.save_cards(desk, view, changed, month, reason))
    with right:
        fields = form_view.fields_of(desk, view.key)
        cards = form_view.with_cards(desk, view.key, changed, month)
        after = form_view.with_fields(desk, view.key, fields)
        canvas(draw.preview(preview(desk, picks, view.key, after, cards)), "preview", "goals")


def _way(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    with st.container(border=True, key="form"):
        way_there = form_view.way_of(desk, view.key)
        choices = form_view.metric_choices(desk)
        metric = st.selectbox(
            "Metric",
            list(choices),
            index=list(choices).index(way_there.metric),
            format_func=lambda key: choices[key].title,
            key=f"goalform.way.{view.version}",
        )
        spans = form_view.SPANS
        span = st.selectbox("Over", list(spans), index=list(spans).index(way_there.span), format_func=spans.__getitem__)
        one, two = st.columns(2)
        baseline = one.number_input(f"From{_in(choices[metric])}", value=way_there.baseline, key="goalform.from")
        target = two.number_input(f"To{_in(choices[metric])}", value=way_there.target, key="goalform.to")
        start = one.date_input("Starts", value=way_there.start)
        end = two.date_input("Ends", value=way_there.end)
        reason = _reason(view)
        made = form_view.WayFields(metric, span, baseline, target, start, end)
        _save(picks, view, lambda: deed.save_way(desk, view, made, reason))


def _hand_down(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    units = form_view.units_below(desk, view.unit)
    if not units:
        st.write("There is no unit below in which you plan.")
        return
    left, right = st.columns([1.2, 1], gap="small")
    with left, st.container(border=True, key="form"):
        one, two = st.columns(2)
        unit = one.selectbox("To which unit?", list(units), format_func=units.__getitem__, key="goalform.unit")
        people = form_view.people(desk)
        head_of = form_view.head_of(desk, unit)
        owner = two.selectbox(
            "Who would answer for it?",
            list(people),
            index=list(people).index(head_of) if head_of in people else None,
            format_func=people.__getitem__,
            key=f"goalform.receiver.{unit}",
        )
        title = st.text_input("What it is called there", view.title, key=f"goalform.part.{view.key}", max_chars=200)
        weight = st.number_input("Weight in the score of this objective", value=1.0, min_value=0.0, key="goalform.part")
        chosen = _metrics(desk, form_view.chosen_of(desk, view.key), f"part.{view.key}")
        words = st.text_area("What you say to the receiver", key="goalform.offer", max_chars=2000, height=68)
        key = st.session_state.setdefault("goalform.part.key", deed.fresh("objective"))
        part = deed.Part(unit, owner or "", title, weight, tuple(chosen), words)
        if st.button("Offer it", type="primary", key="goalform.hand"):
            there = picks.to("objectives", objective=key)
            _do(lambda: deed.offer_part(desk, view.key, key, part), "Offered", there)
    with right:
        canvas(draw.preview(preview(desk, picks, key, deed.planned_part(desk, view.key, part))), "preview", "goals")


def _offer(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    with st.container(border=True, key="form"):
        weight = st.number_input("Weight in the score above", value=1.0, min_value=0.0, key="goalform.again.weight")
        chosen = _metrics(desk, form_view.chosen_of(desk, view.key), f"again.{view.key}.{view.version}")
        words = st.text_area("What is different", key="goalform.again", max_chars=2000, height=68)
        measures = form_view.measures_of(desk, chosen)
        if st.button("Offer it again", type="primary", key="goalform.offer_again"):
            there = picks.to("objectives", objective=view.key)
            _do(lambda: deed.offer_again(desk, view, weight, measures, words), "Offered again", there)


def _result(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    with st.container(border=True, key="form"):
        title = st.text_input("What is reached by then?", key="goalform.result", max_chars=200)
        choices = form_view.metric_choices(desk)
        metric = st.selectbox(
            "Which metric says it?",
            list(choices),
            index=None,
            placeholder="None: people say it in check-ins",
            format_func=lambda key: choices[key].title,
            key="goalform.result.metric",
        )
        one, two, three = st.columns(3)
        unit = choices[metric].unit if metric else one.text_input("Measured in", "count", key="goalform.result.unit")
        known = form_view.number_now(desk, picks, metric, view.unit) if metric else 0.0
        start = two.number_input(f"From ({unit})", value=known, key=f"goalform.result.from.{metric}")
        target = three.number_input(f"To ({unit})", value=known, key=f"goalform.result.to.{metric}")
        people = form_view.people(desk)
        owner = one.selectbox(
            "Who checks in?", list(people), format_func=people.__getitem__, key="goalform.result.owner"
        )
        weight = two.number_input("Weight", value=1.0, min_value=0.0, key="goalform.result.weight")
        due = three.date_input("Until", value=form_view.fields_of(desk, view.key).end, key="goalform.result.due")
        reason = _reason(view)
        key = st.session_state.setdefault("goalform.result.key", deed.fresh("result"))
        made = deed.Result(title, metric or "", unit, start, target, weight, owner, due)
        _save(picks, view, lambda: deed.add_result(desk, view, key, made, reason), "Add it")


def _weigh(desk: Desk, picks: Picks, view: ObjectiveView) -> None:
    with st.container(border=True, key="form"):
        parts = [part for part in view.parts if not part.words]
        if not parts:
            st.write("Nobody has taken a part of it on yet.")
            return
        weights = {
            part.key: st.number_input(
                f"{part.title}, {part.unit}",
                value=part.weight,
                min_value=0.0,
                key=f"goalform.weigh.{part.key}.{view.version}",
            )
            for part in parts
        }
        month = _since(desk, picks)
        reason = _reason(view)
        _save(picks, view, lambda: deed.weigh(desk, view, weights, reason, month))


FORMS: Mapping[str, Form] = {
    "words": Form("Edit", ":material/edit:", "edit", _words),
    "measures": Form("Measured by", "", "edit", _measures),
    "cards": Form("Scorecards", "", "edit", _cards),
    "way": Form("Way", "", "edit", _way),
    "result": Form("Key result", ":material/add:", "result", _result),
    "part": Form("Hand down", ":material/account_tree:", "hand_down", _hand_down),
    "weigh": Form("Parts", "", "weigh", _weigh),
    "offer": Form("Offer again", ":material/redo:", "offer", _offer),
}


# -- pieces


def _fields(desk: Desk, now: Fields, of: str) -> Fields:
    perspectives, people = desk.workspace.perspectives, form_view.people(desk)
    title = st.text_input("What is to be reached?", now.title, key=f"goalform.title.{of}", max_chars=200)
    says = st.text_area("In a sentence or two", now.description, key=f"goalform.says.{of}", max_chars=2000, height=80)
    one, two = st.columns(2)
    perspective = one.selectbox(
        "Perspective",
        list(perspectives),
        index=list(perspectives).index(now.perspective) if now.perspective in perspectives else 0,
        format_func=perspectives.__getitem__,
        key=f"goalform.perspective.{of}",
    )
    theme = two.text_input("Theme", now.theme, key=f"goalform.theme.{of}", max_chars=120)
    owner = one.selectbox(
        "Who answers for it?",
        list(people),
        index=list(people).index(now.owner) if now.owner in people else None,
        format_func=people.__getitem__,
        key=f"goalform.owner.{of}",
    )
    with two:
        st.space("small")
        priority = st.checkbox("A priority", now.priority, key=f"goalform.priority.{of}")
    start = one.date_input("From", now.start, key=f"goalform.start.{of}")
    end = two.date_input("Until", now.end, key=f"goalform.end.{of}")
    return Fields(title, says, theme, perspective, owner or "", priority, start, end)


def _metrics(desk: Desk, now: Sequence[Chosen], of: str) -> list[Chosen]:
    choices = form_view.metric_choices(desk)
    known = {one.metric: one for one in now}
    picked = st.multiselect(
        "Measured by", list(choices), list(known), format_func=lambda key: choices[key].title, key=f"goalform.by.{of}"
    )
    return [_metric(choices[key], known.get(key) or Chosen(key, 1.0), of) for key in picked]


def _metric(choice: MetricChoice, now: Chosen, of: str) -> Chosen:
    one, two, three = st.columns([1, 1, 1])
    weight = one.number_input(
        f"{choice.title}: weight", value=now.weight, min_value=0.0, key=f"goalform.weight.{choice.key}.{of}"
    )
    goal = red = None
    if choice.takes_goal:
        says = "as the metric has it" if choice.targeted else "needs one"
        goal = two.number_input(
            f"Own goal{_in(choice)}", value=now.goal, placeholder=says, key=f"goalform.goal.{choice.key}.{of}"
        )
        red = three.number_input(
            f"Red flag{_in(choice)}", value=now.red_flag, placeholder=says, key=f"goalform.red.{choice.key}.{of}"
        )
    return Chosen(choice.key, weight, goal, red)


def _in(choice: MetricChoice) -> str:
    return f" ({choice.unit})" if choice.unit not in ("count", "number") else ""


def _since(desk: Desk, picks: Picks) -> str:
    months = form_view.since_choices(desk, picks)
    chosen: str = st.selectbox("It counts from", list(months), format_func=months.__getitem__, key="goalform.since")
    return chosen


def _reason(view: ObjectiveView) -> str:
    if view.state != "active":
        return ""
    return st.text_input("Why, in mid-cycle?", key=f"goalform.reason.{view.key}.{view.version}", max_chars=2000)


def _save(picks: Picks, view: ObjectiveView, save: Callable[[], object], title: str = "Save") -> None:
    with st.container(horizontal=True, gap="small"):
        saved = st.button(title, type="primary", key="goalform.save")
        here = picks.to("objectives", objective=view.key)
        if st.button("Cancel", key="goalform.cancel"):
            way.go_on(place_of(here))
    if saved:
        _do(save, "Saved", here)


def _do(deed_: Callable[[], object], words: str, there: str) -> None:
    try:
        deed_()
    except (FourfoldError, Refused) as error:
        st.error(sentence(str(error)).rstrip(".") + ".")
        return
    for key in [key for key in st.session_state if str(key).startswith("goalform.")]:
        del st.session_state[key]
    st.toast(plain(words))
    way.go_on(place_of(there))
