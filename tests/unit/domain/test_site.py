"""The cookies of the site, and the origins of its pages."""

from earshot.domain.site import Site

AWS, LOCAL = Site("https://earshot.acme.com"), Site("http://127.0.0.1:8080", is_local=True)


def test_the_cookies_of_aws_are_of_this_host_and_of_https_alone() -> None:
    cookie = AWS.cookie("earshot", "kim.token", 60)
    assert cookie == "__Host-earshot=kim.token; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    assert Site("").cookie("earshot", "", 0).startswith("__Host-earshot=; Path=/; Max-Age=0;")


def test_the_cookies_of_two_local_stacks_have_different_names() -> None:
    assert LOCAL.cookie("earshot", "a.b", 60) == "earshot-8080=a.b; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
    assert Site("http://127.0.0.1:9090", is_local=True).cookie_name("earshot") == "earshot-9090"


def test_forms_come_from_the_public_address_and_from_that_of_the_api() -> None:
    assert AWS.origins("api.example.com") == {"https://earshot.acme.com", "https://api.example.com"}
    assert Site("").origins("api.example.com") == {"https://api.example.com"}
    assert Site("").origins("") == frozenset()


def test_forms_of_a_local_stack_come_from_its_three_names_on_its_port() -> None:
    assert LOCAL.origins("ab12.execute-api.localhost") == {
        "http://localhost:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
    }
