"""Django's entry to the tenants app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "lectern.tenants"
    label = "tenants"

    def ready(self) -> None:
        from lectern.tenants import checks  # noqa: F401  registers the system checks
