"""The sweep's clock, and the two look-ups that workers make before they know the tenant."""

from django.db import migrations, models
from django.db.models import Q

from lectern.tenants.isolation import across_tenants

# Of the first `places` jobs in each tenant's line, those that no worker was called for, or so
# long ago that the call must be lost. All first places come before all second ones, so that
# no tenant waits behind another's thousand jobs.
WAITING = """
SELECT place.id, place.tenant_id
FROM tenants_tenant tenant
CROSS JOIN LATERAL (
    SELECT job.id, job.tenant_id, job.announced_at, job.created_at,
           row_number() OVER (ORDER BY job.announced_at, job.created_at) AS number
    FROM jobs_job job
    WHERE job.tenant_id = tenant.id AND job.kind = wanted_kind
      AND job.status = 'queued' AND job.run_after <= statement_timestamp()
    ORDER BY job.announced_at, job.created_at
    LIMIT places
) place
WHERE (only_tenant IS NULL OR tenant.id = only_tenant)
  AND (place.announced_at IS NULL OR place.announced_at < statement_timestamp() - lost_after)
ORDER BY place.number, place.created_at
LIMIT take
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial"), ("jobs", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Sweep",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=Q(id=1), name="sweep_one_row")],
            },
        ),
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                fields=["tenant", "kind", "announced_at", "created_at"],
                condition=Q(status="queued"),
                name="job_waiting",
            ),
        ),
        across_tenants(
            "lectern_job_tenant(wanted uuid)",
            "uuid",
            "SELECT tenant_id FROM jobs_job WHERE id = wanted",
        ),
        across_tenants(
            "lectern_waiting_jobs("
            "wanted_kind text, only_tenant uuid, places integer, lost_after interval, take integer)",
            "TABLE (job_id uuid, tenant_id uuid)",
            WAITING,
        ),
        across_tenants(
            "lectern_abandoned_jobs(take integer)",
            "TABLE (job_id uuid, tenant_id uuid)",
            "SELECT id, tenant_id FROM jobs_job "
            "WHERE status = 'running' AND lease_expires_at < statement_timestamp() "
            "ORDER BY lease_expires_at LIMIT take",
        ),
    ]
