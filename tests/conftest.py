"""Settings of all tests."""

from hypothesis import settings

# Speed is measured in benchmarks, as a ratio. How long one example takes here says how busy the machine is.
settings.register_profile("earshot", deadline=None)
settings.load_profile("earshot")
