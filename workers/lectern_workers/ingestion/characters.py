"""Characters that carry no text for a reader: removed from every format, and listed.

Zero-width characters, bidirectional overrides and the Unicode tag block are how
instructions are hidden from people and shown to a model; control characters (NUL above
all) cannot be stored in Postgres. Joiners stay where a script needs them to spell words.
"""

import re

from lectern.documents.content import RemovalKind

# Zero-width, bidi marks and overrides, invisible operators, variation
# selectors, byte-order mark, the tag block and the supplementary variation selectors.
_INVISIBLE = (
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff"
)
# Zero-width (non-)joiners spell words in Arabic and Indic scripts; elsewhere they hide bits.
_STRAY_JOINER = "(?<![\u0600-\u08ff\u0900-\u0dff])[\u200c\u200d]"
_CONTROL = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffc\ufffe\uffff\ud800-\udfff"
_UNSEEN = re.compile(
    f"(?P<invisible>[{_INVISIBLE}]+|{_STRAY_JOINER})|(?P<control>[{_CONTROL}]+)"
    "|(?P<hyphenation>\u00ad+)"
)
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_LIGATURES = {
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
_KINDS: dict[str, RemovalKind] = {
    "invisible": "invisible",
    "control": "control",
    "hyphenation": "hyphenation",
}
_TAG_BLOCK = 0xE0000
_LONGEST_LISTED = 500


def strip_unseen(text: str) -> tuple[str, list[tuple[RemovalKind, str]]]:
    """The text without unseen characters, and (kind, what) for each run that was there.

    Line breaks become ``\\n``, other white space but tabs a space, ligatures letters.
    """
    found: list[tuple[RemovalKind, str]] = []

    def note(match: re.Match[str]) -> str:
        found.append((_KINDS[match.lastgroup or ""], named(match.group())))
        return ""

    text = _SPACE.sub(" ", _LINE_BREAK.sub("\n", text))
    return _UNSEEN.sub(note, text).translate(_LIGATURES), found


def one_line(text: str) -> str:
    """The text without unseen characters, on one line with single spaces."""
    return " ".join(strip_unseen(text)[0].split())


def named(run: str) -> str:
    """Unseen characters in a form that can be read and stored: tags decoded, others named."""
    tags = "".join(chr(ord(c) - _TAG_BLOCK) for c in run if _TAG_BLOCK + 32 <= ord(c) < 0xE007F)
    if tags:
        return tags[:_LONGEST_LISTED]
    names = [f"U+{ord(c):04X}" for c in dict.fromkeys(run)]
    return " ".join(names)[:_LONGEST_LISTED]
