"""Lectern: answers from a company's own documents, with models the company owns."""

__version__ = "0.1.0"
