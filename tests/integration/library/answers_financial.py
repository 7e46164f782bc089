"""What the financial measures must give in December 2025, reckoned by hand from tests/fixtures/library."""

# The ledger by month. North: revenue 1,000 in 2024, 1,100 in 2025 and 1,300 in December; cost of sales 600, then 660;
# operating 200; depreciation 50. South: revenue 500, cost of sales 300, operating 100.
FINANCIAL: dict[str, float] = {
    "revenue": 1800,  # 1300 + 500
    "revenue_12m": 19400,  # 11 * 1100 + 1300 + 12 * 500
    "revenue_growth": 0.2,  # 1800 against 1000 + 500
    "revenue_to_budget": 1.125,  # 1800 / 1600
    "budget_revenue": 1600,  # 1200 + 400
    "cost_of_sales": 960,  # 660 + 300
    "cost_of_sales_12m": 11520,  # 12 * 960
    "gross_profit": 840,  # 1800 - 960
    "gross_margin": 0.466666666667,  # 840 / 1800 = 7 / 15
    "operating_costs": 350,  # 200 + 50 + 100: depreciation is inside
    "operating_cost_ratio": 0.194444444444,  # 350 / 1800 = 7 / 36
    "operating_cost_to_budget": 0.875,  # 350 / 400
    "budget_operating_costs": 400,  # 300 + 100
    "operating_profit": 490,  # 1800 - 960 - 350
    "operating_margin": 0.272222222222,  # 490 / 1800 = 49 / 180
    "depreciation": 50,
    "ebitda_margin": 0.3,  # (490 + 50) / 1800
    "operating_profit_12m": 3680,  # 19400 - 11520 - 12 * 350
    "capital_employed_mean": 8400,  # equity 6300 + debt 2100
    "capital_employed_mean_12m": 7300,  # (11 * (5700 + 1500) + 8400) / 12 = 87600 / 12
    "return_on_capital_employed": 0.504109589041,  # 3680 / 7300 = 184 / 365
    "receivables": 2425,
    "days_sales_outstanding": 45.625,  # 2425 / 19400 = 1 / 8 of 365
    "inventory_value": 1920,
    "days_inventory": 60.8333333333,  # 1920 / 11520 = 1 / 6 of 365
    "payables": 720,
    "days_payables": 22.8125,  # 720 / 11520 = 1 / 16 of 365
    "cash_conversion_cycle": 83.6458333333,  # 60.8333 + 45.625 - 22.8125
    "current_ratio": 3,  # (2425 + 1920 + 155) / (720 + 780) = 4500 / 1500
    "debt_to_equity": 0.333333333333,  # 2100 / 6300
    "operating_cash_flow": 600,  # 900 - 300; the loan of 1000 is financing
    "capital_spending": 150,  # 200 - 50
    "free_cash_flow": 450,  # 600 - 150
    "capital_spending_ratio": 0.0833333333333,  # 150 / 1800
    # Open at the end of December: 250 since 20 December due, 750 due in January.
    "overdue_receivables": 0.25,  # 250 / 1000
    "invoices_paid_in_time": 0.5,  # paid in December: 1st on its day, 15th ten days late
    "days_to_pay": 37.5,  # (100 * 30 + 300 * 40) / 400
    "forecast_accuracy": 0.733333333333,  # 1 - 40 / 150
    "forecast_error": 40,  # |100 - 80| + |50 - 70|
    "forecast_actual": 150,  # 80 + 70
    "revenue_per_employee": 3581.53846154,  # 19400 / (65 / 12), see people
    "order_intake": 800,  # 250 + 50 + 300 + 200; the 999 were cancelled
    "order_intake_growth": 1,  # 800 against 400
    "book_to_bill": 0.444444444444,  # 800 / 1800
    "monthly_recurring_revenue": 350,  # 100 + 150 + 40 + 60; B's 50 ended on the 10th
    "recurring_revenue_per_customer": 116.666666667,  # 350 / 3: A twice, C, D
}
