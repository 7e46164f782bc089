"""What the customer measures must give in December 2025, reckoned by hand from tests/fixtures/library."""

CUSTOMER: dict[str, float] = {
    # Orders of December: O4 (two lines), O5, O6 cancelled, O7; customers A, C, D, B.
    "order_count": 3,  # O4, O5, O7
    "order_value": 266.666666667,  # 800 / 3
    "order_cancellation_rate": 0.25,  # O6 of four
    "active_customers": 3,  # A, C, B; D only cancelled
    "new_customers": 1,  # C; A ordered in 2024, B in October
    "repeat_customer_share": 0.666666666667,  # (3 - 1) / 3
    "order_intake_3m": 1300,  # 200 + 300 + 800
    "new_product_share": 0.5625,  # (250 + 200) / 800
    "acquisition_cost": 500,  # 500 / 1
    "marketing_spend": 500,  # 300 + 200
    # Contracts: four run at the end, one began and one ended in December, so four ran at its start.
    "contracts_open": 4,
    "contracts_started": 1,
    "contracts_ended": 1,
    "contract_churn": 0.25,  # 1 / (4 - 1 + 1)
    "recurring_revenue_started": 40,
    "recurring_revenue_ended": 50,
    "contract_value_churn": 0.138888888889,  # 50 / (350 - 40 + 50) = 5 / 36
    "pipeline_value": 580,  # 1000 * 0.5 + 200 * 0.4
    "pipeline_coverage": 0.446153846154,  # 580 / 1300
    "win_rate": 0.75,  # three of four decided
    "sales_cycle": 50,  # of 70, 30 and 50 days
    "lead_qualification_rate": 0.4,  # two of five
    "lead_response_in_a_day": 0.6,  # 0, 1 and 0 days; one took two, one got none
    "web_conversion": 0.2,  # one of five
    "trial_conversion": 0.25,  # A tried on the 1st and the 4th and bought on the 5th; X and Y never did
    # Deliveries of December: the 5th (in time), 8th (2 days late), 9th (in time, incomplete, returned), 12th (damaged).
    "on_time_delivery": 0.75,
    "on_time_in_full": 0.5,
    "perfect_order_rate": 0.25,
    "return_rate": 0.3,  # 300 / (100 + 200 + 300 + 400)
    "first_response_time": 4,  # (1 + 3 + 8) / 3
    "first_contact_resolution": 0.333333333333,
    "ticket_reopen_rate": 0.333333333333,
    "ticket_count": 4,
    "contacts_per_order": 133.333333333,  # 4 / 3 * 100
    "service_satisfaction": 4,  # (5 + 3) / 2
    "net_promoter_score": 25,  # 10 and 9 for, 7 neither, 3 against: (2 - 1) / 4
    "net_promoter_score_trend": 25,  # September: 9 for, 6 against = 0
    "satisfied_customers": 0.75,  # 5, 4, 5 of 5, 4, 3, 5
    "customer_effort": 5,  # (7 + 6 + 5 + 2) / 4
    "feedback_count": 5,
    "negative_feedback_share": 0.6,  # three of five
    "feedback_themes": 2,  # price, delivery
    "complaint_count": 2,
    "complaint_rate": 66.6666666667,  # 2 / 3 * 100
    "complaint_resolution_time": 12,  # (20 + 4) / 2
    "market_share": 0.25,  # (30 + 20) / 200
    "market_share_change": 0.05,  # against 40 / 200
    "relative_market_share": 0.833333333333,  # 50 / 60
    "market_position": 1,  # second in one segment, first in the other
}
