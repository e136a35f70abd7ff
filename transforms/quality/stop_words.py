"""Words that any coherent text of a language holds: the eight or so most frequent of its function words.

English has those of Rae et al. 2021, appendix A1.1; the lists of the other languages follow the same idea:
articles, copulas, conjunctions, prepositions, and where words are not separated by spaces, particles of
one character. A language that has no list has no such words here, and the rule does not apply to it: in
those that join their function words to others, or write no spaces and few characters alone, they say
nothing.
"""

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from transforms.words import split_words

STOP_WORDS: Final[dict[str, str]] = {
    "en": "the be to of and that have with",
    "af": "die van en in is het nie wat te vir",
    "ar": "في من على إلى عن أن هذا التي أو لا ما مع",
    "be": "і у на не што з для як да або",
    "bg": "и на да за от се не са като или",
    "bn": "এবং এই করে জন্য থেকে না হয় একটি ও যে",
    "bs": "i u je na se da za od su ili",
    "ca": "de la el que i en un per les amb",
    "cs": "a v se na je že z pro to nebo",
    "cy": "i a y yn mae o yr neu ac ni na",
    "da": "og i at er det en til på som af",
    "de": "der die und in den das zu ist mit von",
    "el": "και το να η της του με για από που",
    "eo": "la kaj de en estas al kiu por ne aŭ",
    "es": "de la que el en y los un por con",
    "et": "ja on ei et see kui ka ning või oli",
    "eu": "eta da ez bat du dira edo ere baina izan",
    "fa": "و در به از که این را با است برای",
    "fi": "ja on ei että se oli myös tai kun jos",
    "fr": "de la le et les des en un que pour",
    "ga": "an na agus ar le is do go ag bhí",
    "gl": "de a o que e en un para por con",
    "gu": "અને છે માટે તે કે આ નહિ અથવા કરવામાં તેના",
    "he": "את של על לא עם זה או גם כל הוא",
    "hi": "के में की है और से को का एक यह",
    "hr": "i u je na se da za od su ili",
    "hu": "a az és hogy nem is egy ha vagy meg",
    "hy": "և է են որ այս համար կամ մեջ ոչ մի",
    "id": "yang dan di untuk dengan ini dari dalam pada atau",
    "is": "og að í er á sem til við um eða",
    "it": "di e la il che in un per con non",
    "ja": "の に は を た が で て と も",
    "ka": "და რომ ეს არის ან არ მისი როგორც იყო უნდა",
    "kk": "және мен немесе бар де осы болып басқа да үшін",
    "ko": "수 있는 있습니다 및 이 또는 위해 그 등 때",
    "la": "et in ad est ut vel quae atque non cum",
    "lt": "ir yra kad su į iš ar kaip tai per",
    "lv": "un ir ka ar no uz par tas lai vai",
    "mk": "и на да за од се не со како или",
    "mr": "आणि आहे या हे ते एक व आहेत ही किंवा",
    "ms": "yang dan di untuk dengan ini dari dalam pada atau",
    "nb": "og i å er det en til på som av",
    "ne": "र को छ मा यो पनि हो गर्न लागि एक",
    "nl": "de van het een en in is dat op te",
    "nn": "og i å er det ein til på som av",
    "no": "og i å er det en til på som av",
    "pa": "ਨੂੰ ਹੈ ਦਾ ਦੀ ਅਤੇ ਤੇ ਵਿਚ ਦੇ ਜਾਂ ਤੋਂ",
    "pl": "i w na z się nie do to że jest",
    "pt": "de a o que e em um para com não",
    "ro": "de și în la a cu pe nu care din",
    "ru": "и в не на что с для это по или",
    "sk": "a v sa na je že z pre to alebo",
    "sl": "in je v na se da za ne ki ali",
    "sq": "të dhe në e për me një që nga ose",
    "sr": "и у је на се да за од су или i u je na se da za od su ili",
    "sv": "och i att är det en till på som av",
    "sw": "ya na kwa wa au katika za ni kuwa la",
    "ta": "ஒரு மற்றும் இந்த என்று அந்த இது என அல்லது",
    "tl": "sa ng at ang mga na ay may o ito",
    "tr": "ve bir bu için ile de da olarak gibi veya",
    "uk": "і в на не що з для як та або",
    "ur": "کے میں کی ہے اور سے کو کا یہ ایک",
    "uz": "va bir har yoki bilan uchun emas hech kerak",
    "vi": "và của là có trong cho các một được không",
    "zh": "的 是 在 不 了 有 和 这 一 這 個 与",
}
"""ISO 639 code -> its words."""

_SLOTS = 1 << 16


class StopWordTable:
    """Finds stop words by their hashes.

    A table over 16 bits of a hash tells which stop word it may be; then the whole hash is compared.

    Attributes:
        languages: ISO 639 code -> its row in ``belongs``.
        hashes: Of the stop words of all languages.
        belongs: Whether each is one of each language; the last row is for languages without a list.
        shift: Where in a hash the 16 bits begin.
        slots: Index in ``hashes`` by these bits.
    """

    def __init__(self) -> None:
        languages = sorted(STOP_WORDS)
        hashes = {code: split_words([STOP_WORDS[code]]).hashes.tolist() for code in languages}
        known = sorted({value for of in hashes.values() for value in of})
        self.languages = {code: row for row, code in enumerate(languages)}
        self.hashes = np.array(known, np.uint64)
        self.belongs = np.zeros((len(languages) + 1, len(known)), np.bool_)
        for row, code in enumerate(languages):
            self.belongs[row] = np.isin(self.hashes, np.array(hashes[code], np.uint64))
        # The first place in the hashes where the bits of all are different.
        self.shift = next(
            shift for shift in range(48) if len(np.unique(self._slots(self.hashes, shift))) == len(known)
        )
        self.slots = np.zeros(_SLOTS, np.int16)
        self.slots[self._slots(self.hashes, self.shift)] = np.arange(len(known))

    def find(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
        """Returns the places of stop words of any language among hashes, and which ones they are."""
        words = self.slots[self._slots(hashes, self.shift)]
        places = np.flatnonzero(self.hashes[words] == hashes)
        return places, words[places]

    def rows(self, languages: Sequence[str | None]) -> NDArray[np.int64]:
        """Returns the row in ``belongs`` of each language, the last one where it has no list."""
        return np.array([self.languages.get(code or "", len(self.languages)) for code in languages], np.int64)

    @staticmethod
    def _slots(hashes: NDArray[np.uint64], shift: int) -> NDArray[np.uint64]:
        return hashes >> np.uint64(shift) & np.uint64(_SLOTS - 1)


@cache
def stop_word_table() -> StopWordTable:
    """Returns the table; made once a process, in a few milliseconds."""
    return StopWordTable()
