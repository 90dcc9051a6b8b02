"""`earshot doctor`: checks of a stack, each of which reads one part of it and reports what is wrong."""
