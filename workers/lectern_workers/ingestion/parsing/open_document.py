"""OpenDocument files (ISO/IEC 26300): opening one, what its styles hide, its paragraphs' words."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from lxml import etree

from lectern_workers.ingestion.characters import one_line
from lectern_workers.ingestion.parsing.problems import Unreadable
from lectern_workers.ingestion.parts import Parts

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMESPACES = {
    prefix: f"{_URN}{prefix}:1.0"
    for prefix in ("office", "text", "table", "style", "presentation", "manifest")
} | {
    "draw": f"{_URN}drawing:1.0",
    "fo": f"{_URN}xsl-fo-compatible:1.0",
    "svg": f"{_URN}svg-compatible:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
# The last is what zipfile raises for an archive that is packed in a way it does not know.
_BROKEN = (BadZipFile, KeyError, ValueError, etree.XMLSyntaxError, NotImplementedError)
_MOST_STYLES_ABOVE = 20
_MOST_SPACES = 100
_LONGEST_LISTED = 500
_TINIEST = 1.0  # points


def named(name: str) -> str:
    """``text:p`` as the library writes it, with the namespace in full."""
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


# What no reader of the document sees: deleted text, remarks at the margin, programs.
_SKIPPED = frozenset(
    map(
        named,
        (
            "text:tracked-changes",
            "office:annotation",
            "office:event-listeners",
            "text:bibliography-source",
            "text:note-citation",
            "presentation:notes",
        ),
    )
)
_HIDDEN_BY_NATURE = frozenset(map(named, ("text:hidden-text", "text:hidden-paragraph")))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """An opened file: the element that holds its content, its styles, its own title."""

    body: Any
    styles: "Styles"
    title: str


def opened(path: Path, name: str, kind: str) -> OpenFile:
    """The file at ``path``, whose body is of ``kind`` (``office:text``); Unreadable if damaged."""
    try:
        with ZipFile(path) as archive:
            members = archive.namelist()
            if _is_locked(archive, members):
                raise Unreadable.password(name)
            content = _parsed(archive.read("content.xml"))
            styles = [_parsed(archive.read(m)) for m in ("styles.xml",) if m in members]
            meta = _parsed(archive.read("meta.xml")) if "meta.xml" in members else None
        body = content.find(f"{named('office:body')}/{named(kind)}")
        if body is None:
            raise ValueError(f"no {kind}")
    except _BROKEN as error:
        raise Unreadable(
            "damaged",
            f"{name} is damaged and cannot be opened as an OpenDocument file. "
            "Open it in LibreOffice, save it again and upload the result.",
        ) from error
    title = meta.findtext(f".//{named('dc:title')}") if meta is not None else ""
    return OpenFile(body=body, styles=Styles([*styles, content]), title=one_line(title or ""))


def _is_locked(archive: ZipFile, members: list[str]) -> bool:
    listed = "META-INF/manifest.xml"
    return listed in members and b"encryption-data" in archive.read(listed)


def _parsed(data: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(data, parser)


class Styles:
    """The styles of a file, each with those above it."""

    def __init__(self, documents: list[Any]) -> None:
        self._styles = {
            style.get(named("style:name"), ""): style
            for document in documents
            for style in document.iter(named("style:style"))
        }

    def says(self, style: str | None, properties: str, attribute: str) -> str:
        """What a style, or the nearest above it that says, has for an attribute; or nothing."""
        for above in self._upwards(style):
            for found in above.iterfind(named(properties)):
                if said := found.get(named(attribute)):
                    return str(said)
        return ""

    def is_called(self, style: str | None, name: str) -> bool:
        """Whether a style, or one above it, has this name."""
        return any(above.get(named("style:name")) == name for above in self._upwards(style))

    def _upwards(self, style: str | None) -> Iterator[Any]:
        for _ in range(_MOST_STYLES_ABOVE):
            element = self._styles.get(style or "")
            if element is None:
                return
            yield element
            style = element.get(named("style:parent-style-name"))

    def hides_letters(self, style: str | None) -> bool:
        """Whether letters in a style are hidden, next to nothing high, or white on no ground."""
        letters = "style:text-properties"
        if self.says(style, letters, "text:display") == "none":
            return True
        size = self.says(style, letters, "fo:font-size").removesuffix("pt")
        if size.replace(".", "", 1).isdigit() and float(size) <= _TINIEST:
            return True
        white = self.says(style, letters, "fo:color").lower() == "#ffffff"
        grounds = [
            self.says(style, kind, "fo:background-color")
            for kind in (letters, "style:paragraph-properties", "style:table-cell-properties")
        ]
        return white and not any(ground not in ("", "transparent") for ground in grounds)


class Words:
    """The words of paragraphs, without what is hidden in them, which is noted."""

    def __init__(self, parts: Parts, styles: Styles) -> None:
        self._parts = parts
        self._styles = styles
        # Text boxes and notes that belong behind the paragraph that is being read.
        self.waiting: list[Any] = []

    def of(self, element: Any, *, grounded: bool = False) -> str:
        """The words of a paragraph; ``grounded``: white letters in it stand on a colour."""
        return "".join(self._pieces(element, grounded=grounded))

    def _pieces(self, element: Any, *, grounded: bool) -> Iterator[str]:
        if element.tag in _HIDDEN_BY_NATURE or self._hidden(element, grounded=grounded):
            self._leave_out(element)
            return
        yield element.text or ""
        for child in element:
            yield from self._child(child, grounded=grounded)
            yield child.tail or ""

    def _child(self, child: Any, *, grounded: bool) -> Iterator[str]:
        if not isinstance(child.tag, str) or child.tag in _SKIPPED:
            return
        if child.tag == named("text:s"):
            count = child.get(named("text:c"), "1")
            yield " " * min(int(count) if count.isdigit() else 1, _MOST_SPACES)
        elif child.tag == named("text:tab"):
            yield "\t"
        elif child.tag == named("text:line-break"):
            yield "\n"
        elif child.tag in (named("draw:frame"), named("text:note")):
            self.waiting.append(child)
        else:
            yield from self._pieces(child, grounded=grounded)
            yield " " if child.tag == named("text:p") else ""

    def _hidden(self, element: Any, *, grounded: bool) -> bool:
        style = element.get(named("text:style-name"))
        if style is None or not self._styles.hides_letters(style):
            return False
        return (
            not grounded
            or self._styles.says(style, "style:text-properties", "text:display") == "none"
        )

    def _leave_out(self, element: Any) -> None:
        said = element.get(named("text:string-value")) or "".join(element.itertext())
        self._parts.leave_out("invisible", said[:_LONGEST_LISTED])
