"""Random semantic manifests over the tables of `worlds`: every aggregation, kind of metric, filter and entity."""

from random import Random
from typing import Any

Manifest = dict[str, Any]
NUMBERS = ("amount", "quantity", "amount * quantity", "coalesce(amount, 0)", "CASE WHEN gift THEN amount ELSE 0 END")
CONDITIONS = (
    "{{ Dimension('purchase__channel') }} = 'web'",
    "{{ Dimension('purchase__channel') }} IN ('web', 'shop')",
    "{{ Dimension('purchase__is_big') }}",
    "{{ Dimension('customer__segment') }} = 'a'",
    "{{ Dimension('customer__segment') }} IS NULL",
    "{{ Dimension('customer__rating') }} > 2 OR {{ Dimension('purchase__channel') }} = 'phone'",
    "{{ Dimension('region__country', entity_path=['customer']) }} = 'de'",
    "{{ TimeDimension('purchase__shipped_on', 'month') }} >= '2024-03-01'",
    "{{ Dimension('customer__joined_on').grain('quarter') }} < '2024-07-01'",
    "{{ Dimension('purchase__shipped_on').date_part('month') }} < 8",
    "{{ Entity('customer') }} IS NOT NULL",
    "{{ Entity('customer') }} > 3",
)
OF_METRICS = "{{{{ Metric('{metric}', group_by=['customer']) }}}} > {limit}"
WINDOWS = ("7 days", "1 week", "30 days", "2 weeks", "1 month", "3 months", "1 quarter", "1 year")


def manifest(random: Random) -> Manifest:
    """One manifest, in the shape that dbt writes into semantic_manifest.json."""
    orders = _orders(random)
    names = [measure["name"] for measure in orders["measures"]]
    metrics = [_simple(random, name, at) for at, name in enumerate(names)]
    metrics.append(_of("visit_count", "simple", {"measure": {"name": "visits_seen"}}))
    plain = [metric["name"] for metric in metrics]
    metrics += _composed(random, plain, names)
    return {
        "semantic_models": [orders, _visits(), _customers(), _regions(), _products()],
        "metrics": metrics,
        "project_configuration": {
            "time_spines": [
                {"node_relation": _relation("days"), "primary_column": {"name": "ds", "time_granularity": "day"}}
            ]
        },
        "saved_queries": [],
    }


def _relation(table: str) -> Manifest:
    return {"alias": table, "schema_name": "source"}


def _time(name: str, expr: str | None = None, **validity: bool) -> Manifest:
    params: Manifest = {"time_granularity": "day"}
    if validity:
        params["validity_params"] = validity
    return {"name": name, "type": "time", "expr": expr, "type_params": params}


def _categorical(name: str, expr: str | None = None) -> Manifest:
    return {"name": name, "type": "categorical", "expr": expr}


def _orders(random: Random) -> Manifest:
    return {
        "name": "orders",
        "node_relation": _relation("orders"),
        "defaults": {"agg_time_dimension": "ordered_on"},
        "entities": [
            {"name": "purchase", "type": "primary", "expr": "order_id"},
            {"name": "customer", "type": "foreign", "expr": "customer_id"},
            {"name": "product", "type": "foreign", "expr": "product_id"},
        ],
        "dimensions": [
            _time("ordered_on"),
            _time("shipped_on"),
            _time("settled_on", "paid_on"),
            _categorical("channel"),
            _categorical("is_big", "amount > 50"),
            _categorical("band", "CASE WHEN quantity < 3 THEN 'low' ELSE channel END"),
        ],
        "measures": [
            *(_measure(random, f"measure_{at}") for at in range(random.randint(3, 5))),
            {"name": "orders_made", "agg": "count", "expr": "1", "create_metric": True},
        ],
    }


def _measure(random: Random, name: str) -> Manifest:
    agg = random.choice(
        ["sum", "sum", "count", "count_distinct", "average", "min", "max", "median", "percentile", "sum_boolean"]
    )
    expr = random.choice(NUMBERS)
    if agg == "count":
        expr = random.choice(["1", "customer_id", "amount"])
    elif agg == "count_distinct":
        expr = random.choice(["customer_id", "channel", "product_id"])
    elif agg == "sum_boolean":
        expr = random.choice(["gift", "amount > 20"])
    found: Manifest = {"name": name, "agg": agg, "expr": expr, "create_metric": random.random() < 0.3}
    if agg == "percentile":
        discrete = random.random() < 0.3
        found["agg_params"] = {"percentile": random.choice([0.1, 0.25, 0.9]), "use_discrete_percentile": discrete}
    if agg == "sum" and random.random() < 0.5:
        found["expr"] = "balance"
        groupings = random.choice([[], ["customer"], ["product"]])
        found["non_additive_dimension"] = {
            "name": "ordered_on",
            "window_choice": random.choice(["min", "max"]),
            "window_groupings": groupings,
        }
    elif agg != "count_distinct" and random.random() < 0.15:
        found["agg_time_dimension"] = "settled_on"
        found["expr"] = expr
    return found


def _visits() -> Manifest:
    return {
        "name": "visits",
        "node_relation": _relation("visits"),
        "defaults": {"agg_time_dimension": "visited_on"},
        "entities": [
            {"name": "visit", "type": "primary", "expr": "visit_id"},
            {"name": "badge", "type": "foreign", "expr": "badge_id"},
            {"name": "customer", "type": "foreign", "expr": "customer_id"},
        ],
        "dimensions": [_time("visited_on"), _categorical("page")],
        "measures": [
            {"name": "visits_seen", "agg": "count", "expr": "1"},
            {"name": "visit_seconds", "agg": "sum", "expr": "seconds", "create_metric": True},
        ],
    }


def _customers() -> Manifest:
    return {
        "name": "customers",
        "node_relation": _relation("customers"),
        "defaults": {"agg_time_dimension": "joined_on"},
        "entities": [
            {"name": "customer", "type": "primary", "expr": "customer_id"},
            {"name": "badge", "type": "unique", "expr": "badge_id"},
            {"name": "region", "type": "foreign", "expr": "region_id"},
        ],
        "dimensions": [_categorical("segment"), _categorical("rating"), _time("joined_on")],
        "measures": [{"name": "customers_joined", "agg": "count", "expr": "1", "create_metric": True}],
    }


def _regions() -> Manifest:
    return {
        "name": "regions",
        "node_relation": _relation("regions"),
        "entities": [{"name": "region", "type": "primary", "expr": "region_id"}],
        "dimensions": [_categorical("country")],
        "measures": [],
    }


def _products() -> Manifest:
    return {
        "name": "products",
        "node_relation": _relation("products"),
        "primary_entity": "product",
        "entities": [{"name": "product", "type": "natural", "expr": "product_id"}],
        "dimensions": [
            _time("known_from", "valid_from", is_start=True),
            _time("known_to", "valid_to", is_end=True),
            _categorical("category"),
        ],
        "measures": [],
    }


def _of(name: str, kind: str, params: Manifest, filters: tuple[str, ...] = ()) -> Manifest:
    found: Manifest = {"name": name, "type": kind, "type_params": params}
    if filters:
        found["filter"] = {"where_filters": [{"where_sql_template": text} for text in filters]}
    return found


def _condition(random: Random, share: float = 0.4) -> tuple[str, ...]:
    return tuple(random.sample(CONDITIONS, random.choice([1, 1, 2]))) if random.random() < share else ()


def _simple(random: Random, measure: str, at: int) -> Manifest:
    named: Manifest = {"name": measure}
    if random.random() < 0.15:
        named["fill_nulls_with"] = 0
    if random.random() < 0.15:
        named["join_to_timespine"] = True
    return _of(f"simple_{at}", "simple", {"measure": named}, _condition(random))


def _input(random: Random, name: str, alias: str | None = None) -> Manifest:
    found: Manifest = {"name": name}
    if alias:
        found["alias"] = alias
    conditions = _condition(random, 0.25)
    if conditions:
        found["filter"] = {"where_filters": [{"where_sql_template": text} for text in conditions]}
    return found


def _composed(random: Random, plain: list[str], measures: list[str]) -> list[Manifest]:
    def pick() -> str:
        return random.choice(plain)

    found = [
        _of(
            "share",
            "ratio",
            {"numerator": _input(random, pick(), "top"), "denominator": _input(random, pick(), "bottom")},
            _condition(random, 0.2),
        ),
        _of(
            "sum_of",
            "derived",
            {
                "expr": random.choice(["one + two", "one - two * 2", "(one + 1) / two", "one / (two + one)"]),
                "metrics": [_input(random, pick(), "one"), _input(random, pick(), "two")],
            },
        ),
        _of("change_of", "derived", _offset(random, pick())),
        _of("running", "cumulative", _cumulative(random, random.choice(measures))),
        _of("conversion", "conversion", _conversion(random)),
    ]
    if random.random() < 0.5:
        limited = OF_METRICS.format(metric="visit_count", limit=random.choice([1, 5, 15]))
        found.append(_of("limited", "simple", {"measure": {"name": measures[0]}}, (limited,)))
    return found


def _offset(random: Random, name: str) -> Manifest:
    before = _input(random, name, "before")
    if random.random() < 0.75:
        count, grain = random.choice([(1, "month"), (7, "day"), (1, "quarter"), (2, "week"), (1, "year"), (3, "month")])
        before["offset_window"] = {"count": count, "granularity": grain}
    else:
        before["offset_to_grain"] = random.choice(["month", "year"])
    return {"expr": "now - before", "metrics": [_input(random, name, "now") | {"filter": before.get("filter")}, before]}


def _cumulative(random: Random, measure: str) -> Manifest:
    params: Manifest = {"period_agg": random.choice(["first", "last", "average"])}
    choice = random.random()
    if choice < 0.5:
        count, grain = random.choice(WINDOWS).split()
        params["window"] = {"count": int(count), "granularity": grain}
    elif choice < 0.8:
        params["grain_to_date"] = random.choice(["week", "month", "quarter", "year"])
    return {"measure": {"name": measure}, "cumulative_type_params": params}


def _conversion(random: Random) -> Manifest:
    told: Manifest = {
        "base_measure": {"name": "visits_seen"},
        "conversion_measure": {"name": "orders_made"},
        "entity": "customer",
        "calculation": random.choice(["conversions", "conversion_rate"]),
    }
    if random.random() < 0.7:
        count, grain = random.choice([(7, "day"), (30, "day"), (1, "month")])
        told["window"] = {"count": count, "granularity": grain}
    return {"conversion_type_params": told}
