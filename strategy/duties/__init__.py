"""Who answers for what, who decides, who settles a conflict."""
