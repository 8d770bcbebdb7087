"""What the demo shop sells and to whom: lists of our own for the generator.

Tallowick and everything below is made up. Phone numbers come from the ranges that the regulators
set aside for films and examples, e-mail addresses from the domains of RFC 2606.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """One kind of a product.

    Attributes:
        options: such as colour and size, in the order in which they are said; empty when there is
            one kind only.
        price: in minor units, the same number in every currency.
        stock: pieces on the shelf of a new shop.
    """

    options: tuple[tuple[str, str], ...]
    price: int
    stock: int

    @property
    def title(self) -> str:
        """The kind as it stands on an order, such as `moss, 130 x 180 cm`."""
        return ", ".join(value for _, value in self.options)


@dataclass(frozen=True)
class Product:
    """One thing to buy.

    Attributes:
        name: as on the page.
        variants: the kinds; at least one.
        blurb: one sentence for the storefront.
        drawing: which inline drawing the storefront shows.
    """

    name: str
    variants: tuple[Variant, ...]
    blurb: str = ""
    drawing: str = ""

    @property
    def id(self) -> str:
        """The shop's, such as `prd_wool-blanket`."""
        return f"prd_{re.sub('[^a-z0-9]+', '-', self.name.lower())}"

    @property
    def price(self) -> int:
        """What the cheapest kind costs, in minor units."""
        return min(variant.price for variant in self.variants)

    def variant_id(self, variant: Variant) -> str:
        """The shop's id of one of the kinds."""
        return f"{self.id.replace('prd_', 'var_', 1)}_{self.variants.index(variant) + 1}"


def kinds(*rows: tuple[str, int, int], options: tuple[str, ...]) -> tuple[Variant, ...]:
    """Variants from rows of values (such as "moss; M", in the order of `options`), price, stock."""
    return tuple(
        Variant(tuple(zip(options, values.split("; "), strict=True)), price, stock)
        for values, price, stock in rows
    )


@dataclass(frozen=True)
class Region:
    """Where customers live.

    Attributes:
        code: ISO 3166-1 alpha-2.
        currency: ISO 4217.
        cities: name and postcodes.
        streets: without the house number.
        address: how street and house number are written.
        phone: a pattern with one number in it.
        phone_range: the numbers that may stand there, first and last.
        firsts: first names.
        lasts: last names.
        weight: how many of ten customers live here.
    """

    code: str
    currency: str
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    address: str
    phone: str
    phone_range: tuple[int, int]
    firsts: tuple[str, ...]
    lasts: tuple[str, ...]
    weight: int


COLOUR, SIZE = "colour", "size"

PRODUCTS = (
    Product(
        "Wool blanket",
        kinds(
            ("oat; 130 x 180 cm", 8900, 14),
            ("moss; 130 x 180 cm", 8900, 9),
            ("moss; 150 x 220 cm", 11900, 5),
            options=(COLOUR, SIZE),
        ),
        "Lambswool, woven thick and washed soft.",
        "blanket",
    ),
    Product(
        "Beeswax candles, set of six",
        kinds(("honey", 2400, 60), ("ivory", 2400, 45), options=(COLOUR,)),
        "They burn for nine hours and smell of a warm attic.",
        "candle",
    ),
    Product(
        "Reading lamp",
        kinds(("brass", 7450, 6), ("black", 6950, 11), options=(COLOUR,)),
        "Bends where you need it, dims to a glow.",
        "lamp",
    ),
    Product(
        "Stoneware mug",
        kinds(("salt white", 1650, 80), ("slate", 1650, 52), ("rust", 1650, 0), options=(COLOUR,)),
        "Thrown by hand, holds a third of a litre.",
        "mug",
    ),
    Product("Teapot with warmer", kinds(("slate", 5200, 7), ("rust", 5200, 0), options=(COLOUR,))),
    Product(
        "Linen tablecloth",
        kinds(("140 x 200 cm", 6800, 10), ("140 x 260 cm", 8200, 8), options=(SIZE,)),
    ),
    Product("Oak chopping board", kinds(("small", 3900, 20), ("large", 5400, 12), options=(SIZE,))),
    Product(
        "Bath towel",
        kinds(("sand", 2750, 40), ("pine", 2750, 31), ("ink", 2750, 0), options=(COLOUR,)),
    ),
    Product(
        "Felt slippers",
        kinds(
            ("37", 4400, 6),
            ("39", 4400, 8),
            ("41", 4400, 4),
            ("43", 4400, 0),
            ("45", 4400, 3),
            options=(SIZE,),
        ),
    ),
    Product("Coir doormat", kinds(("plain", 2950, 15), ("striped", 3250, 9), options=("pattern",))),
    Product("Enamel kettle", kinds(("cream", 5600, 5), ("green", 5600, 7), options=(COLOUR,))),
    Product(
        "Cushion cover",
        kinds(
            ("moss; 50 x 50 cm", 2200, 22), ("rust; 50 x 50 cm", 2200, 17), options=(COLOUR, SIZE)
        ),
    ),
    Product(
        "Hot-water bottle in knit", kinds(("grey", 3150, 19), ("red", 3150, 13), options=(COLOUR,))
    ),
    Product("Firewood basket", (Variant((), 6200, 4),)),
    Product(
        "T-shirt",
        kinds(
            ("white; S", 2900, 12),
            ("white; M", 2900, 18),
            ("white; L", 2900, 0),
            ("navy; S", 2900, 7),
            ("navy; M", 2900, 11),
            ("navy; L", 3100, 9),
            ("moss; M", 3100, 4),
            ("moss; L", 3100, 6),
            options=(COLOUR, SIZE),
        ),
    ),
)

VARIANTS = {
    product.variant_id(variant): (product, variant)
    for product in PRODUCTS
    for variant in product.variants
}

CARRIERS = (
    ("Northline Post", "NL", "https://track.northline.example/"),
    ("Swiftparcel", "SP", "https://swiftparcel.example/follow/"),
    ("Meridian Freight", "MF", "https://meridian-freight.example/parcel/"),
)

DELAYS = (
    "the carrier's depot is snowed in",
    "one item came late from our workshop",
    "the parcel was damaged and we are sending a new one",
    "a strike at the carrier holds parcels back",
    "the carrier could not find the address and is trying again",
)
CANCELLATIONS = (
    "you cancelled it before it was packed",
    "the last piece turned out to be damaged",
    "the payment was not completed in time",
)

REGIONS = (
    Region(
        "DE",
        "EUR",
        (("Hamburg", "20095"), ("Leipzig", "04109"), ("Freiburg", "79098"), ("Kiel", "24103")),
        ("Lindenweg", "Am Mühlbach", "Kastanienallee", "Gartenstraße", "Alte Gasse"),
        "{street} {house}",
        "+493023125{:03d}",
        (0, 999),
        ("Jonas", "Lena", "Mira", "Paul", "Greta", "Emil", "Frieda", "Timo", "Ayla", "Henning"),
        ("Vogt", "Brandt", "Lindner", "Yilmaz", "Kessler", "Hoppe", "Sommer", "Nowak", "Reuter"),
        3,
    ),
    Region(
        "GB",
        "GBP",
        (
            ("Leeds", "LS1 4AP"),
            ("Bristol", "BS1 5TR"),
            ("Cardiff", "CF10 1EP"),
            ("York", "YO1 7HH"),
        ),
        ("Orchard Lane", "Station Road", "Mill Street", "Church View", "Harbour Terrace"),
        "{house} {street}",
        "+447700900{:03d}",
        (0, 999),
        ("Amelia", "Noah", "Isla", "Kofi", "Priya", "Harry", "Megan", "Owen", "Zainab", "Rhys"),
        ("Carter", "Patel", "Hughes", "Mensah", "Fletcher", "Ahmed", "Lowe", "Griffiths", "Shaw"),
        3,
    ),
    Region(
        "US",
        "USD",
        (("Portland", "97205"), ("Madison", "53703"), ("Asheville", "28801"), ("Tucson", "85701")),
        ("Maple Street", "Juniper Drive", "Lakeview Avenue", "Old Mill Road", "Prairie Court"),
        "{house} {street}",
        "+12025550{:03d}",
        (100, 199),
        ("Olivia", "Mateo", "Grace", "Dwayne", "Chloe", "Ethan", "Naomi", "Luis", "Hazel", "Andre"),
        ("Walker", "Ramirez", "Brooks", "Nguyen", "Sullivan", "Flores", "Price", "Kim", "Daniels"),
        3,
    ),
    Region(
        "FR",
        "EUR",
        (("Nantes", "44000"), ("Lyon", "69002"), ("Lille", "59800")),
        ("rue des Tilleuls", "rue du Moulin", "avenue de la Gare", "place du Marché"),
        "{house} {street}",
        "+33199{:06d}",
        (0, 9999),
        ("Camille", "Hugo", "Inès", "Louis", "Manon", "Théo", "Nadia", "Bastien"),
        ("Moreau", "Lefèvre", "Garnier", "Benali", "Roussel", "Chevalier", "Marchand"),
        1,
    ),
)

EMAIL_DOMAINS = ("example.com", "example.org", "example.net")
CARDS = ("card ending in 4242", "card ending in 1881", "card ending in 0077")
