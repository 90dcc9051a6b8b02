"""The whole stack on this machine: the real template, deployed to a local engine behind one HTTP port."""
