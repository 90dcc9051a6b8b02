"""The company of the demo survey: who its customers are, and what they answered within a year."""
