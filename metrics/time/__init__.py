"""The frame of all values: units by base periods, and the windows over them."""
