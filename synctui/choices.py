"""Options of a column: their text form, and how stored codes and shown captions correspond."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from synctui.records import Choice

BETWEEN = ";"
"""Stands between the codes of a select-many value, as between the options of a table."""

_RETIRED = re.compile(r"<ssRetiredOptions>(.*?)(?:</ssRetiredOptions>|\Z)", re.IGNORECASE | re.DOTALL)
_BREAKS = re.compile("[;\x00-\x1f\x7f\ufffe\uffff\ud800-\udfff]+")
"""What a caption in a cell is better without."""
_MAX_TABLES = 256


def parse(text: str) -> tuple[Choice, ...]:
    """The options in a text `stored=shown;stored=shown;`, in its order, the retired ones last.

    An option without `=` is shown as it is stored; what stands between `<ssRetiredOptions>` and `</ssRetiredOptions>`
    is no longer offered (SmartSimple wiki, on the options of custom fields). Raises ValueError, with what is wrong,
    where there is no option or a code stands twice.
    """
    found = [*_options(_RETIRED.sub(BETWEEN, text), retired=False)]
    found += [choice for part in _RETIRED.findall(text) for choice in _options(part, retired=True)]
    if not found:
        raise ValueError("holds no option; write it as 1=Yes;2=No")
    code, times = Counter(choice.code for choice in found).most_common(1)[0]
    if times > 1:
        raise ValueError(f"has the code {code!r} {times} times")
    return tuple(found)


def _options(text: str, *, retired: bool) -> Iterator[Choice]:
    """One option each; an entry without a code (`=Please choose;`) stands for a blank field and is none."""
    for entry in text.split(BETWEEN):
        code, equals, caption = entry.partition("=")
        if code.strip():
            yield Choice(code.strip(), " ".join(caption.split()) if equals else code.strip(), retired)


def offered(choices: Sequence[Choice]) -> tuple[str, ...]:
    """What a drop-down offers: the captions of options that are not retired, as `shown` writes them."""
    return tuple(shown(choices, choice.code) for choice in choices if not choice.retired)


def shown(choices: Sequence[Choice], value: str) -> str:
    """What people see of a stored value: captions for codes, every other text as it is."""
    table = _table(choices)
    caption = table.captions.get(value)
    return _each(value, table.captions.get) or value if caption is None else caption


def code_of(choices: Sequence[Choice], text: str) -> str | None:
    """The stored value that a cell's text means, be it captions or codes; None where it is neither."""
    table = _table(choices)
    found = table.code(text)
    return _each(text, lambda part: table.code(part.strip())) if found is None else found


def _each(text: str, one: Callable[[str], str | None]) -> str | None:
    """A select-many value part by part; None where a part has no counterpart, or there is but one."""
    parts = text.split(BETWEEN)
    found = [one(part) if part.strip() else part.strip() for part in parts]
    known = [part for part in found if part is not None]
    return BETWEEN.join(known) if len(parts) > 1 and any(known) and len(known) == len(parts) else None


class _Table:
    """The options of one column, ready for look-ups."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        self.choices = choices
        self.captions = _unique_captions(choices)
        self._codes = {caption: code for code, caption in self.captions.items()}
        folded = Counter(caption.casefold() for caption in self._codes)
        self._alike = {
            caption.casefold(): code for caption, code in self._codes.items() if folded[caption.casefold()] == 1
        }

    def code(self, text: str) -> str | None:
        """The code that one caption or code means."""
        if not text.strip():
            return ""
        found = self._codes.get(text) or self._alike.get(text.strip().casefold())
        return found or (text if text in self.captions else None)


def _unique_captions(choices: Sequence[Choice]) -> dict[str, str]:
    """Code -> the text that stands for it and for no other: `caption (code)` where two codes have one caption."""
    plain = {
        choice.code: _in_one_part(choice.caption) or _in_one_part(choice.code) or choice.code for choice in choices
    }
    times = Counter(plain.values())
    captions: dict[str, str] = {}
    taken = {caption for caption, count in times.items() if count == 1}
    for code, caption in plain.items():
        if times[caption] > 1:
            caption = f"{caption} ({code})"
            while caption in taken:
                caption = f"{caption} ({code})"
            taken.add(caption)
        captions[code] = caption
    return captions


def _in_one_part(caption: str) -> str:
    """A caption on one line that cannot be taken for two of them."""
    return " ".join(_BREAKS.sub(" ", caption).split())


_TABLES: dict[int, _Table] = {}


def _table(choices: Sequence[Choice]) -> _Table:
    """The look-ups of a column's options, made once; found by identity, for hashing them costs more than a look-up.

    The table holds on to the options, so that no others get their identity.
    """
    table = _TABLES.get(id(choices))
    if table is None or table.choices is not choices:
        if len(_TABLES) >= _MAX_TABLES:
            _TABLES.clear()
        table = _TABLES[id(choices)] = _Table(choices)
    return table
