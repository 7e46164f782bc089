"""How we are doing: definitions, compiler, states, values, scoring."""
