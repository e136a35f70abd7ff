"""Language: which one a document is in, how sure that is, and whether it stays."""

from transforms.language.cascade import detect as detect
from transforms.language.documents import LANGUAGE_VERSION as LANGUAGE_VERSION
from transforms.language.documents import detect_documents as detect_documents
from transforms.language.documents import recipe as recipe
