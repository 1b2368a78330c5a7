"""Passages of a plain text: lines, as in `moby.txt:120-131`, or a phrase in quotes that it has once."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby

from phonecase.corpus.verses import Verse, join
from phonecase.errors import UserError, suggestion

_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“”", "‘": "’", "«": "»", "»": "«", "「": "」"}
_LINES = re.compile(r"(?P<file>.+):(?P<first>\d+)(?:\s*[-‐‑‒–—−]\s*(?P<last>\d+))?")


def find_lines(text: str, lines: Sequence[Verse]) -> list[Verse]:
    """The lines that `moby.txt:120-131` names, or the part of lines that is the phrase in quotes.

    White space in a phrase, a line break among it, is as good as any other. Raises UserError when there is no
    such file or line, and when the phrase isn't there or is there twice, with the lines where it is.
    """
    written = unicodedata.normalize("NFC", text).strip()
    if len(written) > 2 and written[-1] in _QUOTES.get(written[0], ""):
        return _phrase(written[1:-1], lines)
    match = _LINES.fullmatch(written)
    if not match:
        raise UserError(
            f"'{text}' is not a passage of a plain text; write lines, as in '{lines[0].book}:1-12', "
            "or a phrase in quotes, as in '\"Call me Ishmael\"'"
        )
    file, first = match["file"], int(match["first"])
    last = int(match["last"] or first)
    there = [line for line in lines if line.book == file]
    if not there:
        files = list(dict.fromkeys(line.book for line in lines))
        raise UserError(
            f"there is no file '{file}'{suggestion(file, files) or '; there are ' + ', '.join(files)}"
        )
    if last < first:
        raise UserError(f"'{text}' runs backwards: name the earlier line first")
    if first < 1 or last > len(there):
        raise UserError(f"there is no line {last if first else first} of {file}: it has {len(there)}")
    return there[first - 1 : last]


def lines_named(lines: Sequence[Verse]) -> str:
    """Where lines of one file are: `moby.txt:120-131`."""
    first, last = lines[0], lines[-1]
    return f"{first.book}:{first.verse}" + (f"-{last.verse}" if last.verse > first.verse else "")


def _phrase(phrase: str, lines: Sequence[Verse]) -> list[Verse]:
    """The parts of lines that make up the phrase."""
    words = r"\s+".join(map(re.escape, phrase.split()))
    pattern = f"(?=({words}))"  # looked ahead for, so that places may overlap
    found = list(_found(re.compile(pattern), lines))
    if not found:
        near = next(_found(re.compile(pattern, re.IGNORECASE), lines), None)
        hint = f"; with other capitals it is: {lines_named(near)}" if near else ""
        raise UserError(f"'{phrase}' is not in the text{hint}")
    if len(found) > 1:
        where = ", ".join(map(lines_named, found[:5])) + (", ..." if len(found) > 5 else "")
        raise UserError(
            f"'{phrase}' is in the text {len(found)} times: {where}; take more words, or name lines"
        )
    return found[0]


def _found(pattern: re.Pattern[str], lines: Sequence[Verse]) -> Iterator[list[Verse]]:
    """Each place of a pattern within one file, as the parts of the lines that it goes over."""
    for _, group in groupby(lines, lambda line: line.book):
        file = list(group)
        text = join(file)
        ends = list(accumulate(len(line.text) + 1 for line in file))  # where the next line begins
        for match in pattern.finditer(text):
            number = bisect_right(ends, match.start())
            parts = match[1].split("\n")
            there = file[number : number + len(parts)]
            yield [line._replace(text=part) for line, part in zip(there, parts, strict=True)]
