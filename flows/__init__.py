"""What joins rooms: assembling a workspace, refreshing it, the door for commands."""
