"""Everything is escaped unless it was built by the builder; addresses survive the way there and back."""

from hypothesis import given
from hypothesis import strategies as st

from views.draw.html import Markup, div, join, link, span, tag, text
from views.place import Place, place_of


def test_text_and_attributes_are_escaped() -> None:
    made = tag("a", "<b>&", title='"><script>', href="x?a=1&b=2")
    assert made == '<a title="&quot;&gt;&lt;script&gt;" href="x?a=1&amp;b=2">&lt;b&gt;&amp;</a>'


def test_markup_passes_and_nothing_else_does() -> None:
    inner = span("x", "<")
    assert isinstance(inner, Markup)
    assert div("y", inner, ["<", inner]) == (
        '<div class="y"><span class="x">&lt;</span>&lt;<span class="x">&lt;</span></div>'
    )
    assert join(["<", inner], ", ") == '&lt;, <span class="x">&lt;</span>'
    assert text(None) == ""


def test_none_and_false_leave_an_attribute_out_and_true_has_no_value() -> None:
    assert tag("i", a=None, b=False, c=True, data_go=1, class_="z") == '<i c data-go="1" class="z"></i>'
    assert tag("path", d="M0 0") == '<path d="M0 0"/>'


def test_a_link_is_a_real_address_and_a_click_without_reload() -> None:
    assert link("metric?metric=a", "A") == '<a href="metric?metric=a" data-go>A</a>'


@given(
    st.sampled_from(["metric", "map"]),
    st.dictionaries(st.sampled_from(["unit", "period", "member"]), st.text(min_size=1)),
)
def test_places_survive_their_address(page: str, query: dict[str, str]) -> None:
    place = Place(page, query)
    back = place_of(place.href)
    assert (back.page, dict(back.query)) == (page, query)


def test_an_address_from_elsewhere_names_a_page_only_by_its_last_part() -> None:
    assert place_of("https://evil.example/x/metric?unit=a").page == "metric"
    assert place_of("javascript:alert(1)").page == "alert(1)"  # no such page: it is not followed
    assert Place("map").with_(objective="a", unit=None).href == "map?objective=a"
