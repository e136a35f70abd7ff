"""Which blocks of a page are its main text.

In the spirit of Readability (Arc90, 2010) and of Kohlschütter, Fankhauser and Nejdl, "Boilerplate Detection
using Shallow Text Features" (WSDM 2010: length and density of links of a block): prose is long and has few
links. First what the page itself calls navigation, comments or advertising is set aside; then the smallest
block is searched that still holds nearly all of the prose; in it, blocks made of links go.
"""

from dataclasses import dataclass

from transforms.read.html_blocks import HEADINGS, Block, Run, tags
from transforms.read.html_names import BODY, MAIN, Names, is_comments, is_image, is_note, names_mean

_DESCENDED = tags("article body center div fieldset form main section table tbody td tr details")
_OPENED = _DESCENDED | tags(
    "address aside dd dl dt figure footer header li nav ol ul menu dir summary search hgroup"
)
_LISTS = tags("ul ol dl menu dir")
_LINKED = tags("div section table p tr td header")
_KEPT_IN_FIGURES = tags("pre table blockquote div")


@dataclass(frozen=True, slots=True)
class Limits:
    """What decides; chosen on the tuning halves of the gold sets (``benchmarks/main_text.py``).

    Attributes:
        prose_chars: Shorter runs are no prose, in characters of a Latin script.
        prose_links: Nor are those of which this share is links.
        aside_prose: A block that is called navigation or the like stays if it holds more of the page's prose.
        aside_chars: Or more of its text.
        least_prose: Comments of readers go if the rest of the page has as much prose.
        small_chars: Bylines, dates, captions of up to this length go.
        image_chars: So do texts of pictures.
        body_share: Share of the prose that a block needs which is called the body of an article.
        main_share: That is called the main part of the page, or is an ``article``.
        share: That has no telling name.
        list_links: A list with a larger share of links goes.
        block_links: So does another block.
        lead_chars: Prose before the block belongs to it from this length.
    """

    prose_chars: int = 40
    prose_links: float = 0.5
    aside_prose: float = 0.4
    aside_chars: float = 0.6
    least_prose: int = 250
    small_chars: int = 200
    image_chars: int = 500
    body_share: float = 0.4
    main_share: float = 0.7
    share: float = 0.85
    list_links: float = 0.5
    block_links: float = 0.6
    lead_chars: int = 80


LIMITS = Limits()


def main_block(root: Block, limits: Limits = LIMITS) -> Block:
    """Returns the block with the main text; what does not belong to it is taken out of it."""
    finder = _Finder(limits)
    finder.measure(root)
    finder.chars, finder.prose = root.chars, root.prose
    finder.set_aside(root)
    path = finder.choose(root)
    found = path[-1]
    finder.drop_links(found)
    if len(path) > 1:
        found.items[:0] = finder.lead(path[-2], found)
    return found


class _Finder:
    """The steps, with the page's characters and prose to compare with."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.chars = 0
        self.prose = 0.0

    def measure(self, block: Block) -> None:
        """Counts the characters of prose of a block and of all in it."""
        if block.tag == "pre":
            block.prose = block.chars * 0.5
            return
        found = 0.0
        for item in block.items:
            if isinstance(item, Block):
                self.measure(item)
                found += item.prose
            else:
                found += self._run_prose(item)
        block.prose = 0.0 if block.tag in HEADINGS else found

    def _run_prose(self, run: Run) -> float:
        chars = len(run.text)
        size = chars if run.text.isascii() else len(run.text.encode("utf-8", "replace")) * 0.7
        if size < self.limits.prose_chars or run.links >= self.limits.prose_links * chars:
            return 0.0
        return chars - run.links

    def set_aside(self, block: Block) -> None:
        """Takes out what the page itself calls something else than its content, and counts again."""
        kept: list[Run | Block] = []
        chars = links = 0
        prose = 0.0
        for item in block.items:
            if isinstance(item, Block):
                if self._is_aside(item):
                    continue
                self.set_aside(item)
                chars += item.chars
                prose += item.prose
            else:
                chars += len(item.text)
                prose += self._run_prose(item)
            links += item.links
            kept.append(item)
        if block.tag in HEADINGS:
            prose = 0.0
        elif block.tag == "pre":
            prose = block.prose
        block.items, block.chars, block.links, block.prose = kept, chars, links, prose

    def _is_aside(self, block: Block) -> bool:
        tag = block.tag
        if tag in HEADINGS or tag == "pre":
            return False
        if tag in ("nav", "menu", "figcaption"):
            return True
        names = names_mean(block.names) if block.names else Names()
        if names.aside or (tag in ("footer", "aside") and not is_note(block.names)):
            if names.level == 0 and tag != "article" and is_comments(block.names):
                return self.prose - block.prose >= self.limits.least_prose
            return (
                block.prose <= self.limits.aside_prose * self.prose
                and block.chars <= self.limits.aside_chars * self.chars
            )
        if tag == "figure":
            return block.prose < self.limits.small_chars and not any(
                isinstance(item, Block) and item.tag in _KEPT_IN_FIGURES for item in block.items
            )
        if names.small and names.level < BODY and block.chars <= self.limits.small_chars:
            return True
        return block.chars <= self.limits.image_chars and tag != "table" and is_image(block.names)

    def choose(self, root: Block) -> list[Block]:
        """Returns the path to the smallest block that holds nearly all of the prose."""
        path, total = [root], root.prose
        bodies: list[list[Block]] = []
        self._bodies(path, self.limits.body_share * total, bodies)
        if len(bodies) == 1:
            path, total = bodies[0], bodies[0][-1].prose
        while True:
            deeper = _heaviest(path[-1])
            if deeper is None:
                return path
            if self._passes(deeper, total):
                path.append(deeper)
                continue
            further = self._further(deeper, total)
            if not further:
                return path
            path.extend(further)

    def _further(self, block: Block, total: float) -> list[Block]:
        """Returns the path from a block that holds too little to one in it whose name makes up for that."""
        path = [block]
        while (deeper := _heaviest(path[-1])) and deeper.prose >= self.limits.body_share * total:
            path.append(deeper)
            if _level(deeper) and self._passes(deeper, total):
                return path
        return []

    def _bodies(self, path: list[Block], least: float, found: list[list[Block]]) -> None:
        """Collects the paths to the outermost articles and bodies of articles."""
        for item in path[-1].items:
            if isinstance(item, Block) and item.tag in _DESCENDED and item.prose >= least > 0:
                if item.tag == "article" or _level(item) == BODY:
                    found.append([*path, item])
                else:
                    self._bodies([*path, item], least, found)

    def _passes(self, block: Block, total: float) -> bool:
        share = (self.limits.share, self.limits.main_share, self.limits.body_share)[_level(block)]
        return 0 < block.prose >= share * total

    def lead(self, outer: Block, inner: Block) -> list[Run | Block]:
        """Returns the prose that stands right before the block."""
        found: list[Run | Block] = []
        for item in outer.items:
            if item is inner:
                break
            found.extend(self._paragraphs(item))
        return found

    def _paragraphs(self, item: Run | Block) -> list[Run | Block]:
        if isinstance(item, Run):
            return [item] if self._run_prose(item) >= self.limits.lead_chars else []
        if item.tag in ("div", "p", "header", "section"):
            return [each for inner in item.items for each in self._paragraphs(inner)]
        return []

    def drop_links(self, block: Block) -> None:
        """Takes blocks out that consist of links, and headings at the end."""
        kept: list[Run | Block] = []
        for item in block.items:
            if isinstance(item, Block):
                if self._is_links(item):
                    continue
                if item.tag in _OPENED:
                    self.drop_links(item)
            elif item.links >= 0.9 * len(item.text) and block.tag in (
                "div",
                "section",
                "article",
                "body",
                "td",
            ):
                continue
            kept.append(item)
        last = len(kept)
        while last and isinstance(item := kept[last - 1], Block) and item.tag in HEADINGS:
            last -= 1
        del kept[last or len(kept) :]
        block.items = kept

    def _is_links(self, block: Block) -> bool:
        if block.tag in _LISTS:
            return block.links > self.limits.list_links * block.chars
        if block.tag in _LINKED:
            return block.links > self.limits.block_links * block.chars
        return block.chars == 0


def _heaviest(block: Block) -> Block | None:
    """Returns the block in it with most prose, the first of equals; None if it has none."""
    best: Block | None = None
    for item in block.items:
        if isinstance(item, Block) and item.tag in _DESCENDED and (best is None or item.prose > best.prose):
            best = item
    return best


def _level(block: Block) -> int:
    level = names_mean(block.names).level if block.names else 0
    return MAIN if level == 0 and block.tag in ("article", "main") else level
