"""The types of files that are read, by what they are called to people and by programs."""

from enum import StrEnum


class ContentType(StrEnum):
    """The types that are read, as their media types."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    ODT = "application/vnd.oasis.opendocument.text"
    ODS = "application/vnd.oasis.opendocument.spreadsheet"
    ODP = "application/vnd.oasis.opendocument.presentation"
    HTML = "text/html"
    MARKDOWN = "text/markdown"
    TEXT = "text/plain"
    CSV = "text/csv"
    MAIL = "message/rfc822"
    PNG = "image/png"
    JPEG = "image/jpeg"
    TIFF = "image/tiff"


NAMES = {
    ContentType.PDF: "a PDF",
    ContentType.DOCX: "a Word document",
    ContentType.XLSX: "an Excel workbook",
    ContentType.PPTX: "a PowerPoint presentation",
    ContentType.ODT: "an OpenDocument text",
    ContentType.ODS: "an OpenDocument spreadsheet",
    ContentType.ODP: "an OpenDocument presentation",
    ContentType.HTML: "a web page (HTML)",
    ContentType.MARKDOWN: "Markdown text",
    ContentType.TEXT: "plain text",
    ContentType.CSV: "a table in plain text (CSV)",
    ContentType.MAIL: "a mail",
    ContentType.PNG: "a picture (PNG)",
    ContentType.JPEG: "a picture (JPEG)",
    ContentType.TIFF: "a picture (TIFF)",
}
# What a refusal offers instead.
READ = (
    "PDF, Word (.docx), Excel (.xlsx), PowerPoint (.pptx), OpenDocument (.odt, .ods, .odp), "
    "HTML, Markdown, plain text, CSV, a mail (.eml) or a picture (PNG, JPEG, TIFF)"
)
PICTURES = frozenset({ContentType.PNG, ContentType.JPEG, ContentType.TIFF})
# Those whose pages can be drawn.
DRAWN = PICTURES | {ContentType.PDF}

_PROSE = frozenset({ContentType.TEXT, ContentType.MARKDOWN, ContentType.HTML})
# What a file may be that is named so; other endings say nothing.
EXTENSIONS = {
    ".pdf": {ContentType.PDF},
    ".docx": {ContentType.DOCX},
    ".xlsx": {ContentType.XLSX},
    ".pptx": {ContentType.PPTX},
    ".odt": {ContentType.ODT},
    ".ods": {ContentType.ODS},
    ".odp": {ContentType.ODP},
    ".html": _PROSE,
    ".htm": _PROSE,
    ".md": _PROSE,
    ".txt": _PROSE | {ContentType.CSV, ContentType.MAIL},
    ".csv": {ContentType.CSV, ContentType.TEXT, ContentType.MARKDOWN},
    ".tsv": {ContentType.CSV, ContentType.TEXT, ContentType.MARKDOWN},
    ".eml": {ContentType.MAIL},
    ".png": {ContentType.PNG},
    ".jpg": {ContentType.JPEG},
    ".jpeg": {ContentType.JPEG},
    ".tif": {ContentType.TIFF},
    ".tiff": {ContentType.TIFF},
}
