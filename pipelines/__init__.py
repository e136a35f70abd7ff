"""What runs: the only room that knows Beam."""
