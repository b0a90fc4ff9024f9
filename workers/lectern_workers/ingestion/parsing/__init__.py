"""Readers of single formats. Each turns a file into facts and pages; none is trusted."""
