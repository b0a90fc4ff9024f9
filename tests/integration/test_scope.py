"""What a question is asked of: what the asker may read, what filters leave, what is preferred."""

from dataclasses import replace

import pytest

from factories import make_collection, make_document, make_member, make_tenant
from fakes import HashEmbedder
from lectern.documents import search
from lectern.documents.models import Collection, Document, DocumentMetadata, DocumentReader
from lectern.documents.names_and_periods import folded
from lectern.documents.scope import Scope, scope_of
from lectern.documents.search import retrieve
from lectern.tenants.access import Principal
from lectern.tenants.models import Group, GroupMember
from lectern.tenants.scoping import tenant_context


def found_in(scope: Scope, question: str = "How far did revenue rise?") -> list[str]:
    return [
        passage.document_title for passage in retrieve(scope, question, HashEmbedder()).passages
    ]


def scope_in(actor: Principal, collection: Collection, *args, **kwargs) -> Scope:
    collection.refresh_from_db()
    return scope_of(actor, [collection], *args, **kwargs)


def described(document: Document, **metadata: str | list[str]) -> Document:
    for name, values in metadata.items():
        for value in [values] if isinstance(values, str) else values:
            DocumentMetadata.objects.create(
                tenant_id=document.tenant_id,
                document=document,
                name=name,
                value=value,
                folded=folded(value),
                source="test",
            )
    return document


@pytest.fixture
def reports(tenant: Principal, collection: Collection) -> dict[str, Document]:
    """Reports of two companies and two years, all about the same."""
    return {
        f"{company} {year}": described(
            make_document(
                tenant,
                collection,
                f"Revenue of {company} rose in {year}.",
                title=f"{company} {year}",
            ),
            company=company,
            period=year,
        )
        for company in ("Acme", "Beta")
        for year in ("2019", "2020")
    }


def restrict(document: Document, *groups: Group) -> None:
    Document.objects.filter(pk=document.pk).update(restricted=True)
    for group in groups:
        DocumentReader.objects.create(tenant_id=document.tenant_id, document=document, group=group)


def test_a_reader_finds_nothing_of_a_document_kept_from_them(
    tenant: Principal, collection: Collection, reports
):
    restrict(reports["Acme 2019"])

    scope = scope_in(make_member(tenant), collection)

    assert sorted(found_in(scope)) == ["Acme 2020.txt", "Beta 2019.txt", "Beta 2020.txt"]
    assert (scope.chunks, scope.size) == (3, 4)


def test_members_of_its_group_find_a_restricted_document(
    tenant: Principal, collection: Collection, reports
):
    reader = make_member(tenant)
    group = Group.objects.create(tenant_id=tenant.tenant_id, name="Board")
    GroupMember.objects.create(tenant_id=tenant.tenant_id, group=group, user_id=reader.user_id)
    restrict(reports["Acme 2019"], group)

    assert len(found_in(scope_in(reader, collection))) == 4


def test_what_is_hidden_takes_no_place_among_the_candidates(
    tenant: Principal, collection: Collection, monkeypatch
):
    monkeypatch.setattr(search, "EACH_LEG", 2)
    for number in range(4):
        restrict(make_document(tenant, collection, "Revenue rose.", title=f"Secret {number}"))
    make_document(tenant, collection, "Revenue may rise or fall in any year.", title="Open")

    assert found_in(scope_in(make_member(tenant), collection), "revenue rose") == ["Open.txt"]


def test_a_question_within_a_document_kept_from_the_asker_finds_nothing(
    tenant: Principal, collection: Collection, reports
):
    restrict(reports["Acme 2019"])

    scope = scope_in(make_member(tenant), collection, reports["Acme 2019"])

    assert (found_in(scope), scope.chunks) == ([], 0)


def test_filters_leave_documents_that_have_one_of_the_values_of_each_name(
    tenant: Principal, collection: Collection, reports
):
    scope = scope_in(
        tenant, collection, filters={"company": ["acme"], "period": ["2019", "2020", "2021"]}
    )

    assert sorted(found_in(scope)) == ["Acme 2019.txt", "Acme 2020.txt"]
    assert scope.chunks == 2


def test_a_document_that_covers_two_periods_is_found_by_either(
    tenant: Principal, collection: Collection
):
    document = make_document(tenant, collection, "Revenue rose.", title="Both")
    described(document, period=["2019", "2020"])

    assert found_in(scope_in(tenant, collection, filters={"period": ["2020"]})) == ["Both.txt"]


def test_a_filter_shows_no_hidden_document(tenant: Principal, collection: Collection, reports):
    restrict(reports["Acme 2019"])

    scope = scope_in(make_member(tenant), collection, filters={"company": ["Acme"]})

    assert found_in(scope) == ["Acme 2020.txt"]


def test_metadata_of_another_tenant_filters_nothing(tenant: Principal, collection: Collection):
    make_document(tenant, collection, "Revenue rose.", title="Ours")
    with tenant_context((theirs := make_tenant()).tenant_id):
        described(make_document(theirs, make_collection(theirs), "Revenue."), company="Acme")

    assert found_in(scope_in(tenant, collection, filters={"company": ["Acme"]})) == []


def test_a_preferred_document_comes_first(tenant: Principal, collection: Collection, reports):
    wanted = reports["Beta 2019"]

    scope = replace(scope_in(tenant, collection), preferred={wanted.pk: 5.0})
    found = retrieve(scope, "How far did revenue rise?", HashEmbedder()).passages

    assert found[0].document_id == wanted.pk
    assert found[0].score > 5.0 > found[1].score


def test_a_preferred_documents_chunks_are_candidates_however_far_they_are(
    tenant: Principal, collection: Collection, monkeypatch
):
    monkeypatch.setattr(search, "EACH_LEG", 1)
    make_document(tenant, collection, "Revenue rose.", title="Near")
    far = make_document(tenant, collection, "Bananas are yellow and revenue is green.", title="Far")

    scope = replace(scope_in(tenant, collection), preferred={far.pk: 1.0})

    assert sorted(found_in(scope, "revenue rose")) == ["Far.txt", "Near.txt"]


def test_of_many_preferred_documents_those_preferred_most_are_looked_into(
    tenant: Principal, collection: Collection, monkeypatch
):
    monkeypatch.setattr(search, "EACH_LEG", 1)
    monkeypatch.setattr(search, "MOST_LOOKED_INTO", 1)
    make_document(tenant, collection, "Revenue rose.", title="Near")
    less, more = (
        make_document(tenant, collection, f"Bananas of {name} are yellow.", title=name)
        for name in ("Less", "More")
    )

    scope = replace(scope_in(tenant, collection), preferred={less.pk: 0.1, more.pk: 0.2})

    assert sorted(found_in(scope, "revenue rose")) == ["More.txt", "Near.txt"]


def test_preferring_a_hidden_document_does_not_show_it(
    tenant: Principal, collection: Collection, reports
):
    restrict(reports["Acme 2019"])
    scope = scope_in(make_member(tenant), collection)

    preferring = replace(scope, preferred={reports["Acme 2019"].pk: 5.0})

    assert found_in(preferring) == found_in(scope)


def test_passages_say_where_they_stood_in_each_search(
    tenant: Principal, collection: Collection, reports
):
    found = retrieve(scope_in(tenant, collection), "Revenue of Beta in 2020", HashEmbedder())

    assert sorted(passage.dense_rank for passage in found.passages) == [1, 2, 3, 4]
    assert sorted(passage.lexical_rank for passage in found.passages) == [1, 2, 3, 4]
    assert found.passages[0].lexical_rank == 1
    assert list(found.timings) == ["embedding", "terms", "searching"]
