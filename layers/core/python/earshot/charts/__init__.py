"""Charts of scores as SVG."""
