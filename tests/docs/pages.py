"""Reading our Markdown pages: their links, their code, and what the code names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block of code: its language ("" if none is named) and its text, dedented."""

    language: str
    text: str


@dataclass(frozen=True)
class Page:
    """One page."""

    path: Path

    @property
    def name(self) -> str:
        """Its path from the checkout's root."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """All but the fenced blocks."""
        return _FENCE.sub("", self.text)

    def blocks(self) -> list[Block]:
        """Its fenced blocks, in order."""
        return [
            Block(language, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE))
            for indent, language, text in _FENCE.findall(self.text)
        ]

    def spans(self) -> list[str]:
        """What stands in backticks in the prose."""
        return [re.sub(r"\s+", " ", text).strip() for _, text in _SPAN.findall(self.prose)]

    def links(self) -> list[str]:
        """Targets of links and pictures, those in code apart."""
        return _LINK.findall(_SPAN.sub("", self.prose))

    def anchors(self) -> set[str]:
        """What `#...` may name, as GitHub makes it from the headings."""
        headings = re.findall(r"^#{1,6} +(.+?)\s*$", self.prose, re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}

    def commands(self) -> Iterator[str]:
        """Lines that a reader may type: those of shell blocks, and spans."""
        for block in self.blocks():
            if block.language in {"sh", "bash", "shell", "console"}:
                yield from block.text.replace("\\\n", " ").splitlines()
        yield from self.spans()


def pages() -> list[Page]:
    """README.md, if it is there, and every page of docs/."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return [Page(path) for path in found if path.exists()]
