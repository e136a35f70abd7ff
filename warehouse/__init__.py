"""Where the corpus lies and what can be asked of it."""
