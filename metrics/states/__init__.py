"""What facts leave behind: one scan per table and time role, mergeable into every window and level."""
