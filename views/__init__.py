"""What a screen shows: pure functions to frozen dataclasses, wording, and their drawing. No Streamlit, no SQL."""
