"""Where facts lie: reading a workspace's files, the warehouse, snapshots."""
