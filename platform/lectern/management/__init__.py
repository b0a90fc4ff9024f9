"""The operator's commands, one module each; ``./lectern`` and ``manage.py`` run them."""
