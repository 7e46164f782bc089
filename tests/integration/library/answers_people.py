"""What the people measures must give for the company in December 2025, reckoned by hand from tests/fixtures/library."""

# People at the ends of the twelve months: three all year, and 6 + 9 + 3 + 11 months of others: 36 + 29 = 65.
# Four at the end of December. Left in the year: one in July, two in December.
PEOPLE: dict[str, float] = {
    "headcount": 4,
    "headcount_mean": 4,
    "headcount_mean_12m": 5.41666666667,  # 65 / 12
    "full_time_equivalents": 3.25,  # 1 + 0.5 + 0.75 + 1
    "leavers": 2,
    "leavers_12m": 3,
    "staff_turnover": 0.553846153846,  # 3 / (65 / 12) = 36 / 65
    "voluntary_leavers": 1,
    "voluntary_leavers_12m": 2,
    "voluntary_turnover": 0.369230769231,  # 24 / 65
    "regretted_leavers": 1,
    "regretted_leavers_12m": 2,
    "regretted_leaver_share": 0.666666666667,  # 2 / 3
    "early_leaver_share": 0.5,  # one of two
    "women_in_management": 0.666666666667,  # two of three
    "absence_rate": 0.05,  # 15 / 300
    "overtime_rate": 0.02,  # 6 / 300
    "hours_worked": 280,
    "lost_time_injuries": 1,  # the other accident lost no day
    "lost_time_injury_rate": 3571.42857143,  # 1 / 280 * 1,000,000
    "near_miss_reports": 3,
    "training_hours_total": 12,
    "training_hours_per_employee": 3,  # 12 / 4
    "training_cost": 400,
    "training_cost_per_employee": 100,  # 400 / 4
    "skill_coverage": 0.666666666667,  # 4 of 3 and 3 of 3, not 2 of 4
    "skill_grade": 3,  # (4 + 2 + 3) / 3
    "skill_growth": 0.5,  # 3 - (3 + 2) / 2
    "skill_gap": 0.2,  # 2 / (3 + 4 + 3)
    "valid_certificates": 0.5,  # two on their last or a later day, for four people
    "engagement": 72,  # (80 + 60 + 76) / 3
    "engagement_change": -3,  # September: 75
    "employer_promoter_score": 33.3333333333,  # 10 and 9 for, 5 against: (2 - 1) / 3
    "survey_participation": 0.75,
    "change_support": 3,  # (4 + 2 + 3) / 3
    "time_to_fill": 40,  # of 30, 70, 40 days
    "vacancies_open": 2,
    "vacancy_rate": 0.333333333333,  # 2 / (2 + 4)
    "internal_hire_share": 0.666666666667,
    "offer_acceptance": 0.75,
}
