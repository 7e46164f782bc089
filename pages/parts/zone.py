"""The time zone of the browser, in which moments are shown."""

from datetime import tzinfo

import streamlit as st

from views.localtime import zone_of


def zone() -> tzinfo:
    """The zone that the browser names; UTC where it names none."""
    return zone_of(st.context.timezone)
