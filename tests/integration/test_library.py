"""Finding documents in the library: by title, state, person, access and what is known of them."""

from datetime import timedelta
from itertools import product

import pytest
from django.db.models.functions import Now

from factories import make_collection, make_member, make_upload
from lectern.documents.access import Access, change_access
from lectern.documents.library import (
    Facet,
    Wanted,
    documents_with_state,
    facets,
    latest_version,
    wanted_documents,
    work_in,
)
from lectern.documents.metadata import change_metadata
from lectern.documents.models import Collection, Document, DocumentVersion
from lectern.documents.scope import scope_of
from lectern.documents.states import StateName, state_of
from lectern.errors import Invalid
from lectern.jobs.models import Job
from lectern.tenants.access import Principal, Role

STATUSES = ["", "queued", "running before", "running after", "succeeded", "failed", "cancelled"]


def put(document: Document, *, status: str, ready: bool, remarks: bool = False) -> None:
    """Bring the document's version where its job has ``status``, and it is ``ready`` or not."""
    version = document.versions.get()
    DocumentVersion.objects.filter(pk=version.pk).update(
        ready_at=Now() if ready else None, warnings=["A remark."] if remarks else []
    )
    if not status:
        DocumentVersion.objects.filter(pk=version.pk).update(job=None)
        return
    name, _, when = status.partition(" ")
    ahead = timedelta(hours=1) if when == "after" else -timedelta(hours=1)
    Job.objects.filter(pk=version.job_id).update(
        status=name,
        error="Broken." if name == "failed" else "",
        started_at=Now() + ahead,
        lease_expires_at=Now(),
    )


def test_the_filter_by_state_agrees_with_the_state_shown(tenant: Principal, collection: Collection):
    for status, ready, remarks in product(STATUSES, [False, True], [False, True]):
        put(make_upload(tenant, collection).document, status=status, ready=ready, remarks=remarks)
    shown = {
        document.pk: state_of(latest_version(document)).name
        for document in documents_with_state(tenant, collection, Wanted())
    }

    found = {
        state: set(
            documents_with_state(tenant, collection, Wanted(state=state)).values_list(
                "pk", flat=True
            )
        )
        for state in StateName
    }

    assert found == {
        state: {pk for pk, name in shown.items() if name == state} for state in StateName
    }
    assert all(found.values())


def test_documents_are_found_by_what_is_known_of_them(tenant: Principal, collection: Collection):
    first, second = (make_upload(tenant, collection).document for _ in range(2))
    change_metadata(tenant, first, "company", ["Acme Corp"])
    change_metadata(tenant, first, "period", ["2023"])
    change_metadata(tenant, second, "period", ["2023"])

    def found(*metadata: tuple[str, str]) -> set[Document]:
        return set(wanted_documents(tenant, collection, Wanted(metadata=metadata)))

    assert found(("period", "2023")) == {first, second}
    assert found(("period", "2023"), ("company", "acme corp")) == {first}
    assert found(("company", "2023")) == set()


def test_a_long_list_of_conditions_is_refused_before_the_database_sees_it(
    tenant: Principal, collection: Collection
):
    conditions = tuple(("period", str(year)) for year in range(21))

    with pytest.raises(Invalid, match="name at most 20"):
        wanted_documents(tenant, collection, Wanted(metadata=conditions))
    with pytest.raises(Invalid, match="name at most 20"):
        scope_of(tenant, [collection], filters={f"name {each}": ["x"] for each in range(21)})


def test_facets_count_values_of_the_documents_looked_at(tenant: Principal, collection: Collection):
    first, second = (make_upload(tenant, collection).document for _ in range(2))
    hidden = make_upload(tenant, collection).document
    for document in (first, second, hidden):
        change_metadata(tenant, document, "period", ["2023"])
    change_metadata(tenant, second, "company", [])
    change_access(tenant, [hidden], Access(restricted=True))

    offered = facets(wanted_documents(make_member(tenant), collection, Wanted()))

    assert offered == {"period": [Facet(value="2023", documents=2)]}


def test_documents_are_found_by_who_uploaded_and_who_reads_them(
    tenant: Principal, collection: Collection
):
    curator = make_member(tenant, Role.CURATOR)
    mine, theirs = (make_upload(actor, collection).document for actor in (tenant, curator))
    change_access(tenant, [mine], Access(restricted=True))

    def found(**wanted: object) -> list[Document]:
        return list(wanted_documents(tenant, collection, Wanted(**wanted)))

    assert found(uploaded_by=curator.user_id) == [theirs]
    assert found(restricted=True) == [mine]
    assert found(restricted=False) == [theirs]


def test_a_former_version_that_failed_is_no_failed_document(
    tenant: Principal, collection: Collection
):
    document = make_upload(tenant, collection).document
    put(document, status="failed", ready=False)
    assert work_in(tenant, collection).failed == 1
    former = document.versions.get()
    DocumentVersion.objects.create(
        tenant_id=tenant.tenant_id,
        collection=collection,
        document=document,
        number=2,
        file="x",
        file_name="x",
        size=1,
        sha256="2",
        ready_at=Now(),
    )

    assert work_in(tenant, collection).failed == 0
    assert former in document.versions.all()


@pytest.mark.parametrize("documents", [1, 5])
def test_a_list_costs_two_queries_however_long_it_is(
    tenant: Principal, django_assert_num_queries, documents: int
):
    collection = make_collection(tenant)
    for _ in range(documents):
        make_upload(tenant, collection)

    with django_assert_num_queries(2):
        for document in documents_with_state(tenant, collection, Wanted()):
            state_of(latest_version(document))
