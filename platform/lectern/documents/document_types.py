"""The types that documents are told apart by, and the words that name each."""

from __future__ import annotations

import re

# From the most particular: the first whose words stand in a title or on a first page counts.
# What follows the type are words by which documents call themselves and people ask for them.
TYPES: dict[str, str] = {
    "quarterly report": r"form 10-?q|quarterly report(?! to)|interim report|half-?year report",
    "current report": r"form 8-?k\b|current report pursuant",
    "proxy statement": r"schedule 14a|proxy statement",
    "prospectus": r"prospectus|offering circular",
    "annual report": r"form (?:10-?k|20-?f|40-?f)\b|annual report",
    "earnings release": r"earnings release|results of operations for the (?:quarter|year) ended"
    r"|reports (?:first|second|third|fourth)[ -]quarter|(?:quarter|year)(?:ly)? results",
    "earnings call": r"earnings (?:conference )?call",
    "performance report": r"performance (?:and accountability )?report",
    "strategic plan": r"strategic plan",
    "budget": r"budget results|budget statement|proposed budget|budget request",
    "press release": r"press release|news release|for immediate release|joint statement",
    "guideline": r"(?:clinical|practice|treatment) guidelines?|guidelines? (?:for|on)",
    "patient leaflet": r"package leaflet|patient information|patient leaflet|information leaflet",
    "product information": r"summary of product characteristics|prescribing information",
    "protocol": r"(?:study|trial|clinical) protocol",
    "policy": r"\bpolicy\b",
    "procedure": r"standard operating procedure|\bprocedure\b",
    "contract": r"(?:this|services?|employment|purchase|licen[cs]e|lease|loan|credit) agreement"
    r"|\bcontract\b",
    "licence": r"public licen[cs]e|licen[cs]e version|software licen[cs]e",
    "law": r"\b(?:regulation|directive|act) (?:\(eu\)|no\.|of \d{4})|public law",
    "manual": r"user manual|user guide|reference manual|\bhandbook\b|employee handbook",
    "minutes": r"minutes of (?:the|a)|meeting minutes",
    "invoice": r"\binvoice (?:no|number|date)\b",
    "research article": r"\babstract\b[\s\S]{0,3000}\b(?:methods|background|conclusions?)\b",
}
# Short forms by which people ask, and the type that they mean.
_SPOKEN = {
    "10-k": "annual report",
    "10k": "annual report",
    "20-f": "annual report",
    "10-q": "quarterly report",
    "10q": "quarterly report",
    "8-k": "current report",
    "8k": "current report",
    "smpc": "product information",
    "sop": "procedure",
    "press release": "press release",
    "proxy": "proxy statement",
    "leaflet": "patient leaflet",
    "handbook": "manual",
}
_PATTERNS = {name: re.compile(words, re.IGNORECASE) for name, words in TYPES.items()}
_SPOKEN_WORDS = re.compile(
    r"\b(" + "|".join(re.escape(word) for word in (*TYPES, *_SPOKEN)) + r")s?\b", re.IGNORECASE
)
# A word of prose says little of what a document is: these count only in titles.
_TITLES_ONLY = frozenset(
    ("policy", "procedure", "contract", "guideline", "manual", "law", "budget")
)


def type_in_title(title: str) -> str:
    """The type that a title names, or empty."""
    return next((name for name, words in _PATTERNS.items() if words.search(title)), "")


def type_on_page(text: str) -> str:
    """The type that the first page of a document says it is, or empty."""
    patterns = ((name, words) for name, words in _PATTERNS.items() if name not in _TITLES_ONLY)
    return next((name for name, words in patterns if words.search(text)), "")


def types_asked(question: str) -> list[str]:
    """The types that a question names: "10-K" and "annual report" are one."""
    found = (match.group(1).lower() for match in _SPOKEN_WORDS.finditer(question))
    return list(dict.fromkeys(_SPOKEN.get(word, word) for word in found))
