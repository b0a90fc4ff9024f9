"""The forms of golden questions."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lectern.answering.golden_set import LONGEST_TEXT, GoldenDraft
from lectern.answering.models import GoldenQuestion
from lectern.documents.models import Collection, Document
from lectern.documents.readable import readable_documents
from lectern.tenants.access import Principal

DOCUMENTS_IN_MENU = 1_000
_PAGES = re.compile(r"\s*\d{1,6}(?:[\s,]+\d{1,6})*\s*")


class GoldenForm(forms.Form):
    """A question, and where the answer stands; or that no document answers it."""

    text = forms.CharField(label=_("Question"), widget=forms.Textarea(attrs={"rows": 2}))
    answerable = forms.BooleanField(
        label=_("A document answers it"),
        required=False,
        initial=True,
        help_text=_("If none does, a refusal is right, and the fields below are not used."),
    )
    document: Any = forms.ModelChoiceField(label=_("Document"), required=False, queryset=None)
    pages = forms.CharField(
        label=_("Pages"),
        required=False,
        help_text=_("Numbers from 1, with commas between them; empty if any page is right."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The words on the page that answer it."),
    )
    answer = forms.CharField(
        label=_("Answer"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Answers that hold these words are right. Empty if only the place is known."),
    )
    within_document = forms.BooleanField(label=_("Ask it of its document alone"), required=False)

    def __init__(
        self,
        sent: Any,
        *,
        actor: Principal,
        collection: Collection,
        golden: GoldenQuestion | None = None,
    ) -> None:
        super().__init__(sent, initial=_initial(golden) if golden else None)
        readable = readable_documents(actor).filter(collection=collection).order_by("title")
        chosen: Any = self.fields["document"]
        chosen.queryset = readable
        listed = list(readable[:DOCUMENTS_IN_MENU])
        if golden and golden.document and golden.document not in listed:
            listed.insert(0, golden.document)
        chosen.choices = [("", _("None")), *((each.pk, each.title) for each in listed)]

    def clean_pages(self) -> tuple[int, ...]:
        text: str = self.cleaned_data["pages"]
        if not text.strip():
            return ()
        if not _PAGES.fullmatch(text):
            raise forms.ValidationError(_("Write numbers with commas between them, such as 3, 4."))
        return tuple(int(number) for number in text.replace(",", " ").split())

    def draft(self) -> GoldenDraft:
        """What was typed, as the operations take it."""
        given = self.cleaned_data
        document: Document | None = given["document"]
        return GoldenDraft(
            text=given["text"],
            answerable=given["answerable"],
            document=document,
            pages=given["pages"],
            evidence=given["evidence"],
            answer=given["answer"],
            within_document=given["within_document"],
        )


def _initial(golden: GoldenQuestion) -> dict[str, Any]:
    stored = {name: getattr(golden, name) for name in GoldenForm.base_fields}
    return stored | {"pages": ", ".join(map(str, golden.pages))}


class GoldenFileForm(forms.Form):
    """A file of golden questions."""

    file = forms.FileField(label=_("File with golden questions"))
