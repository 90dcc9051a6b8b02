"""Every performance claim of Earshot, measured next to its comparison, in one run on the same engine."""
