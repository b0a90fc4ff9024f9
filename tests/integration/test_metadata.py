"""What is known of documents: stored as it is read, corrected by people, met by questions."""

import pytest

from factories import make_collection, make_document, make_member
from lectern.documents.metadata import change_metadata, metadata_of, store_found
from lectern.documents.metadata_values import FoundValue
from lectern.documents.models import Collection, Document, DocumentMetadata
from lectern.documents.scope import scope_of
from lectern.documents.understanding import Understanding, prefer
from lectern.errors import Invalid, NotAllowed
from lectern.tenants.access import Principal, Role


@pytest.fixture
def report(tenant: Principal, collection: Collection) -> Document:
    document = make_document(tenant, collection, "Sales rose.", title="d1")
    read(document, company="Acme Tools, Inc.", alias="Acme Tools", period="2019")
    return document


def read(document: Document, **values: str) -> None:
    found = [
        FoundValue(name=name, value=value, source="document", page=1)
        for name, value in values.items()
    ]
    store_found(document.current_version, found)


def known(document: Document) -> dict[str, str]:
    return {row.name: row.value for row in metadata_of([document.pk]).get(document.pk, [])}


def preferred(actor: Principal, collection: Collection, question: str) -> dict:
    collection.refresh_from_db()
    scope, _ = prefer(scope_of(actor, [collection]), question)
    return dict(scope.preferred)


def test_reading_again_replaces_what_was_read(report: Document):
    read(report, period="2020")

    assert known(report) == {"period": "2020"}


def test_what_a_person_said_stays_when_the_document_is_read_again(
    tenant: Principal, report: Document
):
    change_metadata(tenant, report, "period", ["2018"])

    read(report, company="Acme Tools, Inc.", period="2019")

    assert known(report)["period"] == "2018"


def test_a_name_that_a_person_emptied_stays_empty(tenant: Principal, report: Document):
    change_metadata(tenant, report, "period", [])

    read(report, period="2019")

    assert known(report) == {}


def test_the_short_forms_follow_a_company_that_a_person_names(
    tenant: Principal, collection: Collection, report: Document
):
    change_metadata(tenant, report, "company", ["Birch Foods Ltd."])

    assert report.pk in preferred(tenant, collection, "What did Birch Foods sell?")
    assert report.pk not in preferred(tenant, collection, "What did Acme Tools sell?")


def test_what_is_no_value_is_refused(tenant: Principal, report: Document):
    with pytest.raises(Invalid):
        change_metadata(tenant, report, "company", ["!!!"])


def test_a_reader_does_not_change_what_is_known(tenant: Principal, report: Document):
    reader = make_member(tenant, role=Role.READER)

    with pytest.raises(NotAllowed):
        change_metadata(reader, report, "company", ["Birch Foods"])


def test_abbreviations_are_not_shown_with_what_is_known(report: Document):
    store_found(
        report.current_version,
        [FoundValue(name="abbreviation", value="earnings per share", key="EPS", source="document")],
    )

    assert known(report) == {}
    assert DocumentMetadata.objects.get(document=report).folded == "eps"


def test_a_question_prefers_the_report_of_its_company_and_year(
    tenant: Principal, collection: Collection, report: Document
):
    later = make_document(tenant, collection, "Sales fell.", title="d2")
    read(later, company="Acme Tools, Inc.", alias="Acme Tools", period="2021")

    found = preferred(tenant, collection, "What were the sales of Acme Tools in FY2019?")

    assert found[report.pk] > found.get(later.pk, 0.0)


def test_a_document_of_another_collection_is_not_preferred(
    tenant: Principal, collection: Collection, report: Document
):
    other = make_collection(tenant)

    assert preferred(tenant, other, "What were the sales of Acme Tools?") == {}


def test_an_abbreviation_is_searched_with_the_long_form_that_a_document_gives(
    tenant: Principal, collection: Collection, report: Document
):
    found = [FoundValue(name="abbreviation", value="earnings per share", key="EPS", source="d")]
    store_found(report.current_version, found)

    _, understanding = prefer(scope_of(tenant, [collection]), "What was the EPS?")

    assert understanding.expanded("What was the EPS?") == "What was the EPS? (earnings per share)"


def test_a_ticker_is_searched_with_the_name_of_its_company(
    tenant: Principal, collection: Collection, report: Document
):
    read(report, company="Acme Tools, Inc.", alias="ACTL")

    _, understanding = prefer(scope_of(tenant, [collection]), "What did ACTL sell?")

    assert understanding.spelled_out == ("Acme Tools, Inc.",)


def test_a_document_kept_from_the_asker_says_nothing_about_the_question(
    tenant: Principal, collection: Collection, report: Document
):
    read(report, company="Acme Tools, Inc.", alias="ACTL", period="2019")
    found = [FoundValue(name="abbreviation", value="secret plan", key="XQP", source="d")]
    hidden = make_document(tenant, collection, "Sales fell.", title="d2")
    store_found(hidden.current_version, found)
    Document.objects.all().update(restricted=True)
    reader = make_member(tenant, role=Role.READER)

    asked = [
        prefer(scope_of(reader, [collection]), question)[1]
        for question in ("What is the XQP?", "What did ACTL sell in 2019?")
    ]

    assert asked == [Understanding(), Understanding()]


def test_a_document_kept_from_the_asker_leaves_the_others_preferred(
    tenant: Principal, collection: Collection, report: Document
):
    kept = make_document(tenant, collection, "Sales fell.", title="d2")
    read(kept, company="Acme Tools, Inc.", alias="Acme Tools", period="2020")
    Document.objects.filter(pk=kept.pk).update(restricted=True)
    reader = make_member(tenant, role=Role.READER)

    _, understanding = prefer(scope_of(reader, [collection]), "What did Acme Tools sell?")

    assert list(understanding.preferred) == [report.pk]
    assert "Acme Tools, Inc." in understanding.shown["company"]
