import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from schemas.records import Dead, Extracted
from transforms.read import markdown
from transforms.read.formats import ExtractOptions
from transforms.read.markdown import markdown_text
from transforms.read.markdown_dialects import add_dialects
from transforms.read.markdown_parser import parser_for


def text(source: str) -> str:
    return markdown_text(source)[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# A *b*\n\ntext\n", "A b\n\ntext\n"),
        ("A\n===\n\nB\n---\n", "A\n\nB\n"),
        ("one\ntwo  \nthree", "one two\nthree\n"),
        ("你好\n世界", "你好世界\n"),
        ("a `x  y` ``b`c`` d", "a x  y b`c d\n"),
        ("- a\n- b\n  - c\n\n    d\n", "- a\n- b\n\n  - c\n\n    d\n"),
        ("- a\n- b\n  - c\n", "- a\n- b\n  - c\n"),
        ("3. a\n4. b\n", "3. a\n4. b\n"),
        ("> quote\n> more", "quote more\n"),
        ("```py\nx = 1\n\n  y\n```", "x = 1\n\n  y\n"),
        ("    code\n      more", "code\n  more\n"),
        ("| a | b |\n|---|---|\n| `c` | [d](e) |", "a | b\nc | d\n"),
        ("[t](u) ![alt](i) <http://x.y> [r][1]\n\n[1]: http://z", "t alt http://x.y r\n"),
        ("a <b>c</b><br>d <!-- e --> f", "a c\nd f\n"),
        ("<div>\n<p>a</p>\n<!-- b -->\n<ul><li>c<li>d</ul>\n</div>", "a\n\n- c\n- d\n"),
        ("<script>\nx\n</script>\n\na", "a\n"),
        ("***\n\na\n\n---\n\nb", "a\n\nb\n"),
        ("a &amp; b \\* c ~~d~~", "a & b * c d\n"),
        ("- [ ] a\n- [x] b", "- [ ] a\n- [x] b\n"),
        ("## A {#b}", "A\n"),
        ("> [!NOTE]\n> text", "text\n"),
        ("::: tip Title\ntext\n:::", "Title\n\ntext\n"),
        (":::note[Title]\ntext\n:::", "Title\n\ntext\n"),
        ("import X from './x'\nimport Y from 'y'\n\nexport const a = {\n  b: 1,\n}\n\ntext", "text\n"),
        ("<Foo bar={{a: 1}} onClick={() => x}>\n\n**text**\n\n</Foo>", "text\n"),
        ("<Note>\n**text**\n</Note>", "text\n"),
        ('<Image\n  src={x}\n  alt="y"\n/>\n\ntext', "text\n"),
        ("a <CodeStep step={1}>b</CodeStep> `<Foo>` c {/*d*/}", "a b <Foo> c\n"),
        ('{{< alert title="x" >}}\na {{% b %}}\n{{< /alert >}}', "a\n"),
        ("[a](http://x/{{< param v >}}/y)", "a\n"),
        ("{% raw %}a{% endraw %}", "a\n"),
        ("`{{< kept >}}`", "{{< kept >}}\n"),
        ("```\n{{#include x.rs}}\n```\n\na", "a\n"),
        ("[[toc]]\n\na", "a\n"),
        ("snake_case_name and _em_ and __init__", "snake_case_name and em and init\n"),
        ("import os is a statement", "import os is a statement\n"),
        ("詳細は、**[設定](u)**を参照 `**`", "詳細は、設定を参照 **\n"),
        ("", ""),
    ],
)
def test_what_a_reader_sees(source, expected):
    assert text(source) == expected


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "a",
            "b c",
            "\n",
            "\n\n",
            "*",
            "**",
            "_",
            "`",
            "``",
            "```\n",
            "#",
            "# ",
            "> ",
            "- ",
            "1. ",
            "    ",
            "  ",
            "---\n",
            "===\n",
            "-\n",
            "|",
            "|-|-|\n",
            "[",
            "](x)",
            "]:",
            "[a]: b\n",
            "![",
            "<b>",
            "</b>",
            "<div>\n",
            "<A b={c}>",
            "&amp;",
            "\\",
            "~~",
            ":::",
            "import x from 'y'\n",
            "{{<",
            ">}}",
            "{%",
            "%}",
            "é",
            "你",
            "\t",
        ]
    ),
    max_size=25,
).map("".join)


@given(source=FRAGMENTS)
def test_the_chosen_parser_finds_what_one_with_all_rules_finds(source):
    full = MarkdownIt("commonmark", {"maxNesting": 60}).enable(["table", "strikethrough"])
    add_dialects(full)
    full.core.ruler.disable(["inline", "text_join"])
    full.normalizeLink = str  # type: ignore[method-assign]
    full.validateLink = lambda url: True  # type: ignore[method-assign]
    chosen = parser_for(source)

    def outline(parser):
        env: dict = {}
        found = []
        for token in parser.parse(source, env):
            children: list = []
            if token.type == "inline":
                parser.inline.parse(token.content, parser, env, children)
            inline = [(child.type, child.content) for child in children if child.type != "text"]
            found.append((token.type, token.content, token.hidden, inline))
        return found

    assert outline(chosen) == outline(full)


@given(source=FRAGMENTS)
def test_any_text_gives_text(source):
    assert isinstance(markdown.extract(source.encode(), ExtractOptions()), Extracted)


@pytest.mark.parametrize(
    "source",
    [
        "[" * 20000,
        ">" * 20000,
        "- " * 5000,
        "*a " * 20000,
        "`" * 20000,
        "<a " * 20000,
        "{{<" * 20000,
        "![" * 20000,
        "<A b={" * 10000,
        "|" * 20000 + "\n" + "|-" * 20000,
        "&" * 20000,
        "[a](" * 10000,
        "\\" * 20000,
        "<!--" * 10000,
    ],
)
def test_hostile_text_ends_soon(source):
    began = time.process_time()
    found = markdown.extract(source.encode(), ExtractOptions())
    assert isinstance(found, Extracted) or (isinstance(found, Dead) and found.reason == "parse_error")
    assert time.process_time() - began < 20


def test_front_matter_becomes_metadata():
    raw = b"---\ntitle: T\nauthors: [A, '[B](http://b)']\ndate: 2020-01-02\ntags: [x]\n---\n\n# H\n\ntext\n"
    found = markdown.extract(raw, ExtractOptions())
    assert found == Extracted(
        "H\n\ntext\n",
        "T",
        "A, B",
        1577923200000000,
        None,
        {"title": "T", "authors": ["A", "[B](http://b)"], "date": "2020-01-02", "tags": ["x"]},
    )


@pytest.mark.parametrize(
    ("raw", "body", "key"),
    [
        (b"+++\ntitle = 'T'\n+++\ntext", "text\n", "title"),
        (b"---\r\ntitle: T\r\n---\r\ntext", "text\n", "title"),
        (b"---\ntitle: [broken\n---\ntext", "text\n", "front_matter"),
        (b"---\na: &a [x]\nb: &b [*a,*a,*a]\nc: [*b,*b]\n---\ntext", "text\n", "a"),
        (b"---\n\ntext\n\n---\n", "text\n", None),
        (b"---\nx: !!python/object:os.system {}\n---\ntext", "text\n", "front_matter"),
    ],
)
def test_front_matter_of_all_kinds(raw, body, key):
    found = markdown.extract(raw, ExtractOptions())
    assert isinstance(found, Extracted)
    assert found.text == body
    assert key in found.metadata if key else not found.metadata


def test_a_bomb_of_aliases_is_kept_as_text():
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"] + [
        f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)
    ]
    found = markdown.extract(("---\n" + "\n".join(lines) + "\n---\ntext").encode(), ExtractOptions())
    assert isinstance(found, Extracted)
    assert list(found.metadata) == ["front_matter"]
