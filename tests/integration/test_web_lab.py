"""The retrieval lab and the golden questions in the browser."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from factories import make_collection, make_document, make_member, make_tenant
from html_pages import faults_of, find, text_of
from lectern.answering.golden_runs import finish_run
from lectern.answering.models import GoldenQuestion, GoldenResult, GoldenRun, Question
from lectern.backends.engines import question_embedder
from lectern.documents.metadata import change_metadata
from lectern.tenants.access import Role
from lectern.tenants.scoping import tenant_context
from lectern.web.golden_runs import figures_of
from lectern.web.lab import marked_terms
from web_addresses import browser_of

QUESTION = "Within how many days must claims be submitted?"


@pytest.fixture
def administrator(db):
    return make_tenant()


@pytest.fixture
def browser(administrator):
    return browser_of(administrator)


@pytest.fixture
def collection(administrator):
    with tenant_context(administrator.tenant_id):
        return make_collection(administrator, name="Policies")


@pytest.fixture
def policy(administrator, collection):
    embedder = question_embedder(settings.STATE)
    with tenant_context(administrator.tenant_id):
        text = "Parking is free for the first hour."
        make_document(administrator, collection, text, title="Parking", embedder=embedder)
        text = "Claims are submitted within 30 days of the journey, <b>with</b> receipts."
        policy = make_document(administrator, collection, text, title="Policy", embedder=embedder)
        change_metadata(administrator, policy, "type", ["policy"])
        return policy


def page_of(response):
    return response.content.decode()


def tried(browser, collection, **fields):
    return browser.get(f"/library/{collection.pk}/lab", {"question": QUESTION} | fields)


def titles_in(page, order):
    section = f".//section[@aria-labelledby='order-{order}']"
    return [text_of(link) for link in find(page, f"{section}//p[@class='lab-head']/a")]


def golden_rows(administrator, collection):
    with tenant_context(administrator.tenant_id):
        return list(GoldenQuestion.objects.filter(collection=collection).order_by("created_at"))


# --- the lab ----------------------------------------------------------------------------


def test_the_lab_shows_each_order_and_why(browser, collection, policy):
    page = page_of(tried(browser, collection))

    assert faults_of(page) == []
    assert titles_in(page, "fused") == ["Policy.txt", "Parking.txt"]
    assert titles_in(page, "meaning") == ["Policy.txt", "Parking.txt"]
    assert titles_in(page, "words") == ["Policy.txt"]
    assert "This would be answered" in page
    assert "Number 1 by meaning" in page


def test_the_words_of_the_question_are_marked_in_the_text_as_it_is(browser, collection, policy):
    page = page_of(tried(browser, collection))

    first, *_ = find(page, ".//p[@class='lab-text']")
    assert text_of(first).startswith("Claims are submitted within 30 days")
    assert "<b>with</b>" in text_of(first)
    assert [mark.text for mark in first.iter("mark")] == ["Claims", "submitted", "within", "days"]


def test_the_lab_searches_what_its_address_says(browser, collection, policy):
    one = page_of(tried(browser, collection, passages="1"))
    within = page_of(tried(browser, collection, document=str(policy.pk)))
    known = page_of(tried(browser, collection, known="type:policy"))

    assert titles_in(one, "fused") == ["Policy.txt"]
    assert titles_in(within, "fused") == ["Policy.txt"]
    assert titles_in(known, "fused") == ["Policy.txt"]
    assert find(known, ".//option[@value='type:policy'][@selected]")


@pytest.mark.parametrize("fields", [{"passages": "99"}, {"question": "x" * 5000}])
def test_what_cannot_be_tried_is_said_on_the_page(browser, collection, policy, fields):
    response = tried(browser, collection, **fields)

    assert response.status_code == 422
    assert faults_of(page_of(response)) == []
    assert find(page_of(response), ".//div[@role='alert']")


@pytest.mark.parametrize("fields", [{"known": "type:\0"}, {"known": "\0:x"}, {"document": "\0"}])
def test_what_an_address_spells_wrongly_is_left_out(browser, collection, policy, fields):
    assert tried(browser, collection, **fields).status_code == 200


def test_an_empty_collection_can_be_tried(browser, collection):
    page = page_of(tried(browser, collection))

    assert faults_of(page) == []
    assert "Nothing was searched" in page


def test_what_is_tried_is_in_nobodys_history(browser, administrator, collection, policy):
    tried(browser, collection)

    with tenant_context(administrator.tenant_id):
        assert not Question.objects.exists()


def test_readers_see_nothing_of_the_lab(administrator, collection, policy):
    reader = browser_of(make_member(administrator, Role.READER))

    assert tried(reader, collection).status_code == 403
    assert f"{collection.pk}/lab" not in page_of(reader.get(f"/library/{collection.pk}"))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Submitting a claim", ["Submitting", "claim"]),
        ("nothing of it", []),
        ("", []),
        ("a long-term claim.", ["claim"]),
    ],
)
def test_words_are_marked_as_the_index_compares_them(text, marked):
    runs = marked_terms(text, ["submit", "claim"])

    assert "".join(run.text for run in runs) == text
    assert [run.text for run in runs if run.marked] == marked


# --- golden questions -------------------------------------------------------------------


def save_first(browser, collection):
    """Send the form that the first passage of the lab offers."""
    page = page_of(tried(browser, collection))
    form = find(page, ".//form[@action='{}']".format(f"/library/{collection.pk}/golden/new"))[1]
    sent = {field.get("name"): field.get("value") for field in form.iter("input")}
    sent.pop("csrfmiddlewaretoken", None)
    return browser.post(f"/library/{collection.pk}/golden/new", sent)


def test_a_passage_of_the_lab_becomes_a_golden_question(browser, administrator, collection, policy):
    response = save_first(browser, collection)

    (golden,) = golden_rows(administrator, collection)
    assert response["Location"].startswith(f"/library/{collection.pk}/lab?question=Within")
    assert (golden.text, golden.document_id, golden.pages) == (QUESTION, policy.pk, [1])
    assert golden.evidence.startswith("Claims are submitted")


def test_what_is_saved_already_leads_back_to_the_lab(browser, administrator, collection, policy):
    save_first(browser, collection)

    response = save_first(browser, collection)

    assert response["Location"].startswith(f"/library/{collection.pk}/lab?question=Within")
    assert "is here already" in page_of(browser.get(response["Location"]))
    assert len(golden_rows(administrator, collection)) == 1


def test_that_no_document_answers_becomes_a_golden_question(
    browser, administrator, collection, policy
):
    browser.post(f"/library/{collection.pk}/golden/new", {"text": "Who won?", "tried": "Who won?"})

    (golden,) = golden_rows(administrator, collection)
    assert (golden.answerable, golden.document_id) == (False, None)


def test_what_is_wrong_with_a_golden_question_is_said_beside_it(browser, collection, policy):
    path = f"/library/{collection.pk}/golden/new"
    sent = {"text": "Q", "answerable": "on", "document": str(policy.pk), "pages": "1 and 2"}

    wrong_pages = browser.post(path, sent)
    no_document = browser.post(path, {"text": "Q", "answerable": "on"})

    assert (wrong_pages.status_code, no_document.status_code) == (422, 422)
    assert faults_of(page_of(wrong_pages)) == []
    assert "such as 3, 4" in page_of(wrong_pages)
    assert "which document answers" in page_of(no_document)


def test_golden_questions_are_listed_changed_and_deleted(
    browser, administrator, collection, policy
):
    save_first(browser, collection)
    (golden,) = golden_rows(administrator, collection)
    listed = page_of(browser.get(f"/library/{collection.pk}/golden"))
    form = page_of(browser.get(f"/golden/{golden.pk}/edit"))
    changed = {"text": "Until when?", "answerable": "on", "document": str(policy.pk), "pages": "1"}

    browser.post(f"/golden/{golden.pk}/edit", changed)
    (after,) = golden_rows(administrator, collection)
    browser.post(f"/golden/{golden.pk}/delete")

    assert (faults_of(listed), faults_of(form)) == ([], [])
    assert "not asked yet" in listed
    assert after.text == "Until when?"
    assert golden_rows(administrator, collection) == []


def test_a_file_of_golden_questions_is_added_and_taken_out(
    browser, administrator, collection, policy
):
    lines = f"question,answer,doc,pages,evidence_text\n{QUESTION},30 days,Policy.txt,1,\nQ,A,x,1,\n"
    file = SimpleUploadedFile("golden.csv", lines.encode())

    page = page_of(
        browser.post(f"/library/{collection.pk}/golden/file", {"file": file}, follow=True)
    )
    out = browser.get(f"/library/{collection.pk}/golden/file", {"format": "csv"})

    assert "1 golden question was added; 0 were here already." in page
    assert "Question 2: No document here has the name" in page
    assert QUESTION in page_of(out)
    assert "attachment" in out["Content-Disposition"]


# --- runs -------------------------------------------------------------------------------


def a_run(administrator, collection, rank):
    with tenant_context(administrator.tenant_id):
        tenant = {"tenant_id": administrator.tenant_id}
        run = GoldenRun.objects.create(**tenant, collection=collection, cause="index")
        for golden in GoldenQuestion.objects.filter(collection=collection):
            GoldenResult.objects.create(
                **tenant,
                run=run,
                question=golden,
                rank=rank,
                refused=False,
                milliseconds=12.0,
                passages=[[str(golden.document_id), 1, 0.9]],
            )
        finish_run(run)
        return run


def test_a_run_is_begun_with_a_button(browser, administrator, collection, policy):
    save_first(browser, collection)

    response = browser.post(f"/library/{collection.pk}/golden/run")
    page = page_of(browser.get(response["Location"]))

    assert faults_of(page) == []
    assert "Queued" in page


def test_what_got_worse_stands_first_with_its_passages(browser, administrator, collection, policy):
    save_first(browser, collection)
    a_run(administrator, collection, rank=1)
    run = a_run(administrator, collection, rank=3)

    page = page_of(browser.get(f"/golden/runs/{run.pk}"))

    assert faults_of(page) == []
    (section,) = find(page, ".//section[@class='compared']")
    assert text_of(section).startswith("Worse than before 1")
    cells = [text_of(cell) for cell in section.iter("td")]
    assert (cells[0].startswith("place 1"), cells[1].startswith("place 3")) == (True, True)
    assert "Policy.txt, 1" in cells[1]


def test_the_collections_page_says_how_they_stand(browser, administrator, collection, policy):
    save_first(browser, collection)
    a_run(administrator, collection, rank=1)
    a_run(administrator, collection, rank=3)

    page = page_of(browser.get(f"/library/{collection.pk}"))

    assert "1 of 1 found" in page
    assert "1 worse than before" in page


def test_figures_stand_side_by_side_with_their_change():
    before = {"found": 3, "hit_1": 0.5, "refused_wrong": 0.2, "p50_ms": 20.0}
    after = {"found": 4, "hit_1": 0.25, "refused_wrong": 0.1, "p50_ms": 20.2}

    figures = {str(figure.label): figure for figure in figures_of(after, before)}

    told = {
        label: (figure.before, figure.after, figure.delta, figure.tone)
        for label, figure in figures.items()
        if figure.after
    }
    assert told == {
        "Found among the passages": ("3", "4", "+1", "good"),
        "Found at the first place": ("50.0 %", "25.0 %", "-25.0 %", "bad"),
        "Refused, though a document answers": ("20.0 %", "10.0 %", "-10.0 %", "good"),
        "Median time of an answer": ("20 ms", "20 ms", "", ""),
    }
