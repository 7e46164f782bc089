"""Who may: viewers, roles, scope and the policy that joins them. Pure."""
