"""What the measures of strategy execution must give in December 2025, reckoned by hand from tests/fixtures/library."""

EXECUTION: dict[str, float] = {
    "objectives_on_target": 0.6,  # three of five; the one without a judgement counts as not met
    "objectives_judged": 5,
    # Initiatives: finished on the 5th (due the 10th) and the 20th (due 30 November); three run, one past its day.
    "initiatives_on_time": 0.5,
    "initiatives_overdue": 0.333333333333,
    "initiatives_running": 3,
    "initiatives_with_owner": 0.666666666667,
    "initiative_slip": 10,  # (0 + 20) / 2
    "initiative_cost": 200,  # 100 + 100
    "initiative_opportunity_cost": 400,  # 8 * 25 + 4 * 50
    "initiative_full_cost": 600,
    "opportunity_cost_share": 0.666666666667,  # 400 / 600
    "initiative_cost_12m": 600,  # 400 + 200; the 999 are of December 2024
    "benefits_realised": 760,  # 400 + 360
    "benefits_realised_12m": 900,  # 140 + 760
    "initiative_roi": 0.5,  # (900 - 600) / 600
    "benefit_realisation": 0.95,  # 760 / 800
    "cost_savings": 400,
    # Milestones due in December: the 5th (reached the 4th), the 10th (the 14th), the 20th (open). Reached in December
    # also one of November, 6 days late, and one of January, early.
    "milestones_on_time": 0.333333333333,
    "milestone_delay": 2.5,  # (0 + 4 + 6 + 0) / 4
    "milestones_reached": 4,
    "milestones_due": 3,
    "milestone_speed": 1.33333333333,  # 4 / 3
    "milestones_overdue": 1,
    "actions_on_time": 0.333333333333,  # one of three due
    "actions_overdue": 0.5,  # one of two open
    "actions_effective": 0.666666666667,  # two of three closed
    "decision_lead_time": 7,  # of 3, 10, 7 days
    "decisions_in_time": 0.5,  # two of four
    "decisions_waiting": 1,
    "check_in_discipline": 0.5,  # two of four
    "missed_check_ins": 0.25,
    "review_attendance": 0.8,
    "stakeholder_contacts_held": 0.75,
    "stakeholder_support": 0.666666666667,  # (1 - 1 + 2) / 3
    "resource_utilisation": 0.9,  # 360 / 400
    "over_allocation": 0.1,  # 40 / 400; the 80 spare hours of the other team do not offset
    "strategic_time_share": 0.15,  # 60 / 400
    "strategy_awareness": 0.5,  # one of two who answered that question
}
