"""The verbs of ``manage.py``."""
