"""The contract, run against the healthcare plugin."""

from lectern.sdk.conformance import REFERENCES, PluginConformance
from lectern_healthcare import plugin as healthcare


class TestConformance(PluginConformance):
    plugin = healthcare
    references = (
        *REFERENCES,
        "Children take 5-10 mg/kg/day, adults 160/4.5 mcg and half a tablet.",
        "1.2 million units; 250 mg/5 mL; 1/2 tablet daily; 0,5 g.",
    )
