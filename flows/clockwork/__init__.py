"""What waits for time: each file here watches one kind of thing, and is found by walking.

A file says with `begun(world)` which commands are due by themselves, and with `late(world)` what has waited for how
long; the clocks of the governance say when that moves up a level.
"""
