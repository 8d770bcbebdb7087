"""When two names, or two postcodes, count as the same: only the way of writing may differ."""

from __future__ import annotations

import re
import unicodedata


def name_key(name: str) -> str:
    """What of a person's name counts: two with the same key are the same name.

    Case, accents, hyphens, apostrophes, spaces and the order of the words make no difference; a
    letter more or less does. Empty if there is no letter in it.
    """
    bare = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(char for char in bare if not unicodedata.combining(char))
    bare = re.sub(r"['\u2019`.]", "", bare)
    return " ".join(sorted(re.findall(r"[^\W_]+", bare)))


def postcode_key(postcode: str) -> str:
    """What of a postcode counts: not its case, spaces and hyphens."""
    return postcode.replace(" ", "").replace("-", "").upper()
