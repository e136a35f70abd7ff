import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.read.wikitext import TooCostly, wikitext_to_text

DROPPED = ("file", "category", "fails")


@pytest.mark.parametrize(
    ("wikitext", "text"),
    [
        ("'''a''' ''b'' '''''c'''''", "a b c"),
        ("[[a]] [[a|b]] [[a]]s [[:Category:x|y]] [[:Fails:x]]", "a b as y Fails:x"),
        ("[[Foo (bar)|]] [[Help:Foo|]]", "Foo Foo"),
        ("a [[Fails:x.png|thumb|A ''caption'' with a [[link]].]] b", "a  b"),
        ("x\n[[Category:A]]\n[[de:Xy]]\n[[zh-min-nan:Z]]\n[[be:]]", "x"),
        ("[[wikt:word|word]] and [[Star Wars: A]]", "word and Star Wars: A"),
        ("[http://a.b c d] http://e.f [http://g.h]", "c d http://e.f"),
        ("a{{t|{{u|[[v]]}}}}b{{{1|c}}}", "ab"),
        ("Riga ({{lang|lv|x}}, ; ) is ({{a}}, big)", "Riga is (big)"),
        ("a<ref>no</ref> b<ref name=x /> c<!-- no --> __NOTOC__", "a b c"),
        ("a &amp; b&nbsp;c &#8211; &lt;d&gt; &bogus; &#x110000;", "a & b\xa0c – <d> &bogus; &#x110000;"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<div>a</div><span>b</span>", "a\nb"),
        ("* a\n** b\n# c\n: d\n; e\n*{{x}}\n* {{x}}, f", "- a\n- b\n- c\nd\ne\n\n- f"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("== A ==\ntext\n=== B ===\n{{x}}\n== C ==\n[[Category:x]]", "A\n\ntext"),
        ("== A ==\n=== B ===\ntext\n== C ==\nmore", "A\n\nB\n\ntext\n\nC\n\nmore"),
        ("a\n<pre>\n  x = 1\n\n\n\n* y\n</pre>\nb", "a\n\n  x = 1\n\n\n\n* y\n\nb"),
        ('<syntaxhighlight lang="c">int a;\n  b</syntaxhighlight>', "int a;\n  b"),
        ("<math>\\frac{a}{b}</math> and <nowiki>[[x]]</nowiki>", "\\frac{a}{b} and [[x]]"),
        ('{| x="y"\n|+ C\n! a !! b\n|-\n| x="y" | 1 || 2\n|-\n|3\n|[[4]]\n|}', "C\na | b\n1 | 2\n3 | 4"),
        ("{|\n|\n* a\n* b\n|\nc\n|}", "- a\n- b\nc"),
        ("{|\n| only\n|}", "only"),
        ("<table><tr><th>a</th><td>b</td></tr></table>", "a | b"),
        ("<gallery>\na.jpg|x\n</gallery>", ""),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("----\na", "a"),
        ("{{unclosed\n| a", "{{unclosed\n| a"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_a_reader_sees(wikitext, text):
    assert wikitext_to_text(wikitext, DROPPED) == text


@pytest.mark.parametrize(
    "unit",
    ["{{a|", "{{{a|", "[[a|", "<b>", "<ref>", '<div style="', "<a b=c d='", "{{a|<ref>}}</ref>", "[http://a [http://b",
     '<div style="></div>', "[[a|[[b]]", "{{a|[[b|<b>"],
)  # fmt: skip
def test_brackets_that_are_not_closed_cost_little(unit):
    began = time.process_time()
    with pytest.raises(TooCostly):
        wikitext_to_text(unit * 20_000)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "unit", ["{{a|b}}", "[[a|b]] ", "<b>a</b>", "<li>a", "* a\n", "{|\n|a\n|}\n", "'''a''' ", "}}"]
)
def test_those_that_are_closed_are_no_fault(unit):
    wikitext_to_text(unit * 2000)


@given(st.text("[]{}|<>/='*#:;!-\n ab&", max_size=60))
def test_any_markup_gives_text(wikitext):
    assert "\0" not in wikitext_to_text(wikitext, DROPPED)
