"""The contract, run against the finance plugin."""

from lectern.sdk.conformance import REFERENCES, PluginConformance
from lectern_finance import plugin as finance


class TestConformance(PluginConformance):
    plugin = finance
    references = (
        *REFERENCES,
        "Net loss was $(1,234) million in fiscal 2018, or (5.2)% of revenue.",
        "RMB16,664 million; 25 bps; €1.234.567,89; 2019.",
    )
