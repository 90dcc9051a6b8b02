"""Settings of the tests that speak to moto."""

from tests.aws_models import share_aws_models
from tests.moto_tables import refuse_reversed_ranges, speed_up_tables

share_aws_models()
speed_up_tables()
refuse_reversed_ranges()
