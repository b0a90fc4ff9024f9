"""Chunks: whole where they fit, cut where a reader would cut, understandable alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lectern.documents.content import Block, DocumentFacts, PageContent
from lectern_workers.ingestion.chunking import TARGET, chunk
from lectern_workers.ingestion.lengths import tokens
from lectern_workers.ingestion.parts import Parts

SENTENCE = "The company sells paper and pencils to offices in eleven countries. "


def facts(title="Annual report of Acme"):
    return DocumentFacts(content_type="text/html", title=title, paged=False, page_count=1)


def chunks(build, *, title="Annual report of Acme", name="file.html"):
    parts = Parts()
    build(parts)
    pages = parts.pages()
    return pages, chunk(facts(title), pages, title=name)


def test_a_chunk_is_its_range_of_the_page_letter_by_letter():
    def build(parts):
        parts.heading("Sales", 1)
        parts.paragraph(SENTENCE * 40)

    pages, drafts = chunks(build)

    assert [draft.position for draft in drafts] == list(range(len(drafts)))
    for draft in drafts:
        assert draft.text == pages[draft.page - 1].text[draft.start : draft.end]


def test_a_long_paragraph_is_cut_between_sentences_and_loses_nothing():
    _, drafts = chunks(lambda parts: parts.paragraph(SENTENCE * 40))

    assert len(drafts) > 1
    assert all(draft.text.endswith("countries.") for draft in drafts)
    assert " ".join(draft.text for draft in drafts) == (SENTENCE * 40).strip()


def test_no_chunk_is_longer_than_the_model_reads():
    def build(parts):
        for section in range(9):
            parts.heading(f"Section {section} of the annual report", 2)
            parts.paragraph(SENTENCE * (section + 1) * 2)
            parts.table(
                [["Item", "2019", "2018"], *([f"row {n}", "5,368", "5,955"] for n in range(30))]
            )

    _, drafts = chunks(build)

    assert max(tokens(draft.searchable) for draft in drafts) <= 1.1 * TARGET


def test_the_title_and_the_headings_above_are_context_not_text():
    def build(parts):
        parts.heading("Results", 1)
        parts.heading("Revenue", 2)
        parts.paragraph(SENTENCE * 40)

    _, drafts = chunks(build)

    assert drafts[0].text.startswith("Results\n\nRevenue\n\nThe company")
    assert drafts[0].context == "Annual report of Acme"
    assert drafts[1].context == "Annual report of Acme \u203a Results \u203a Revenue"
    assert drafts[1].heading == "Revenue"


def test_a_long_title_keeps_its_end_where_titles_differ():
    title = f"Joint statement of {'the secretary and ' * 4}the director for fiscal year 2017"

    _, drafts = chunks(lambda parts: parts.paragraph(SENTENCE * 40), title=title)

    assert drafts[-1].context.startswith("Joint statement of")
    assert drafts[-1].context.endswith("for fiscal year 2017")
    assert len(drafts[-1].context) < 100


def test_the_heading_of_a_finished_section_is_no_context_of_the_next():
    def build(parts):
        parts.heading("Revenue", 2)
        parts.paragraph(SENTENCE * 9)
        parts.heading("Costs", 2)
        parts.paragraph(SENTENCE * 9)

    _, drafts = chunks(build)

    [costs] = [draft for draft in drafts if draft.text.startswith("Costs")]
    assert "Revenue" not in costs.context
    assert costs.heading == "Costs"


def test_small_sections_share_a_chunk():
    def build(parts):
        for name in ("Setting", "Subjects", "Design"):
            parts.heading(name, 2)
            parts.paragraph("Forty people in London.")

    _, drafts = chunks(build)

    assert len(drafts) == 1


def test_a_heading_stays_with_what_stands_below_it():
    def build(parts):
        parts.paragraph(SENTENCE * 12)
        parts.heading("Costs", 2)
        parts.paragraph(SENTENCE * 12)

    _, drafts = chunks(build)

    assert not any(draft.text.endswith("Costs") for draft in drafts)


def test_a_table_that_fits_is_one_chunk_with_the_sentence_that_leads_to_it():
    def build(parts):
        parts.paragraph(SENTENCE * 12)
        parts.paragraph("Revenue by country was as follows:")
        parts.table([["", "2019", "2018"], *([f"Country {n}", "5,368", "5,955"] for n in range(9))])

    _, drafts = chunks(build)

    [table] = [draft for draft in drafts if "Country 0" in draft.text]
    assert table.text.startswith("Revenue by country was as follows:\n\n\t2019\t2018\nCountry 0")
    assert "Country 8" in table.text


def test_each_piece_of_a_long_table_has_its_lead_and_header_in_front():
    def build(parts):
        parts.paragraph("Revenue by country was as follows:")
        parts.table(
            [["", "2019", "2018"], *([f"Country {n}", "5,368", "5,955"] for n in range(60))]
        )

    _, drafts = chunks(build)

    assert len(drafts) > 2
    assert all(
        draft.context.endswith("\nRevenue by country was as follows:\n\t2019\t2018")
        for draft in drafts[1:]
    )
    assert all(line.count("\t") == 2 for draft in drafts[1:] for line in draft.text.split("\n"))


def test_a_table_that_goes_on_overleaf_keeps_its_header():
    head = "Item\t2019\t2018\nRevenue\t5,368\t5,955"
    rest = "Costs\t1,368\t1,955"
    pages = [
        PageContent(
            number=1,
            label="1",
            text=head,
            blocks=(Block(kind="table", start=0, end=len(head), header_end=14),),
        ),
        PageContent(
            number=2, label="2", text=rest, blocks=(Block(kind="table", start=0, end=len(rest)),)
        ),
    ]

    drafts = chunk(facts(), pages, title="a.pdf")

    assert [draft.page for draft in drafts] == [1, 2]
    assert drafts[1].context == "Annual report of Acme\nItem\t2019\t2018"


def test_a_file_name_stands_in_for_a_title_only_if_it_is_words():
    def build(parts):
        parts.paragraph(SENTENCE)

    def context(name):
        _, [draft] = chunks(build, title="", name=name)
        return draft.context

    assert context("annual-report_2019.html") == "annual report 2019"
    assert context("pm-21645374.txt") == ""


def test_a_title_that_only_a_program_gave_is_no_title():
    def build(parts):
        parts.paragraph(SENTENCE)

    def context(title):
        _, [draft] = chunks(build, title=title, name="x1.doc")
        return draft.context

    assert context("Microsoft Word - Annual report.docx") == "Annual report"
    assert context("untitled") == ""
    assert context("HHS2022B") == ""


def test_a_page_without_text_has_no_chunk():
    assert chunk(facts(), [PageContent(number=1, label="1", text="")], title="a.pdf") == []


word = st.text("abcdefg1,.()", min_size=1, max_size=400)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["heading", "paragraph", "item", "code"]),
            st.lists(word, min_size=1, max_size=60).map(" ".join),
        ),
        max_size=8,
    )
)
@settings(max_examples=60, deadline=None)
def test_every_letter_of_a_document_is_in_exactly_one_chunk(blocks):
    def build(parts):
        for kind, text in blocks:
            getattr(parts, kind)(*((text, 1) if kind == "heading" else (text,)))

    pages, drafts = chunks(build)

    assert "".join("".join(draft.text.split()) for draft in drafts) == "".join(
        "".join(page.text.split()) for page in pages
    )
