"""Keys and tokens that say by their form what they are, private keys, and passwords within a URL.

The forms are those that the issuers publish, so that scanners can find what leaked. A value that holds
``EXAMPLE`` is one of a documentation (AWS writes them so) and no finding.
"""

import re
from collections.abc import Iterator
from typing import Final

from transforms.pii.kinds import Finding
from transforms.pii.plain import Plain

RUN_CHARS: Final = 20
"""Every form holds a run of letters, digits, ``_`` and ``-`` of at least this length."""

_FORMS: Final = re.compile(
    rb"(?<![A-Za-z0-9])(?:"
    rb"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}"  # AWS
    rb"|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}"  # GitHub
    rb"|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-[A-Za-z0-9_-]{20,64}"  # GitLab
    rb"|xox[abeoprs]-(?:\d+-)*[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{20,250}"  # Slack
    rb"|[rs]k_(?:live|test)_[A-Za-z0-9]{16,247}|whsec_[A-Za-z0-9+/=]{32,64}"  # Stripe
    rb"|AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,1024}"  # Google
    rb"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"  # JWT (RFC 7519)
    rb"|npm_[A-Za-z0-9]{36}"
    rb"|pypi-AgE[A-Za-z0-9_-]{50,1024}"
    rb"|(?:SK|AC)[0-9a-f]{32}"  # Twilio
    rb"|SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"  # SendGrid
    rb"|sk-(?:proj-|ant-|svcacct-|admin-)?[A-Za-z0-9_-]*[A-Za-z0-9]{20,}[A-Za-z0-9_-]*"  # OpenAI, Anthropic
    rb"|hf_[A-Za-z]{34}"  # Hugging Face
    rb"|key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}"  # Mailgun, Mailchimp
    rb"|(?:shpat|shpca|shppa|shpss)_[0-9a-fA-F]{32}"  # Shopify
    rb"|do[opr]_v1_[0-9a-f]{64}"  # DigitalOcean
    rb"|EAAC[A-Za-z0-9]{40,}"  # Meta
    rb"|sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}"  # Square
    rb"|AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}"
    rb"|dapi[0-9a-f]{32}"  # Databricks
    rb"|NRAK-[A-Z0-9]{27}"  # New Relic
    rb"|PMAK-[0-9a-f]{24}-[0-9a-f]{34}"  # Postman
    rb"|hvs\.[A-Za-z0-9_-]{24,}"  # Vault
    rb"|\d{8,10}:AA[A-Za-z0-9_-]{33}"  # Telegram
    rb"|[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}"  # Discord
    rb"|dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,32}"  # Docker
    rb"|dp\.(?:pt|st|ct|sa)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}"  # Doppler
    rb"|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}"  # PlanetScale
    rb"|lin_api_[A-Za-z0-9]{40}"  # Linear
    rb"|ntn_[A-Za-z0-9]{40,60}|secret_[A-Za-z0-9]{43}"  # Notion
    rb"|fig[dou]_[A-Za-z0-9_-]{40,}"  # Figma
    rb"|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"  # Grafana
    rb"|ATATT3[A-Za-z0-9_-]{100,}=[0-9A-F]{8}"  # Atlassian
    rb"|pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"  # Airtable
    rb"|sbp_[0-9a-f]{40}"  # Supabase
    rb"|rubygems_[0-9a-f]{48}"
    rb"|cio[A-Za-z0-9]{32}"  # crates.io
    rb"|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70}"  # Terraform
    rb"|pul-[0-9a-f]{40}"  # Pulumi
    rb"|sntrys_eyJ[A-Za-z0-9+/=_-]{80,}|sntryu_[0-9a-f]{64}"  # Sentry
    rb"|r8_[A-Za-z0-9]{37}"  # Replicate
    rb"|gsk_[A-Za-z0-9]{52}"  # Groq
    rb"|pplx-[A-Za-z0-9]{48}"  # Perplexity
    rb"|xai-[A-Za-z0-9]{80}"
    rb"|xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"  # Brevo
    rb"|CFPAT-[A-Za-z0-9_-]{43}"  # Contentful
    rb"|dt0[a-z]\d{2}\.[A-Z2-7]{24}\.[A-Z2-7]{64}"  # Dynatrace
    rb"|EZ[AT]K[A-Za-z0-9]{54}"  # EasyPost
    rb"|shippo_(?:live|test)_[0-9a-f]{40}"
    rb"|sq[pua]_[0-9a-f]{40}"  # SonarQube
    rb"|AKCp8[A-Za-z0-9]{68}"  # JFrog
    rb"|lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"  # LangSmith
    rb"|bkua_[0-9a-f]{40}"  # Buildkite
    rb"|ops_eyJ[A-Za-z0-9_-]{100,}"  # 1Password
    rb"|v1\.0-[0-9a-f]{24}-[0-9a-f]{146}"  # Cloudflare
    rb")(?![A-Za-z0-9])"
)
_WITHOUT_DIGITS = (b"AKIA", b"hf_")
_PREFIX_CHARS = 24  # of a form that stand before its run, at the most: 14 characters and ".atlasv1."
_WORD_BEGINS = re.compile(rb"(?<![A-Za-z0-9])[A-Za-z0-9]")

_KEY_BEGINS = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?)-----")
_KEY_BODY = re.compile(rb"(?:[\s\\nr\"'+]{0,16}[A-Za-z0-9+/=:,-]{8,})+")
_KEY_CHARS = 1 << 16
_KEY_MIN_CHARS = 32  # of base64; with less it is a sketch of a key
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")

_WITHIN_URL = re.compile(rb"://[^\s/:@<>\"'?#]{0,64}:([^\s/:@<>\"'?#]{1,128})@(?=[A-Za-z0-9\[\x80])")
_NO_PASSWORD = re.compile(
    rb"[*x.]+|[$%{\[(].*|(?:(?:my|your|the)[-_]?)?(?:pass(?:word|wd)?|pwd|secret|token)", re.IGNORECASE
)

_CAPABILITIES = re.compile(
    rb"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9_/+-]{20,})"
    rb"|discord(?:app)?\.com/api/webhooks/(\d{17,20}/[A-Za-z0-9_-]{40,})"
    rb"|(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{40,}={0,2})"
)
_CAPABILITY_SIGNS = (b"hooks", b"AccessKey=", b"AccountKey=")


def find_tokens(plain: Plain) -> Iterator[Finding]:
    """Yields the keys and tokens of known form."""
    yield from _find_forms(plain)
    yield from _find_private_keys(plain.data)
    if b"@" in plain.data and b"://" in plain.data:
        for found in _WITHIN_URL.finditer(plain.data):
            if not _NO_PASSWORD.fullmatch(found[1]):
                yield Finding(found.start(1), found.end(1), "secret")


def is_documentation(value: bytes) -> bool:
    """Tells whether a value is one that documentation shows instead of a real one."""
    return b"EXAMPLE" in value.upper()


def _find_forms(plain: Plain) -> Iterator[Finding]:
    data, stop, words = plain.data, 0, _words(plain)
    for begin, end in words:
        if begin < stop:
            continue
        for word in _WORD_BEGINS.finditer(data, max(0, begin - _PREFIX_CHARS), end):
            found = _FORMS.match(data, word.start()) if word.start() >= stop else None
            if found is not None:
                stop = found.end()
                if not is_documentation(found[0]):
                    yield Finding(found.start(), stop, "secret")
        stop = max(stop, end)
    if words and any(sign in data for sign in _CAPABILITY_SIGNS):
        for found in _CAPABILITIES.finditer(data):
            group = found.lastindex or 0
            if not is_documentation(found[group]):
                yield Finding(found.start(group), found.end(group), "secret")


def _words(plain: Plain) -> list[tuple[int, int]]:
    """Returns the bounds of what may be a key: long words with digits, and beginnings of forms without."""
    words = [(start, stop) for start, stop, _ in plain.mixed_words() if stop - start >= RUN_CHARS]
    data = plain.data
    for sign in _WITHOUT_DIGITS:
        if sign[-1:] in data and sign in data:  # one byte is looked for much faster
            words += [(found.start(), found.start() + RUN_CHARS) for found in re.finditer(sign, data)]
            words.sort()
    return words


def _find_private_keys(data: bytes) -> Iterator[Finding]:
    if b"PRIVATE" not in data:
        return
    stop, ends = 0, dict[bytes, int]()
    for begin in _KEY_BEGINS.finditer(data):
        if begin.start() < stop:
            continue
        end = b"-----END " + begin[1] + b"-----"
        at = ends.get(end, 0)
        if 0 <= at < begin.end():  # looked for once behind each end: a text may be all beginnings
            at = ends[end] = data.find(end, begin.end())
        if not begin.end() <= at <= begin.end() + _KEY_CHARS:  # cut off: what looks like a key's lines
            body = _KEY_BODY.match(data, begin.end(), begin.end() + _KEY_CHARS)
            at, end = (body.end(), b"") if body else (-1, b"")
        if at >= 0 and len(_NO_BASE64.sub(b"", data[begin.end() : at])) >= _KEY_MIN_CHARS:
            stop = at + len(end)
            yield Finding(begin.start(), stop, "secret")
