"""Domains for the API and for CloudFront: what is cached, what is passed on, and which addresses the API uses."""

from typing import Any

import pytest

from earshot.api.viewer_address import SECRET, VIEWER
from earshot_cli.ops.doctor.deployment import DOMAINS
from tests.integration.template.rules import refusals
from tests.integration.template.stack import Stack, source, translated_with

CERTIFICATE = "arn:aws:acm:{}:123456789012:certificate/abc"
WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"
CDN = {"CdnDomain": "ask.example.com", "CdnCertificateArn": CERTIFICATE.format("us-east-1")}
API = {"ApiDomain": "api.example.com", "ApiCertificateArn": CERTIFICATE.format("eu-central-1")}
# Policies that CloudFront has of its own.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
KINDS = (
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Function",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::ApiMapping",
)


@pytest.fixture
def with_cdn() -> Stack:
    return translated_with(**CDN)


def distribution(of: Stack) -> Any:
    (found,) = of.of_type("AWS::CloudFront::Distribution").values()
    return found["DistributionConfig"]


def test_without_domains_there_is_nothing_of_them() -> None:
    plain = translated_with()
    assert not any(plain.of_type(kind) for kind in KINDS)
    assert "CdnSecret" not in plain.resources
    assert plain.functions["submit_response"]["Environment"]["Variables"]["EARSHOT_CDN_SECRET"] == ""


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, None),
        (CDN, None),
        (API, None),
        ({**CDN, "WebAclArn": WEB_ACL}, None),
        ({"CdnDomain": "ask.example.com"}, "CdnDomain needs CdnCertificateArn"),
        ({"ApiDomain": "api.example.com"}, "ApiDomain needs ApiCertificateArn"),
        ({"WebAclArn": WEB_ACL}, "WebAclArn is for CdnDomain"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_deployed(given: dict[str, str], refused: str | None) -> None:
    found = refusals(**given)
    assert [line for line in found if line.startswith(("Cdn", "Api", "Web"))] == found
    assert (refused in found[0]) if refused else not found


def test_a_cached_reply_depends_on_nothing_that_is_not_in_its_key(with_cdn: Stack) -> None:
    (cache,) = with_cdn.of_type("AWS::CloudFront::CachePolicy").values()
    key = cache["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["HeadersConfig"]["Headers"] == ["Origin"]
    assert key["QueryStringsConfig"]["QueryStrings"] == ["lang"]
    assert key["CookiesConfig"]["CookieBehavior"] == "none"
    # A key in a header would let a page read what its survey denies it; another parameter of the query is a 400.
    for behavior in distribution(with_cdn)["CacheBehaviors"]:
        assert behavior["CachePolicyId"] == {"Ref": "CdnCachePolicy"}
        assert "OriginRequestPolicyId" not in behavior


def test_only_the_widget_and_its_config_are_cached(with_cdn: Stack) -> None:
    found = distribution(with_cdn)
    assert [behavior["PathPattern"] for behavior in found["CacheBehaviors"]] == ["/widget*", "/v1/surveys/*/widget"]
    rest = found["DefaultCacheBehavior"]
    assert (rest["CachePolicyId"], rest["OriginRequestPolicyId"]) == (CACHING_DISABLED, ALL_VIEWER_EXCEPT_HOST)


def test_no_error_is_cached_for_the_next_visitor(with_cdn: Stack) -> None:
    # The statuses for which CloudFront keeps a reply that does not say for how long, 10 s by default.
    errors = {each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in distribution(with_cdn)["CustomErrorResponses"]}
    assert errors == dict.fromkeys((400, 403, 404, 405, 414, 500, 502, 503, 504), 0)


def test_what_is_passed_on_uncached_passes_the_function_that_names_the_visitor(with_cdn: Stack) -> None:
    found = distribution(with_cdn)
    (association,) = found["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    # Only submit_response reads the address; a function for each page view would be a twentieth of its price.
    assert not any("FunctionAssociations" in behavior for behavior in found["CacheBehaviors"])
    for behavior in (found["DefaultCacheBehavior"], *found["CacheBehaviors"]):
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"
    (function,) = with_cdn.of_type("AWS::CloudFront::Function").values()
    assert f"request.headers['{VIEWER}'] = {{value: event.viewer.ip}};" in function["FunctionCode"]
    assert function["AutoPublish"] is True


def test_the_api_believes_the_secret_that_the_distribution_sends(with_cdn: Stack) -> None:
    (origin,) = distribution(with_cdn)["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == SECRET
    assert header["HeaderValue"] == {"Fn::Sub": "{{resolve:secretsmanager:${CdnSecret}:SecretString:current}}"}
    variables = with_cdn.functions["submit_response"]["Environment"]["Variables"]
    assert variables["EARSHOT_CDN_SECRET"] == {"Ref": "CdnSecret"}


def test_links_lead_to_the_first_domain_that_there_is() -> None:
    def url(**given: str) -> Any:
        return translated_with(**given).functions["send_emails"]["Environment"]["Variables"]["EARSHOT_PUBLIC_URL"]

    other = {"PublicUrl": "https://other.example.com"}
    assert url(**API, **CDN, **other) == "https://other.example.com"
    assert url(**API, **CDN) == {"Fn::Sub": "https://${CdnDomain}"}
    assert url(**API) == {"Fn::Sub": "https://${ApiDomain}"}
    assert "execute-api" in url()["Fn::Sub"]


def test_the_doctor_looks_for_a_domain_in_parameters_that_there_are() -> None:
    names = [parameter for parameter in source()["Parameters"] if parameter.endswith(("Domain", "Url"))]
    assert sorted(DOMAINS) == sorted(set(names) - {"CrmUrl"})


def test_a_firewall_is_the_distributions() -> None:
    assert "WebACLId" not in distribution(translated_with(**CDN))
    assert distribution(translated_with(**CDN, WebAclArn=WEB_ACL))["WebACLId"] == WEB_ACL
