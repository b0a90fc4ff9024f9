"""Memberships that wait for their link to be opened, and finding one by it."""

from django.db import migrations, models

from lectern.tenants.isolation import across_tenants


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="invitation_digest",
            field=models.CharField(blank=True, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="invitation_expires_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        across_tenants(
            "lectern_invitation(wanted text)",
            "TABLE (tenant_id uuid, tenant text, user_id uuid)",
            "SELECT t.id, t.name::text, m.user_id FROM tenants_membership m "
            "JOIN tenants_tenant t ON t.id = m.tenant_id "
            "WHERE m.invitation_digest = wanted AND m.status = 'invited' "
            "AND m.invitation_expires_at > now()",
        ),
    ]
