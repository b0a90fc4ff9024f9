"""Which plugins a tenant uses, and how it has set them."""

from django.db import models

from lectern.tenants.models import TenantOwned


class PluginConfig(TenantOwned):
    """A tenant's use of an installed plugin."""

    plugin = models.CharField(max_length=60)
    enabled = models.BooleanField(default=True)
    settings = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "plugin"], name="plugin_once_per_tenant")
        ]

    def __str__(self) -> str:
        return self.plugin
