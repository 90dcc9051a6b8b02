"""The company of the demo survey: its customers, and their responses of a year."""
