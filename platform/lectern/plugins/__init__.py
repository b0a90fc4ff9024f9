"""Industry plugins: which are installed, which a tenant uses, and how their checks are run."""
