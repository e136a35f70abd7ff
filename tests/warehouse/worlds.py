"""The warehouse that most tests of the asking side question; its numbers are counted by hand there."""

from pathlib import Path

from tests.warehouse.factory import Doc, Member, World, source

# acme holds a licence text twice and one text of its own; bolt holds the same licence, a near copy of
# acme's guide, and one German text; crawl is a reference; empty has no files; mail states contributors.
ACME_GUIDE = Doc("acme", "guide.md", "how to turn a nut with a wrench", tokens=100, title="Guide")
ACME_LICENSE = Doc("acme", "LICENSE", "permission is granted to all", tokens=40)
ACME_LICENSE_2 = Doc("acme", "sub/LICENSE", "permission is granted to all", tokens=40)
ACME_NEWS = Doc("acme", "news.md", "acme opens a shop in the north", tokens=7)
BOLT_LICENSE = Doc("bolt", "LICENSE", "permission is granted to all", tokens=40)
BOLT_GUIDE = Doc("bolt", "guide.md", "how to turn a nut with a spanner", tokens=90, title="Guide")
BOLT_GERMAN = Doc("bolt", "de.md", "wie man eine Mutter dreht", tokens=30, language="de")
CRAWL_NEWS = Doc("crawl", "news.html", "acme opens a shop in the north", tokens=7)
CRAWL_OTHER = Doc("crawl", "other.html", "nothing that anyone has", tokens=5)
MAIL_ANN = Doc(
    "mail", "box.jsonl", "a letter by ann", 20, locator="byte=0", contributor="ann", license="CC0-1.0"
)
MAIL_BOB = Doc("mail", "box.jsonl", "a letter by bob", 25, locator="byte=50", contributor="bob")

REFUSED = Doc("bolt", "fr.md", "comment tourner un écrou", language="fr")
BROKEN = Doc("acme", "broken.pdf", "not a pdf")

DOCS = (
    ACME_GUIDE, ACME_LICENSE, ACME_LICENSE_2, ACME_NEWS, BOLT_LICENSE, BOLT_GUIDE, BOLT_GERMAN,
    CRAWL_NEWS, CRAWL_OTHER, MAIL_ANN, MAIL_BOB,
)  # fmt: skip


def handbooks(root: Path, *removed: Doc, founders: bool = True) -> World:
    """Three clusters: the licence (acme, acme, bolt), the guide (acme, near bolt), the news (acme, crawl).

    Args:
        root: Folder for sources and warehouse.
        *removed: What a takedown hit.
        founders: Whether ``members`` lists founders too.
    """
    members = [
        Member(ACME_LICENSE, ACME_LICENSE),
        Member(ACME_LICENSE_2, ACME_LICENSE),
        Member(BOLT_LICENSE, ACME_LICENSE),
        Member(ACME_GUIDE, ACME_GUIDE, "near"),
        Member(BOLT_GUIDE, ACME_GUIDE, "near", 0.8),
        Member(ACME_NEWS, ACME_NEWS),
        Member(CRAWL_NEWS, ACME_NEWS),
    ]
    return World(
        root,
        sources=(
            source("acme", "Acme", "Apache-2.0", priority=5, attribution="Acme authors"),
            source("bolt", "Bolt", "MIT", url="https://bolt.example"),
            source("crawl", "Crawl", None, reference=True),
            source("empty", "Nobody"),
            source("mail", None, "MIT"),
        ),
        docs=DOCS,
        rejected=(REFUSED,),
        dead=(BROKEN,),
        members=[member for member in members if founders or member.doc is not member.founder],
        pairs=[(ACME_GUIDE, BOLT_GUIDE, 0.8, True), (ACME_GUIDE, ACME_NEWS, 0.1, False)],
        removed=removed,
    )
