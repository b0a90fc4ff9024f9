"""The REST interface for integrators."""
