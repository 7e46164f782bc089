"""What happened at Velora Cycles, as one path a month for each cause; the facts are drawn around these paths."""

from dataclasses import dataclass

import numpy as np

from data.demo.generator.clock import MONTHS, Clock, Floats, ramp, stream

# January to December: bicycles sell in spring.
SEASON = np.array([0.82, 0.88, 1.06, 1.18, 1.20, 1.13, 1.05, 0.99, 0.96, 0.92, 0.88, 0.93])
ABSENCE_SEASON = np.array([0.7, 0.7, 0.4, 0.0, -0.3, -0.4, -0.5, -0.5, -0.2, 0.1, 0.4, 0.5])
# Accidents a month: a steady process (mean 1.2). The last month is high by chance alone.
ACCIDENTS = (1, 2, 1, 0, 1, 3, 1, 1, 0, 2, 1, 1, 2, 0, 1, 2, 1, 1, 3, 0, 1, 1, 2, 1, 0, 2, 1, 1, 2, 1, 0, 1, 3, 1, 2, 1,
             1, 0, 2, 1, 1, 2, 0, 1, 2, 1, 1, 3)  # fmt: skip


@dataclass(frozen=True)
class Story:
    """Monthly paths, each of shape (48,); shares are fractions, times are days or hours as the name says."""

    dealer_demand: Floats
    online_demand: Floats
    service_demand: Floats
    care_online: Floats
    care_dealer: Floats
    care_service: Floats
    new_model: Floats
    unit_cost: Floats
    delay_bikes: Floats
    delay_e_bikes: Floats
    incidents: Floats
    returns: Floats
    repeat_dealer: Floats
    repeat_online: Floats
    repeat_service: Floats
    paid_late: Floats
    response_hours: Floats
    solve_hours: Floats
    delivery_topic: Floats
    satisfaction: Floats
    promoters: Floats
    detractors: Floats
    supplier_defects: Floats
    supplier_late: Floats
    first_pass: Floats
    scrap: Floats
    stock_days: Floats
    warranty: Floats
    express: Floats
    overheads: Floats
    absence: Floats
    engagement: Floats
    certified: Floats
    training_hours: Floats
    ideas: Floats
    regretted: Floats
    accidents: Floats


def tell(clock: Clock, seed: int) -> Story:
    """The paths. Month 47 is the last one; with the shipped date month 38 is January 2026, month 41 April 2026."""
    rng = stream(seed, "story")
    season = SEASON[clock.calendar_month]
    years = np.arange(MONTHS) / 12.0

    def noise(spread: float) -> Floats:
        return np.asarray(rng.normal(0.0, spread, MONTHS), dtype=np.float64)

    return Story(
        dealer_demand=season * 1.030**years * (1 - ramp(43, 47, 0.03)) * np.exp(noise(0.02)),
        online_demand=season * 1.045**years * (1 - ramp(43, 47, 0.05)) * np.exp(noise(0.025)),
        service_demand=season**0.5 * 1.10**years * (1 - ramp(43, 47, 0.03)) * np.exp(noise(0.02)),
        care_online=0.12 + ramp(22, 47, 0.26) + noise(0.006),
        care_dealer=0.020 + ramp(24, 47, 0.040),
        care_service=0.16 + ramp(22, 47, 0.16),
        new_model=0.18 + ramp(10, 47, 0.11) + noise(0.012),
        unit_cost=1.0 + ramp(6, 18, 0.045) - ramp(24, 44, 0.033) + noise(0.003),
        delay_bikes=ramp(39, 46, 1.30) + noise(0.04),
        delay_e_bikes=ramp(39, 47, 3.35) + noise(0.05),
        incidents=0.028 + ramp(41, 47, 0.012) + noise(0.0012),
        returns=0.029 + ramp(43, 47, 0.009) + noise(0.0008),
        repeat_dealer=0.976 - ramp(43, 47, 0.012) + noise(0.002),
        repeat_online=0.325 - ramp(43, 47, 0.055) + noise(0.004),
        repeat_service=0.760 - ramp(43, 47, 0.045) + noise(0.005),
        paid_late=0.240 + ramp(36, 47, 0.090) + noise(0.008),
        response_hours=3.55 + ramp(43, 47, 0.75) + noise(0.12),
        solve_hours=33.0 + noise(1.1) + 6.0 * (np.arange(MONTHS) == 39),
        delivery_topic=0.20 + ramp(42, 47, 0.20) + noise(0.008),
        satisfaction=4.38 - ramp(42, 47, 0.22) + noise(0.018),
        promoters=0.565 - ramp(43, 47, 0.060) + noise(0.010),
        detractors=0.130 + ramp(43, 47, 0.040) + noise(0.007),
        supplier_defects=0.0112 + ramp(37, 43, 0.0118) - ramp(44, 47, 0.0012) + noise(0.0005),
        supplier_late=0.036 + ramp(38, 45, 0.094) + noise(0.004),
        first_pass=0.9705 - ramp(39, 47, 0.0385) + noise(0.0012),
        scrap=0.0146 + ramp(40, 47, 0.0030) + noise(0.0004),
        stock_days=84.0 + ramp(40, 47, 9.0) + noise(1.0),
        warranty=0.0092 + ramp(42, 47, 0.0022) + noise(0.0003),
        express=1.0 + ramp(41, 47, 0.45),
        overheads=np.exp(noise(0.015)),
        absence=0.041 + ABSENCE_SEASON[clock.calendar_month] / 100 - ramp(24, 47, 0.004) + noise(0.0012),
        engagement=66.5 + ramp(14, 44, 9.5) + noise(0.35),
        certified=0.60 + ramp(12, 46, 0.29),
        training_hours=1.35 + ramp(18, 46, 0.45) + noise(0.10),
        ideas=0.034 + ramp(8, 44, 0.020) + noise(0.003),
        regretted=0.0040 - ramp(20, 40, 0.0012),
        accidents=np.array(ACCIDENTS, dtype=np.float64),
    )
