"""Which language a text is in, for short and misspelt texts."""

from __future__ import annotations

import pytest

from components.foreign_language import ForeignLanguage
from components.language_detector import LanguageDetector

CODES = LanguageDetector.get_default_config()["languages"]
KNOWN = ["hi", "where", "is", "my", "order", "parcel", "reset", "password", "applicable", "café"]


@pytest.fixture(scope="module")
def foreign() -> ForeignLanguage:
    return ForeignLanguage(CODES, KNOWN)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("donde esta mi pedido", "es"),
        ("no me llegó el paquete 10023", "es"),
        ("Hola", "es"),
        ("où est ma commande ?", "fr"),
        ("j’ai oublié mon mot de passe", "fr"),
        ("wo ist meine bestellung 10023?", "de"),
        ("ich möchte mit einem menschen sprechen", "de"),
        ("dove si trova il mio ordine", "it"),
        ("quero cancelar o meu pedido", "pt"),
        ("waar is mijn bestelling", "nl"),
        ("gdzie jest moje zamówienie", "pl"),
        ("siparişim nerede", "tr"),
        ("var är min beställning", "sv"),
        ("missä tilaukseni on", "fi"),
        ("kde je moje objednávka", "cs"),
        ("где мой заказ", "ru"),
        ("де моє замовлення", "uk"),
        ("πού είναι η παραγγελία μου", "el"),
        ("أين طلبي", "ar"),
        ("我的订单在哪里", "zh"),
        ("注文はどこですか", "ja"),
        ("제 주문은 어디에 있나요", "ko"),
    ],
)
def test_a_foreign_text(foreign: ForeignLanguage, text: str, code: str) -> None:
    assert foreign.find(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10023",
        "where is my order",
        "wheres my pakage",
        "retun my ordr plz",
        "is the tarif applicable?",
        "my name is Jürgen Müller",
        "the café table arrived broken",
        "anna.berg@example.com",
        "https://example.de/wo/ist/meine",
        "florp bloop",
        "asdf qwer zxcv",
        "ok merci",
        "jajaja",
        "Blåhaj",
        "😀😀",
        "' OR 1=1 --",
        "SW1A 1AA",
        "\u0000\u200b",
    ],
)
def test_no_foreign_text(foreign: ForeignLanguage, text: str) -> None:
    assert foreign.find(text) is None


def test_words_of_the_training_examples_are_english() -> None:
    assert ForeignLanguage(["de"], []).find("bitte die bestellung") == "de"
    assert ForeignLanguage(["de"], ["bitte", "bestellung"]).find("bitte die bestellung") is None


def test_a_long_text_costs_no_more_than_its_beginning(foreign: ForeignLanguage) -> None:
    assert foreign.find("ich warte auf mein paket und es kommt nicht. " * 2000) == "de"


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="'xx'"):
        ForeignLanguage(["de", "xx"], [])
