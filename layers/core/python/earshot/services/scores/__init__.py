"""Use cases on scores: report, recompute, compare and evaluate them."""
