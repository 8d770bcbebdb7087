"""The demo shop's customers: five that the documentation names, the others generated."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

from backends.demo.catalogue import EMAIL_DOMAINS, REGIONS, Region


@dataclass(frozen=True)
class Person:
    """A customer, with the address that goes on the orders.

    Attributes:
        id: the shop's.
        first_name: as written.
        last_name: as written.
        email: in lower case, unlike any other's.
        username: unlike any other's.
        phone: E.164, or None.
        region: where they live.
        city: name and postcode.
        street: with the house number.
        vip: whether they buy a lot.
    """

    id: str
    first_name: str
    last_name: str
    email: str
    username: str
    phone: str | None
    region: Region
    city: tuple[str, str]
    street: str
    vip: bool


_DE, _GB, _US, _FR = REGIONS

ANNA = Person(
    "cus_0001",
    "Anna",
    "Berg",
    "anna.berg@example.com",
    "anna.berg",
    "+493023125004",
    _DE,
    ("Hamburg", "20095"),
    "Lindenweg 7",
    False,
)
BEN = Person(
    "cus_0002",
    "Ben",
    "Okafor",
    "ben.okafor@example.com",
    "ben_okafor",
    "+447700900017",
    _GB,
    ("Leeds", "LS1 4AP"),
    "22 Orchard Lane",
    False,
)
CARLA = Person(
    "cus_0003",
    "Carla",
    "Diaz",
    "carla.diaz@example.com",
    "carla.d",
    None,
    _US,
    ("Portland", "97205"),
    "410 Maple Street",
    False,
)
DORA = Person(
    "cus_0004",
    "Dora",
    "Lind",
    "dora.lind@example.com",
    "dora.lind",
    "+493023125042",
    _DE,
    ("Kiel", "24103"),
    "Gartenstraße 12",
    False,
)
EVAN = Person(
    "cus_0005",
    "Evan",
    "Brooks",
    "evan.brooks@example.com",
    "evan.brooks",
    "+12025550142",
    _US,
    ("Madison", "53703"),
    "18 Juniper Drive",
    True,
)
FIXED = (ANNA, BEN, CARLA, DORA, EVAN)


def generate(rng: random.Random, count: int) -> list[Person]:
    """Make customers; the fixed ones come first.

    Args:
        rng: where chance comes from; the same state gives the same people.
        count: how many in all, at least the fixed ones.
    """
    people = list(FIXED)
    names = {person.username for person in people}
    while len(people) < count:
        region = rng.choices(REGIONS, [region.weight for region in REGIONS])[0]
        first, last = rng.choice(region.firsts), rng.choice(region.lasts)
        stem = name = f"{_ascii(first)}.{_ascii(last)}"
        again = 2
        while name in names:
            name, again = f"{stem}{again}", again + 1
        names.add(name)
        phone = region.phone.format(rng.randint(*region.phone_range))
        people.append(
            Person(
                id=f"cus_{len(people) + 1:04d}",
                first_name=first,
                last_name=last,
                email=f"{name}@{rng.choice(EMAIL_DOMAINS)}",
                username=name,
                phone=phone if rng.random() < 0.8 else None,
                region=region,
                city=rng.choice(region.cities),
                street=region.address.format(
                    street=rng.choice(region.streets), house=rng.randint(1, 180)
                ),
                vip=rng.random() < 0.08,
            )
        )
    return people


def _ascii(name: str) -> str:
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return bare.lower()
