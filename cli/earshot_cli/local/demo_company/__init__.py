"""The company of the demo survey: its people and team, and a year of responses, campaigns and cases."""
