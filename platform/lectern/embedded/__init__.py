"""The database, the broker and the processes of a single-machine installation.

Knows nothing of Django: it runs before there is anything for Django to connect to.
"""
