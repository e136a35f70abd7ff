"""Measurements that people can repeat: the corpus they run on, what they cost, how to compare."""
