"""What detect-secrets finds with all its detectors as they come: JSON paths on stdin, SHA-1 on stdout."""

import json
import sys

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import default_settings

found = []
with default_settings():
    for path in json.load(sys.stdin):
        secrets = SecretsCollection()
        secrets.scan_file(path)
        found += [(path, digest) for digest in sorted({secret.secret_hash for _, secret in secrets})]
json.dump({"found": found}, sys.stdout)
