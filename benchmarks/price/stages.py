"""The stacks whose price is shown: production, development, and production behind a CDN."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.price.bill import Bill
from benchmarks.price.price_list import PriceList
from benchmarks.price.template import TEMPLATE, parameters_of, translated
from benchmarks.price.uses import measure_all, measure_cdn
from benchmarks.price.work import Work

STAGES = ("prod", "dev")
CDN = "prod, CloudFront"
WITH_CDN = {
    "CdnDomain": "nps.example.com",
    "CdnCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0b1c",
}


def bills_of(template: Path, listed: PriceList, **parameters: str) -> dict[str, Bill]:
    """Return the bill of each stage, and of production with a CDN if the template has one."""
    bills = {stage: Bill(translated(template, Stage=stage, **parameters), listed) for stage in STAGES}
    if parameters_of(template) >= WITH_CDN.keys():
        bills[CDN] = Bill(translated(template, **{**WITH_CDN, **parameters, "Stage": "prod"}), listed)
    return bills


def measure_stages(bills: Mapping[str, Bill], listed: PriceList) -> dict[str, dict[str, Work]]:
    """Measure each stage; what passes a CDN stands with the work of production."""
    works = measure_all({stage: bills[stage].stack for stage in STAGES}, listed)
    if CDN in bills:
        works["prod"] = works["prod"] | measure_cdn(bills[CDN].stack, listed)
        works[CDN] = works["prod"]
    return works


def of_this_tree(listed: PriceList) -> tuple[dict[str, Bill], dict[str, dict[str, Work]]]:
    """Return bills and work of the template and the functions as they are."""
    bills = bills_of(TEMPLATE, listed)
    return bills, measure_stages(bills, listed)
