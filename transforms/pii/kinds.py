"""Which kinds of personal data are told apart, and what may be done with each."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["email", "ip", "private_ip", "phone", "card", "iban", "secret", "national_id"]
"""What a finding is.

    email        an e-mail address
    ip           an IP address of the public internet, version 4 or 6
    private_ip   one of a private, local or otherwise special range
    phone        a telephone number that is valid where it belongs
    card         a payment card number with its check digit
    iban         an international bank account number with its check digits
    secret       a key, a token, a password
    national_id  a number of a person, given by a state, with its check digits
"""

Action = Literal["keep", "redact", "reject", "ignore"]
"""What is done with a kind: it is counted and left, hidden, refused with its document, or not looked for."""

KINDS: Final[tuple[Kind, ...]] = (
    "secret",
    "iban",
    "card",
    "email",
    "ip",
    "private_ip",
    "national_id",
    "phone",
)
"""All kinds; where two findings overlap, the kind that stands first here has the place."""

OPTIONAL: Final[tuple[Kind, ...]] = ("private_ip", "national_id")
"""Kinds that are looked for only where they are named: the ones no single person can be found by, and
those whose forms are so many that they are often met by chance."""

_PLACEHOLDERS: Final[dict[Kind, str]] = {
    "email": "<EMAIL>",
    "ip": "<IP>",
    "private_ip": "<PRIVATE_IP>",
    "phone": "<PHONE>",
    "card": "<CARD>",
    "iban": "<IBAN>",
    "secret": "<SECRET>",
    "national_id": "<NATIONAL_ID>",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A piece of personal data in a text: ``text[start:stop]``, offsets in code points."""

    start: int
    stop: int
    kind: Kind


def placeholder(kind: Kind) -> str:
    """Returns what stands in a text where a finding stood.

    >>> placeholder("card")
    '<CARD>'
    """
    return _PLACEHOLDERS[kind]
