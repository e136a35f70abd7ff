"""Cleaning: text repaired by ftfy behind a gate, and put into one plain form."""

from transforms.clean.document import CLEAN_VERSION as CLEAN_VERSION
from transforms.clean.document import clean_document as clean_document
from transforms.clean.document import recipe as recipe
from transforms.clean.text import clean_text as clean_text
