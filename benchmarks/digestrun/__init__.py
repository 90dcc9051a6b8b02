"""A year of digests on a moved clock while everything fails, and a verifier that looks at what was really sent."""
