"""Ready definitions: common measures with their formula over named tables, bound to a workspace's own tables."""
