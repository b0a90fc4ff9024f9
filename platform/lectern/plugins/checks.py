"""Django system check: an unusable plugin is a warning with its reason, never a stop."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

from lectern.plugins.registry import InstalledPlugin, installed_plugins


@register("plugins")
def unusable_plugins(
    app_configs: Sequence[AppConfig] | None = None, **options: Any
) -> list[CheckMessage]:
    """A warning for each installed plugin that cannot be used."""
    return [warning_for(plugin) for plugin in installed_plugins() if not plugin.usable]


def warning_for(installed: InstalledPlugin) -> Warning:
    """What ``manage.py check`` prints for an unusable plugin."""
    return Warning(
        f"The plugin {installed.name} of {installed.distribution} is unusable: {installed.reason}",
        hint=f"Repair or upgrade {installed.distribution}, or uninstall it, and restart Lectern.",
        id="lectern.plugins.W001",
    )
