"""The customers of a made-up wholesaler: shops as accounts, and the people who work there."""

from collections.abc import Sequence
from random import Random

from earshot.domain.accounts import KEY_ACCOUNT, Account
from earshot.domain.person import Person
from earshot_cli.local.demo_company.team import MANAGER, SUPPORT

ACCOUNTS, PEOPLE = 40, 400
# The manager looks after each fifth account, which is a key account; those who support people look after the others.
EACH_KEY_ACCOUNT = 5
SEGMENTS = ("plan", "region", "role")
PLANS, PLAN_WEIGHTS = ("basic", "plus", "pro"), (5, 3, 2)
REGIONS = ("north", "south", "west")
ROLES, ROLE_WEIGHTS = ("owner", "buyer", "clerk"), (2, 3, 5)
LANGUAGES, LANGUAGE_WEIGHTS = ("en", "de", "fr", "es"), (4, 3, 2, 2)
ZONES = {"en": "Europe/London", "de": "Europe/Berlin", "fr": "Europe/Paris", "es": "Europe/Madrid"}

FIRST_NAMES = (
    *("Ada", "Aino", "Amir", "Anouk", "Bela", "Bruno", "Carla", "Dario", "Edda", "Elif", "Emil", "Enzo", "Farah"),
    *("Greta", "Hanna", "Ines", "Ivo", "Jana", "Jonas", "Kai", "Lena", "Lola", "Luca", "Mads", "Maya", "Milo"),
    *("Nadia", "Nils", "Olga", "Omar", "Pia", "Rosa", "Ruben", "Selma", "Tariq", "Tilda", "Vera", "Yara", "Zoe"),
)
LAST_NAMES = (
    *("Abel", "Arnau", "Bauer", "Blanc", "Brandt", "Castell", "Cole", "Dahl", "Duval", "Ebert", "Ferrer", "Fields"),
    *("Garnier", "Grant", "Holm", "Ibarra", "Jensen", "Keller", "Lamar", "Lind", "Marsh", "Mora", "Nolan", "Ortega"),
    *("Perrin", "Quint", "Reyes", "Rossi", "Sauer", "Soler", "Thorne", "Ullman", "Vidal", "Weber", "Winter", "Young"),
)
SHOP_NAMES = (
    *("Harbour", "Station", "Market", "Bridge", "Park", "Mill", "Garden", "Castle", "River", "Tower"),
    *("Hill", "Lake", "Square", "Forest", "Dock", "Abbey", "Canal", "Orchard", "Chapel", "Beacon"),
)
SHOP_KINDS = ("Kiosk", "Corner Shop")


def accounts(made_at: int) -> list[Account]:
    """Return the accounts with who looks after each, made at a moment (Unix milliseconds)."""
    return [_account(_shop_name(number), number, made_at) for number in range(ACCOUNTS)]


def _account(name: str, number: int, made_at: int) -> Account:
    if number % EACH_KEY_ACCOUNT:
        return Account(name, name, SUPPORT[number % len(SUPPORT)], made_at=made_at)
    return Account(name, name, MANAGER, {KEY_ACCOUNT: "true"}, made_at)


def customers(rng: Random) -> list[Person]:
    """Return the people, each with their account, in the order of their ids."""
    shops = [_shop(rng, number) for number in range(ACCOUNTS)]
    return [_person(rng, number, shops) for number in range(1, PEOPLE + 1)]


def _shop(rng: Random, number: int) -> tuple[str, str, str, str]:
    """Return the name, the plan, the region and the language of an account."""
    name = _shop_name(number)
    return name, one_of(rng, PLANS, PLAN_WEIGHTS), rng.choice(REGIONS), one_of(rng, LANGUAGES, LANGUAGE_WEIGHTS)


def _shop_name(number: int) -> str:
    return f"{SHOP_NAMES[number % len(SHOP_NAMES)]} {SHOP_KINDS[number // len(SHOP_NAMES)]}"


def _person(rng: Random, number: int, shops: Sequence[tuple[str, str, str, str]]) -> Person:
    shop, plan, region, language = shops[(number - 1) % len(shops)]
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    host = shop.lower().replace(" ", "-")
    return Person(
        f"customer-{number:04}",
        # example.com is reserved for examples: no mail to it reaches anybody.
        email=f"{first}.{last}.{number}@{host}.example.com".lower(),
        name=f"{first} {last}",
        account=shop,
        locale=language,
        timezone=ZONES[language],
        properties={"plan": plan, "region": region, "role": one_of(rng, ROLES, ROLE_WEIGHTS)},
    )


def one_of(rng: Random, values: Sequence[str], weights: Sequence[float]) -> str:
    """Return one of some values, each as often as it weighs."""
    return rng.choices(values, weights)[0]
