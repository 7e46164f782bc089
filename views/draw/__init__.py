"""How a view looks: HTML, SVG and figures from the dataclasses of views. No Streamlit, no figures of its own."""
