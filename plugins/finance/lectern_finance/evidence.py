"""The figures of a cited text, arranged so that an answer's figure can be looked up."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from decimal import Decimal

from lectern_finance.figures import Figure, Kind, Sign, declared_powers, figures_of_source

_PERCENT = re.compile(r"%|per\s?cent|pct", re.IGNORECASE)
_DECREASE = re.compile(
    r"\b(?:loss(?:es)?|lost|los[et]|deficits?|negative|minus|decreas\w*|declin\w*|fell|fall\w*|"
    r"down|drop\w*|lower\w*|reduc\w*|outflows?|used in|contract\w*|shr[aiu]nk\w*|charges?)\b",
    re.IGNORECASE,
)
# What a figure of an answer may rest on; a plain number takes its unit from a heading.
_COUNTS_AS = {
    Kind.PLAIN: (Kind.PLAIN, Kind.MONEY, Kind.PERCENT),
    Kind.MONEY: (Kind.MONEY, Kind.PLAIN),
    Kind.PERCENT: (Kind.PERCENT,),
}
_SHIFTS = (3, -3, 6, -6, 9, -9)


class Evidence:
    """One cited text and its figures."""

    def __init__(self, text: str) -> None:
        found = figures_of_source(text)
        self.powers = declared_powers(text)
        self.years = frozenset(int(each.value) for each in found if each.kind is Kind.YEAR)
        self._literals = {each.text for each in found}
        self._has_percent = _PERCENT.search(text) is not None
        self._has_decrease = _DECREASE.search(text) is not None
        self._amounts = {kind: self._sorted_amounts(found, kind) for kind in _COUNTS_AS}

    def holds(self, figure: Figure, slack: Decimal) -> bool:
        """Whether the text states the figure, give or take ``slack``, with a fitting sign."""
        if figure.text in self._literals:
            return True
        return any(self._sign_fits(figure, stated) for stated in self._equals(figure, slack))

    def holds_without_unit(self, figure: Figure, slack: Decimal) -> bool:
        """Whether the text states the figure bare, and no scale or per cent sign at all."""
        low, high = figure.value - slack, figure.value + slack
        if figure.kind is Kind.PERCENT:
            bare = [] if self._has_percent else self._between(Kind.PLAIN, low, high)
        elif figure.power and not self.powers:
            bare = self._stated(figure, shift=-figure.power, slack=slack)
        else:
            return False
        return any(stated.power is None and self._sign_fits(figure, stated) for stated in bare)

    def at_other_scale(self, figure: Figure, slack: Decimal) -> Figure | None:
        """The figure that differs from this one by thousands, millions or billions alone."""
        found = (self._stated(figure, shift=shift, slack=slack) for shift in _SHIFTS)
        return next((stated for each in found for stated in each if stated.value), None)

    def _equals(self, figure: Figure, slack: Decimal) -> Iterator[Figure]:
        yield from self._stated(figure, shift=0, slack=slack)
        if figure.kind is not Kind.PERCENT:
            return
        if self._has_percent:
            yield from self._between(Kind.PLAIN, figure.value - slack, figure.value + slack)
        low, high = (figure.value - slack).scaleb(-2), (figure.value + slack).scaleb(-2)
        yield from self._between(Kind.PLAIN, low, high)

    def _stated(self, figure: Figure, *, shift: int, slack: Decimal) -> Iterator[Figure]:
        low, high = (figure.value - slack).scaleb(shift), (figure.value + slack).scaleb(shift)
        for kind in _COUNTS_AS.get(figure.kind, ()):
            yield from self._between(kind, low, high)

    def _between(self, kind: Kind, low: Decimal, high: Decimal) -> Iterator[Figure]:
        amounts = self._amounts[kind]
        index = bisect_left(amounts, low, key=lambda amount: amount[0])
        while index < len(amounts) and amounts[index][0] <= high:
            yield amounts[index][1]
            index += 1

    def _sorted_amounts(
        self, found: Collection[Figure], kind: Kind
    ) -> list[tuple[Decimal, Figure]]:
        amounts = [
            (value, figure)
            for figure in found
            if figure.kind is kind
            for value in self._readings(figure)
        ]
        return sorted(amounts, key=lambda amount: amount[0])

    def _readings(self, figure: Figure) -> Iterator[Decimal]:
        """The values a figure may have: a bare one may be in any scale the text declares."""
        yield figure.value
        if figure.power is None and figure.kind is not Kind.PERCENT:
            yield from (figure.value.scaleb(power) for power in self.powers)

    def _sign_fits(self, figure: Figure, stated: Figure) -> bool:
        if figure.sign is not Sign.MINUS:
            return True
        return stated.sign is not Sign.NONE or self._has_decrease
