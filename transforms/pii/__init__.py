"""Personal data and secrets: found by form and check digits, counted, hidden or refused (docs/pii.md)."""
