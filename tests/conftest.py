"""Settings of all tests."""

import gc

from hypothesis import settings

# Speed is measured in benchmarks, as a ratio. How long one example takes here says how busy the machine is.
settings.register_profile("earshot", deadline=None)
settings.load_profile("earshot")

# Nearly all that is made while tests are collected stays until the end: looking for garbage in it finds none.
gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage again, but not among what was collected as tests."""
    gc.freeze()
    gc.enable()
