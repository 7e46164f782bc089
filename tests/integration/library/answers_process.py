"""What the process measures must give in December 2025, reckoned by hand from tests/fixtures/library."""

PROCESS: dict[str, float] = {
    "order_cycle_time": 6,  # of 4, 6, 6, 8 days
    "order_cycle_time_p90": 7.4,  # 0.9 of the way through three steps is 2.7: 6 + 0.7 * 2
    "order_backlog_overdue": 0.5,  # two open, one promised for the 20th
    "dispatch_on_time": 0.75,  # one left a day after the promise
    "freight_cost_share": 0.04,  # 40 / 1000
    # Production in December: 20 + 5 + 15 units.
    "units_made": 40,
    "first_pass_yield": 0.9,  # (19 + 3 + 14) / 40
    "scrap_rate": 0.02,  # (10 + 5 + 1) / 800
    "rework_share": 0.1,  # (5 + 4 + 1) / 100
    "hours_per_unit": 2.5,  # 100 / 40
    "cycle_efficiency_gain": -0.166666666667,  # 2.5 against 30 / 10
    "production_lead_time": 3,  # of 3, 7, 2 days
    "schedule_adherence": 0.666666666667,  # two of three
    "machine_availability": 0.8,  # 800 / 1000
    "machine_performance": 0.85,  # (360 + 320) / 800
    "machine_quality": 0.95,  # 190 / 200
    "overall_equipment_effectiveness": 0.646,  # 646 / 1000, as 0.8 * 0.85 * 0.95
    "supplier_on_time": 0.75,  # one of four came a day late
    "supplier_defect_rate": 0.02,  # 4 / 200
    "stockout_rate": 0.2,  # one of five
    "inventory_mean": 1920,
    "inventory_mean_12m": 1040,  # (11 * 960 + 1920) / 12
    "inventory_turnover": 11.0769230769,  # 11520 / 1040 = 144 / 13
    # Three pieces of work done after 10, 8 and 14 days; three open, of which two begun and one overdue.
    "wip_items": 2,
    "throughput": 3,
    "work_lead_time": 10,
    "flow_efficiency": 0.1,  # 20 / 200
    "work_overdue_share": 0.333333333333,
    "resolution_time": 10,  # of 4, 24, 10 hours
    "ticket_backlog": 1,
    "time_to_restore": 6,  # of 2, 6, 24 hours
    "incident_count": 4,
    "deployment_count": 4,
    "change_failure_rate": 0.25,
    "change_lead_time": 2.5,  # of 1, 2, 3, 10 hours: between 2 and 3
    "energy_used": 160,
    "energy_per_unit": 4,  # 160 / 40
    "emissions": 45,
    "emission_intensity": 0.025,  # 45 / 1800
    "ideas_submitted": 4,
    "ideas_per_hundred": 100,  # 4 / 4 people * 100
    "ideas_implemented_share": 0.25,
    "idea_answer_time": 3,  # (4 + 2) / 2
}
