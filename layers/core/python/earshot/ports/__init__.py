"""What the services need, by subject; `earshot.adapters` implements it on AWS, `tests.fakes` in memory."""
