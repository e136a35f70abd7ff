"""What may stand in ``[pii]``: what is done with personal data, by kind."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from pipelines.config.base import Flag, Table, Text
from pipelines.config.names import check_region
from schemas.specs import PiiSpec
from transforms.pii.kinds import KINDS, OPTIONAL

KindAction = Literal["keep", "redact", "reject", "ignore"]


class PiiTypes(Table):
    """What is done with one kind of personal data, where it is not what is done with all."""

    email: KindAction | None = None
    """E-mail addresses."""
    ip: KindAction | None = None
    """IP addresses of the public internet."""
    private_ip: KindAction | None = None
    """IP addresses of private, local and special ranges; ignored unless named here."""
    phone: KindAction | None = None
    """Telephone numbers."""
    card: KindAction | None = None
    """Payment card numbers."""
    iban: KindAction | None = None
    """International bank account numbers."""
    secret: KindAction | None = None
    """Keys, tokens and passwords."""
    national_id: KindAction | None = None
    """Numbers that a state gives a person; ignored unless named here."""


class PiiTable(Table):
    """Personal data and secrets, in the text and in what a document says of itself."""

    enabled: Flag = True
    """False does not look for it."""
    action: Literal["keep", "redact", "reject"] = "keep"
    """keep counts it, redact puts a placeholder such as <EMAIL> in its place, reject refuses the document."""
    types: PiiTypes = PiiTypes()
    """What is done with one kind instead; "ignore" does not look for it."""
    regions: tuple[Annotated[Text, AfterValidator(check_region)], ...] = ()
    """Countries such as "DE" whose national telephone numbers are looked for; empty: by the language."""


def pii_spec(*layers: PiiTable | None) -> PiiSpec:
    """Returns what is done with each kind of personal data.

    A later layer goes over an earlier one as a whole: what a source does with all kinds also goes over
    what the corpus does with one. A kind that is rarely wanted must be named by some layer.

    >>> corpus = PiiTable(action="redact", types=PiiTypes(secret="reject"))
    >>> sorted(pii_spec(corpus).actions.items())[-2:]
    [('phone', 'redact'), ('secret', 'reject')]
    """
    actions: dict[str, str] = {}
    enabled, regions = True, ()  # type: bool, tuple[str, ...]
    for layer in (PiiTable(action="keep"), *layers):
        if layer is None:
            continue
        if "action" in layer.model_fields_set:
            actions |= {kind: layer.action for kind in KINDS if kind in actions or kind not in OPTIONAL}
        actions |= layer.types.model_dump(exclude_none=True)
        enabled = layer.enabled if "enabled" in layer.model_fields_set else enabled
        regions = layer.regions if "regions" in layer.model_fields_set else regions
    looked_for = {kind: action for kind, action in sorted(actions.items()) if action != "ignore"}
    return PiiSpec(enabled, looked_for, regions)
