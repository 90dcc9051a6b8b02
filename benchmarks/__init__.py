"""Every performance claim of Earshot, measured beside what it is compared with, in one run on the same engine."""
