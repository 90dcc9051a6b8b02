"""Settings of the tests that speak to moto."""

from tests.aws_models import share_aws_models

share_aws_models()
