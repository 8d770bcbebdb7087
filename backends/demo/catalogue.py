"""What the demo shop sells and to whom: lists of our own for the generator.

Tallowick and everything below is made up. Phone numbers come from the ranges that the regulators
set aside for films and examples, e-mail addresses from the domains of RFC 2606.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """One thing to buy.

    Attributes:
        name: as on the page.
        variants: the kinds; at least one.
        price: in minor units, the same number in every currency.
        blurb: one sentence for the storefront.
        drawing: which inline drawing the storefront shows.
    """

    name: str
    variants: tuple[str, ...]
    price: int
    blurb: str = ""
    drawing: str = ""


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


PRODUCTS = (
    Product(
        "Wool blanket",
        ("oat, 130 x 180 cm", "moss, 130 x 180 cm", "moss, 150 x 220 cm"),
        8900,
        "Lambswool, woven thick and washed soft.",
        "blanket",
    ),
    Product(
        "Beeswax candles, set of six",
        ("honey", "ivory"),
        2400,
        "They burn for nine hours and smell of a warm attic.",
        "candle",
    ),
    Product(
        "Reading lamp",
        ("brass", "black"),
        7450,
        "Bends where you need it, dims to a glow.",
        "lamp",
    ),
    Product(
        "Stoneware mug",
        ("salt white", "slate", "rust"),
        1650,
        "Thrown by hand, holds a third of a litre.",
        "mug",
    ),
    Product("Teapot with warmer", ("slate", "rust"), 5200),
    Product("Linen tablecloth", ("140 x 200 cm", "140 x 260 cm"), 6800),
    Product("Oak chopping board", ("small", "large"), 3900),
    Product("Bath towel", ("sand", "pine", "ink"), 2750),
    Product("Felt slippers", ("size 37", "size 39", "size 41", "size 43", "size 45"), 4400),
    Product("Coir doormat", ("plain", "striped"), 2950),
    Product("Enamel kettle", ("cream", "green"), 5600),
    Product("Cushion cover", ("moss, 50 x 50 cm", "rust, 50 x 50 cm"), 2200),
    Product("Hot-water bottle in knit", ("grey", "red"), 3150),
    Product("Firewood basket", ("",), 6200),
)

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
OTHER_METHODS = ("PayPal", "bank transfer", "gift card")
