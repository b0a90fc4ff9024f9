"""``lectern demo``: two sample tenants with documents, people, keys and first answers."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lectern.answering.ask import answer_of, answer_question
from lectern.documents.collections import create_collection
from lectern.documents.models import Collection
from lectern.management.commands.ask import told
from lectern.management.intake import files_below, reports_until_read, take_in
from lectern.plugins.registry import usable_plugins
from lectern.tenants.access import KEY_SCOPES, Principal, Role, system_principal
from lectern.tenants.keys import issue_key, revoke_key
from lectern.tenants.models import ApiKey, Membership, User
from lectern.tenants.people import enrol_member, found_tenant, tenant_by_slug
from lectern.tenants.scoping import tenant_context


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample tenant: its documents lie in ``samples/<slug>``."""

    slug: str
    name: str
    collection: str
    plugin: str
    question: str


SAMPLES = (
    Sample(
        slug="meridian",
        name="Meridian Bearings",
        collection="Company documents",
        plugin="finance",
        question="How much did Meridian spend on the second grinding line in Aarhus?",
    ),
    Sample(
        slug="riverside",
        name="Riverside Clinic",
        collection="Guidelines",
        plugin="healthcare",
        question="How long before surgery is apixaban stopped?",
    ),
)


class Command(BaseCommand):
    """Prints the answers with their citations, and passwords and keys that are shown once."""

    help = "Loads two sample tenants, asks each a question, and prints how to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        for sample in SAMPLES:
            actor = _tenant(sample)
            with tenant_context(actor.tenant_id):
                collection = _collection(actor, sample)
            self._load(actor, collection, sample)
            self._ask(actor, collection, sample)
            self._introduce(actor, sample)

    def _load(self, actor: Principal, collection: Collection, sample: Sample) -> None:
        files = files_below([Path(settings.ROOT) / "samples" / sample.slug])
        taken = [take_in(actor, collection, path) for path in files]
        for report in reports_until_read(actor, taken):
            if not report.ready:
                raise CommandError(f"{report.path.name} was not taken in: {report.reason}")
        self.stdout.write(f"\n{sample.name}: {len(taken)} documents are ready")

    def _ask(self, actor: Principal, collection: Collection, sample: Sample) -> None:
        with tenant_context(actor.tenant_id):
            collection.refresh_from_db()
            answer = answer_of(answer_question(actor, collection, sample.question))
            self.stdout.write(f"  Q: {sample.question}\n  A: {told(answer)}")

    def _introduce(self, actor: Principal, sample: Sample) -> None:
        with tenant_context(actor.tenant_id):
            for role in (Role.ADMINISTRATOR, Role.READER):
                email = f"{role}@{sample.slug}.example"
                self.stdout.write(f"  sign in: {email}  password: {_password(actor, email, role)}")
            for former in ApiKey.objects.filter(name="demo", revoked_at=None):
                revoke_key(actor, former)
            key = issue_key(actor, name="demo", scopes=KEY_SCOPES)
            self.stdout.write(f"  API key: {key.secret}")


def _tenant(sample: Sample) -> Principal:
    known = tenant_by_slug(sample.slug)
    if known is None:
        known = found_tenant(name=sample.name, slug=sample.slug).pk
    return system_principal(known)


def _collection(actor: Principal, sample: Sample) -> Collection:
    known: Collection | None = Collection.objects.filter(name=sample.collection).first()
    if known is not None:
        return known
    usable = sample.plugin in {plugin.name for plugin in usable_plugins()}
    plugin = sample.plugin if usable else ""
    return create_collection(actor, name=sample.collection, plugin=plugin)


def _password(actor: Principal, email: str, role: str) -> str:
    """A new password for a sample person; nothing stored can tell the former one."""
    password = secrets.token_urlsafe(12)
    if not Membership.objects.filter(user__email=email, status=Membership.Status.ACTIVE).exists():
        enrol_member(actor, email=email, role=role, password=password)
    user = User.objects.get(email=email)
    user.set_password(password)
    user.save(update_fields=["password"])
    return password
