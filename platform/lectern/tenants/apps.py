"""Django's entry to the tenants app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class TenantsConfig(AppConfig):
    name = "lectern.tenants"
    label = "tenants"

    def ready(self) -> None:
        from lectern.tenants.checks import RoleGuard

        connection_created.connect(RoleGuard(), weak=False)
