"""Which documents a source brought, and the sources that are due."""

from django.db import migrations, models

from lectern.tenants.isolation import across_tenants


class Migration(migrations.Migration):
    dependencies = [("sources", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="sourceitem",
            name="brought",
            field=models.BooleanField(db_default=False, default=False),
        ),
        across_tenants(
            "lectern_due_sources()",
            "TABLE (tenant_id uuid, source_id uuid)",
            "SELECT tenant_id, id FROM sources_source WHERE next_sync_at <= now() "
            "ORDER BY next_sync_at LIMIT 1000",
        ),
    ]
