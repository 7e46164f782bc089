"""Where facts come from: one file a kind of source, found by walking this folder; the contract; loading."""
