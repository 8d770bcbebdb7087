"""What holds for every text: nothing planted survives, masking is stable, and it is quick."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy import PLACEHOLDERS, mask_secrets
from privacy.fold import plain_view
from tests.support.timing import grows_no_faster_than_the_text

SECRET = "a seal secret only for these tests"

# Texts around a secret: anything that neither holds digits nor ends in a word of its own that
# changes what the secret is called ("order ...").
around = st.text(
    alphabet=st.characters(blacklist_categories=("Nd", "Nl", "No", "Cs")), max_size=40
).map(lambda text: text.replace("#", " "))


def _luhn_digit(digits: str) -> str:
    doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits))]
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


@st.composite
def cards(draw: st.DrawFn) -> tuple[str, str]:
    """A valid card number of a network, as bare digits and as somebody may type it."""
    prefix, length = draw(
        st.sampled_from([("4", 16), ("4", 13), ("51", 16), ("2230", 16), ("37", 15), ("6011", 16)])
    )
    fill = length - len(prefix) - 1
    body = prefix + draw(st.text(string.digits, min_size=fill, max_size=fill))
    digits = body + _luhn_digit(body)
    typed = digits[0]
    for digit in digits[1:]:
        typed += draw(st.sampled_from(["", "", "", " ", "-", ".", " - ", "\u00a0", "\n"])) + digit
    return digits, typed


_PASSWORD_CHARS = string.ascii_letters + string.digits + "!$%&*+-_=?"
passwords = st.text(_PASSWORD_CHARS, min_size=6, max_size=30).filter(
    lambda p: p[0].isalnum() and p[-1].isalnum() and not p.isdigit() and any(c.isdigit() for c in p)
)


@st.composite
def ssns(draw: st.DrawFn) -> str:
    """A social security number with separators, none of its parts all zero."""
    area = draw(st.integers(1, 899).filter(lambda n: n != 666))
    group, serial = draw(st.integers(1, 99)), draw(st.integers(1, 9999))
    sep = draw(st.sampled_from("-. \u2010\u2013\u00a0"))
    return f"{area:03}{sep}{group:02}{sep}{serial:04}"


def _digits(text: str) -> str:
    return "".join(c for c in plain_view(text) if c.isdigit())


@given(around, cards(), around)
def test_no_card_survives(before: str, card: tuple[str, str], after: str) -> None:
    digits, typed = card
    masked = mask_secrets(f"{before} {typed} {after}")
    assert digits not in _digits(masked.text)
    assert digits[-8:] not in _digits(masked.text)
    assert masked.kinds


@given(around, passwords, around)
def test_no_password_survives(before: str, password: str, after: str) -> None:
    masked = mask_secrets(f"{before}\nmy password is {password} {after}")
    assert password not in masked.text
    assert "password" in masked.kinds


@given(around, ssns(), around)
def test_no_ssn_survives(before: str, ssn: str, after: str) -> None:
    masked = mask_secrets(f"{before} {ssn} {after}")
    assert ssn not in masked.text
    assert _digits(ssn) not in _digits(masked.text)
    assert masked.kinds


@given(st.from_regex(r"[0-9]{6}", fullmatch=True), around)
def test_no_named_code_survives(code: str, after: str) -> None:
    code = _digits(code)
    masked = mask_secrets(f"the code is {code}, {after}", SECRET)
    assert code not in masked.text
    assert masked.sealed_code


_WORDS = """
my password is code pin pass login card cvv ssn / : = # not to ' " , and or as wrong order username
hunter2 sunflower 123456 123-45-6789 123 4711 anna@example.com
"""
fragments = st.lists(
    st.one_of(
        st.sampled_from([*_WORDS.split(), "\n", "4111 1111 1111 1111", *PLACEHOLDERS.values()]),
        st.text(max_size=6),
    ),
    max_size=30,
)


@settings(max_examples=300)
@given(fragments, st.sampled_from([" ", ""]))
def test_masking_twice_is_masking_once(parts: list[str], joint: str) -> None:
    once = mask_secrets(joint.join(parts), SECRET)
    again = mask_secrets(once.text, SECRET)
    assert again.text == once.text
    assert again.kinds == ()
    assert again.sealed_code is None


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    masked = mask_secrets(text, SECRET)
    if not masked.kinds:
        assert masked.text == text
    assert len(plain_view(text)) == len(text)


HOSTILE = {
    "digits": "1",
    "card digits": "4111 1111 ",
    "spaced digits": "1 ",
    "digits and stops": "1.",
    "spaces": " ",
    "lines": "\n",
    "password": "password ",
    "password run": "password",
    "password slashes": "password/",
    "password dashes": "password-",
    "password is": "password is ",
    "password for": "password for ",
    "password colons": "password:",
    "quotes": "password '",
    "masked": "[password]",
    "is my password": " a is my password",
    "login": "login a/",
    "login slashes": "login/",
    "e-mail": "a@a.a.a.a/",
    "e-mail run": "a@a.",
    "code": "code is ",
    "code digits": "code 1 2 3 4 5 ",
    "pin": "pin is ",
    "passport": "passport number is a",
    "cvv": "cvv is my ",
    "url": "://a:",
    "letters": "a",
    "zero bytes": "\0",
    "arabic digits": "\u0661 ",
    "combining": "a\u0301",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    text = (piece * 20_000)[:20_000]
    assert grows_no_faster_than_the_text(lambda text: mask_secrets(text, SECRET), text)
