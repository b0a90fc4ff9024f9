"""What every page must be: valid, labelled, with one heading, and free of inline code."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

SVG = "{http://www.w3.org/2000/svg}"
FIELDS = {"input", "select", "textarea"}
UNLABELLED_TYPES = {"hidden", "submit"}


def parsed(content: str) -> Element:
    """The page's tree; raises where a browser would have to guess."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Element = parser.parse(content)
    return tree


def faults_of(content: str) -> list[str]:
    """Everything that is wrong with a page, as sentences."""
    tree = parsed(content)
    return [
        *_structure(tree),
        *_names(tree),
        *_references(tree),
        *_inline_code(tree),
    ]


def text_of(element: Element) -> str:
    """What is written in the element, with one space between its pieces."""
    return " ".join(" ".join(element.itertext()).split())


def find(content: str, path: str) -> list[Element]:
    """The elements at ``path`` (as ElementTree writes it) of a valid page."""
    return parsed(content).findall(path)


def _structure(tree: Element) -> Iterator[str]:
    if not tree.get("lang"):
        yield "the page has no language"
    if not text_of(tree.find(".//title")):  # type: ignore[arg-type]
        yield "the page has no title"
    # An answer under way has its heading in a template, which shows nothing by itself.
    hidden = {heading for template in tree.iter("template") for heading in template.iter("h1")}
    headings = [heading for heading in tree.iter("h1") if heading not in hidden]
    if len(headings) != 1:
        yield f"the page has {len(headings)} headings of the first level"
    if len(tree.findall(".//main")) != 1:
        yield "the page needs one main part"
    repeated = [id for id, n in Counter(each.get("id") for each in tree.iter()).items() if n > 1]
    yield from (f"the id {each} stands twice" for each in repeated if each)


def _names(tree: Element) -> Iterator[str]:
    """Everything that can be used or seen has a name that can be read out."""
    labelled = {label.get("for") for label in tree.iter("label")}
    for element in tree.iter():
        if _is_field(element) and not (element.get("id") in labelled or element.get("aria-label")):
            yield f"the field {element.get('name')} has no label"
        if element.tag in {"button", "a", "summary"} and not text_of(element):
            yield f"a {element.tag} has no name: {element.attrib}"
        if element.tag == "img" and not element.get("alt"):
            yield f"a picture has no description: {element.get('src')}"
        if element.tag == "th" and not element.get("scope"):
            yield f"the table heading {text_of(element)} has no scope"


def _is_field(element: Element) -> bool:
    return element.tag in FIELDS and element.get("type") not in UNLABELLED_TYPES


def _references(tree: Element) -> Iterator[str]:
    ids = {element.get("id") for element in tree.iter()}
    for element in tree.iter():
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for target in (element.get(name) or "").split():
                if target not in ids:
                    yield f"{name} names {target}, which is not there"


def _inline_code(tree: Element) -> Iterator[str]:
    for element in tree.iter():
        for name, value in element.attrib.items():
            yield from _code_in(str(name), value)
        if element.tag == "style":
            yield "the page has a style element"
        # Data for a script of the same site; browsers do not run it.
        data = element.get("type") == "application/json"
        if element.tag == "script" and not element.get("src") and not data:
            yield "the page has an inline script"


def _code_in(name: str, value: Any) -> Iterator[str]:
    if name.startswith(("on", "hx-on")) or name == "style":
        yield f"the page has the attribute {name}"
    if name in {"href", "src", "action"} and value.lower().startswith(("javascript:", "http")):
        yield f"the page leads to {value}"
