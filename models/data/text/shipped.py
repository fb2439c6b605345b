"""The texts that come with the playground: names, towns, and its own source code as it once was.

They are frozen: an experiment remembers the digest of what it learnt from, and finds the very same text again.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from typing import Literal

import numpy as np

from models.data.shipped_file import shipped_file
from models.data.text.letters import Text

Shipped = Literal["names", "towns", "languages", "source-code"]

FILES = {
    "names": "us-baby-names-2017.txt",
    "towns": "cities-by-country.csv",
    "languages": "first-names-by-language.csv",
    "source-code": "source-code.txt.gz",
}

SHA256: dict[str, str] = {
    "towns": "41bcd0b5d640b8ea48ec127f9742a84b9f8367152eece4ff76b851555db11fbf",
    "languages": "1af2d4da4fff90adb716583f77e5a36819bf1fd9f477772ee7fe7133330aef6a",
    "source-code": "402a4948743475168c1f6eb26b74f21abaf4647575ecf64488d9ca38c722c692",
    "names": "6f35021952e0e3e6ee7d3dc1c5c7fa6a5bc94a508f5eff4a08136a396d6d30df",
}
"""Of the files as they are shipped; resources/text/SHA256SUMS lists the same."""

COUNTRIES = {
    "DE": "Germany", "BR": "Brazil", "ES": "Spain", "FR": "France", "GB": "Great Britain", "IT": "Italy", "JP": "Japan",
    "NL": "the Netherlands", "PL": "Poland", "RO": "Romania", "TR": "Turkey", "US": "the United States",
}  # fmt: skip

MOST_LANGUAGE_NAMES = 400
"""Names of one language: or the language with the most names would be the best guess for any."""

LEAST_LANGUAGE_NAMES = 200


def _read(name: str) -> bytes:
    """The file, checked and unpacked; raises DataError."""
    content = shipped_file("text", FILES[name], SHA256[name])
    return gzip.decompress(content) if FILES[name].endswith(".gz") else content


def _shuffled(lines: list[str]) -> list[str]:
    """In an order that is always the same, so that what is held out is as mixed as what is learnt."""
    return [lines[index] for index in np.random.default_rng(2017).permutation(len(lines))]


def _rows(name: str) -> list[tuple[str, str]]:
    """(first, second column) of a table without its heading."""
    found = (line.rpartition(",") for line in _read(name).decode("utf-8").splitlines()[1:])
    return [(first.strip('"'), last) for first, _, last in found]


@lru_cache(maxsize=4)
def shipped(name: Shipped, country: str = "DE") -> Text:
    """One of the texts; `country` says of where the towns are.

    Raises DataError when its file is missing or has been changed.
    """
    digest = SHA256[name]
    if name == "names":
        lines = _shuffled(_read(name).decode("utf-8").split())
        return Text("\n".join(lines) + "\n", "given names", digest, lines=True)
    if name == "towns":
        towns = _shuffled(sorted({town for town, where in _rows(name) if where == country}))
        return Text("\n".join(towns) + "\n", f"towns of {COUNTRIES[country]}", digest, lines=True)
    if name == "languages":
        return _languages(digest)
    return Text(_read(name).decode("utf-8"), "this program's source code", digest)


def _languages(digest: str) -> Text:
    """Names with their language as a label; names that several languages share are left out."""
    rows = _rows("languages")
    languages: dict[str, set[str]] = {}
    for first, language in rows:
        languages.setdefault(first, set()).add(language)
    alone = [(first, language) for first, language in rows if len(languages[first]) == 1]
    count: dict[str, int] = {}
    kept = []
    for index in np.random.default_rng(2017).permutation(len(alone)):
        first, language = alone[index]
        count[language] = count.get(language, 0) + 1
        if count[language] <= MOST_LANGUAGE_NAMES:
            kept.append((first, language))
    kept = [(first, language) for first, language in kept if count[language] >= LEAST_LANGUAGE_NAMES]
    names = "\n".join(first for first, _ in kept) + "\n"
    return Text(names, "first names by language", digest, lines=True, labels=tuple(last for _, last in kept))
