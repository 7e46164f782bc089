"""The words of units: currencies of ISO 4217, times, quantities, numbers without unit."""

CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP
    CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
    VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()  # noqa: SIM905  a wall of quotes would hide the codes
)
TIMES = frozenset({"second", "minute", "hour", "day", "week", "month", "quarter", "year"})
QUANTITIES = frozenset(
    "kg g t tonne mg m cm mm km m2 m3 ha l ml kW kWh MW MWh GWh W Wh J MJ GJ °C K MB GB TB tCO2 kgCO2".split()  # noqa: SIM905
)
PLAIN = frozenset({"%", "number", "point", "ratio", "index", "score", "factor", "x", "1", "rate"})
MEANT = {
    "€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "euro": "EUR", "Euro": "EUR", "EURO": "EUR", "dollar": "USD",
    "Dollar": "USD", "percent": "%", "Percent": "%", "per cent": "%",
}  # fmt: skip
_OFTEN = ("EUR", "USD", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "AUD", "NZD", "INR", "CNY")
MEANT |= {word: code for code in _OFTEN for word in (code.lower(), code.title())}
_IRREGULAR = {
    "people": "person", "children": "child", "h": "hour", "hr": "hour", "hrs": "hour", "d": "day", "min": "minute",
    "mins": "minute", "s": "second", "sec": "second", "secs": "second", "yr": "year",
}  # fmt: skip


def singular(word: str) -> str:
    """A word without its plural or abbreviation: `people` is person, `h` is hour; symbols stay as they are."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in QUANTITIES or word in CURRENCIES or len(word) < 4 or word.endswith("ss") or not word.endswith("s"):
        return word
    return word[:-3] + "y" if word.endswith("ies") else word[:-1]
