"""What must be true of a snapshot; ``warehouse.verify`` asks all of it."""
