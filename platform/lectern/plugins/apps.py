"""The Django app of the plugins."""

from django.apps import AppConfig


class PluginsConfig(AppConfig):
    """Registers the check that names every unusable plugin."""

    name = "lectern.plugins"
    label = "plugins"
    verbose_name = "Plugins"

    def ready(self) -> None:
        """Make ``manage.py check`` load the plugins."""
        from lectern.plugins import checks  # noqa: F401 (importing it registers the check)
