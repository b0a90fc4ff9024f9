import django.db.models.deletion
import lectern.tenants.models
from lectern.tenants.isolation import fence
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("tenants", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="PluginConfig",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=lectern.tenants.models.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("plugin", models.CharField(max_length=60)),
                ("enabled", models.BooleanField(default=True)),
                ("settings", models.JSONField(default=dict)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "plugin"), name="plugin_once_per_tenant"
                    )
                ],
            },
        ),
        fence("plugins_pluginconfig"),
    ]
