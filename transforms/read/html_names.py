"""What the names that a page gives its blocks (class, id, role) say about them."""

import re
from dataclasses import dataclass
from functools import lru_cache

MAIN, BODY = 1, 2
"""Levels of names: the main part of a page, the body of an article."""

_PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])|_")  # camelCase and snake_case
_TAXONOMY = re.compile(r"\b(?:category|tag|type|status|format|author)-\S+")  # WordPress: what a post is about
_ASIDE = re.compile(
    r"""comment(?!ar)|disqus|sidebar|side-bar|footer(?!note)|breadcrumb|newsletter|cookie|consent|gdpr|navbar
    |navbox|nav-?menu|\bsubnav|navigation|taboola|outbrain|advert|sponsor|sociable|social|sharedaddy|addthis
    |share-|sharing|related|recommended|most-(?:read|popular|viewed)|popular-posts|trending|pagination
    |skip-?link|subscri(?:be|ption)|sr-only|screen-reader|visually-?hidden|no-?print|hide-print|mw-editsection
    |right-?col(?:umn)?\b|right-?rail|mw-jump|catlinks|printfooter|reference-tooltip|paywall|promo(?:tion)?\b
    |\b(?:nav|menu|menubar|toolbar|toc|pager|paging|share|shares|sharebar|respond|reply|login|signin|sign-?up
    |popup|modal|overlay|widget|widgets|banner|ads?|dfp-?ad|ad-(?:slot|unit|box|container|wrapper)|buttons?
    |tags|tag-?list|tag-?cloud|tool-?tips?|copyright|teasers?|carousel|slider|slideshow|hidden|contentinfo
    |search(?!-results)|complementary|noscript)\b|\bd-none\b(?!.*\bd-(?:sm|md|lg|xl|xxl)-)""",
    re.IGNORECASE | re.VERBOSE,
)
_SMALL = re.compile(
    r"""\b(?:authors?|author-?(?:bio|info|box|name|line)|bio|by-?line|meta|meta-?data|post-?meta|entry-?meta|date
    |time|timestamp|published|updated|posted|posted-on|rating|ratings|caption|credits?|categor(?:y|ies)|next|prev
    |previous|links|options|info|post-info|print|e-?mail|feedback|icons?|label|more|read-?more|see-?also
    |attribution|counter|views)\b|elated|-stories|byline""",
    re.IGNORECASE | re.VERBOSE,
)
_BODY = re.compile(
    r"""article-?(?:body|content|text)|\b(?:entry|post|story|blog|news|main|page|single|body)-?content\b
    |post-?body|story-?body|entry-?text|mw-parser-output|mw-content-text|markdown-body|rst-content|body-?copy
    |contentbody|td-post-content|field--?name-body|documentwrapper""",
    re.IGNORECASE | re.VERBOSE,
)
_MAIN = re.compile(
    r"\b(?:main|content|articles?|story|hentry|entry|post|main-?content|text)\b", re.IGNORECASE
)
_NOTE = re.compile(r"note|admonition|tip|warning|callout|topic|example|important", re.IGNORECASE)
_COMMENTS = re.compile(r"comment(?!ar)|disqus|respond", re.IGNORECASE)
_IMAGE = re.compile(r"inline-?image|image-?(?:embed|caption)|photo-?caption|wp-caption", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Names:
    """What names say.

    Attributes:
        aside: Navigation, comments, advertising and the like, of whatever size.
        small: A byline, a date, a caption: if the block is small.
        level: 0, ``MAIN`` or ``BODY``.
    """

    aside: bool = False
    small: bool = False
    level: int = 0


@lru_cache(maxsize=16_384)
def names_mean(names: str) -> Names:
    """Returns what the names of a block say.

    >>> names_mean("relatedPosts").aside, names_mean("post-content").level
    (True, 2)
    """
    parted = _PARTS.sub("-", names)
    if "type-post" in parted or "hentry" in parted:
        parted = _TAXONOMY.sub(" ", parted)
    level = BODY if _BODY.search(parted) else MAIN if _MAIN.search(parted) else 0
    return Names(_ASIDE.search(parted) is not None, _SMALL.search(parted) is not None, level)


def is_note(names: str) -> bool:
    """Tells an ``aside`` that belongs to the text, as notes and warnings of handbooks do."""
    return _NOTE.search(names) is not None


def is_comments(names: str) -> bool:
    """Tells the comments of readers."""
    return _COMMENTS.search(names) is not None


def is_image(names: str) -> bool:
    """Tells the text of a picture."""
    return _IMAGE.search(names) is not None
