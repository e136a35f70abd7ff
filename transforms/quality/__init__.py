"""Quality: what is measured of each text, and the rules that refuse it (docs/quality.md)."""

from transforms.quality.documents import judge_batch as judge_batch
from transforms.quality.documents import recipe as recipe
from transforms.quality.rules import PRESETS as PRESETS
from transforms.quality.rules import RULES as RULES
from transforms.quality.rules import Side as Side
from transforms.quality.rules import limits_of as limits_of
