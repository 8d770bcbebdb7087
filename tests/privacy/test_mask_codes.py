"""One-time codes: sealed when they are one, left alone when they are something else."""

from __future__ import annotations

import time
from unittest import mock

import pytest

from privacy import SealError, check_seal_secret, mask_secrets, unseal_code

SECRET = "a seal secret only for these tests"


@pytest.mark.parametrize(
    "text",
    [
        "123456",
        " 123456\n",
        "123456.",
        "(123456)",
        "'123456'",
        "1 2 3 4 5 6",
        "123 456",
        "123-456",
        "12 34 56",
        "it's 123456",
        "ok here it is: 123456 thanks",
        "hi, 123456 please",
        "123456 😀",
        "１２３４５６",
        "١٢٣٤٥٦",
        "१२३ ४५६",
        "\u200f123456\u200f",
        "code is 123 456",
        "my verification code: 123-456",
        "the code I got by email is 123456",
        "Code 123456",
        "the code is #123456",
        "code: 12-34-56",
        "OTP 123456",
        "otp is 123456 and my order is 10023",
        "your one-time password is 123456",
        "one time code 123456",
        "passcode 123456",
        "security code 123 456",
        "123456 is the code",
        "I entered 123456 as the verification code",
        "123456 (code)",
        "the number you sent me is 123456",
        "the code for order 10023 is 123456",
        "the six digits are 123456",
        "not 111111, the code is 123456",
        "the code is 123456, not 111111",
        "Mein Code ist 123456",
        "I got two codes: 111111 and 123456",
        "Bestätigungscode: 123456",
        "i got the code 123456 but it does not work",
    ],
)
def test_a_one_time_code_is_sealed(text: str) -> None:
    masked = mask_secrets(text, SECRET)
    assert masked.kinds == ("code",)
    assert "[one-time code]" in masked.text
    assert "123456" not in masked.text
    assert "111111" not in masked.text
    assert masked.sealed_code is not None
    assert "123456" not in masked.sealed_code
    assert unseal_code(masked.sealed_code, SECRET) == "123456"


@pytest.mark.parametrize(
    "text",
    [
        "order 123456",
        "#123456",
        "# 123456",
        "order no 123456",
        "order number: 123456",
        "where is order #123456?",
        "my order is 123456",
        "the code for order 123456",
        "order code 123456",
        "ticket 123456",
        "invoice 123456",
        "tracking 123456",
        "discount code 123456",
        "promo code: 123456",
        "zip code 123456",
        "postcode 123456",
        "error code 123456",
        "sort code 12-34-56",
        "I have 123456 points",
        "12345",
        "1234567",
        "123,456",
        "12.05.24",
        "24-12-31",
        "€123456",
        "123456 dollars",
        "call 123456 for me",
        "code",
        "the code does not work",
        "I never got a code for 10023",
        "code 12345",
        "code 1234567",
    ],
)
def test_other_numbers_are_not_sealed(text: str) -> None:
    masked = mask_secrets(text, SECRET)
    assert masked.text == text
    assert masked.kinds == ()
    assert masked.sealed_code is None


def test_the_text_around_a_code_stays() -> None:
    masked = mask_secrets("my order is 10023 and the code is 123 456, thanks", SECRET)
    assert masked.text == "my order is 10023 and the code is [one-time code], thanks"


def test_order_and_code_of_six_digits_are_told_apart() -> None:
    masked = mask_secrets("order number 654321, code 123456", SECRET)
    assert masked.text == "order number 654321, code [one-time code]"
    assert masked.sealed_code is not None
    assert unseal_code(masked.sealed_code, SECRET) == "123456"


def test_without_a_secret_a_code_is_hidden_for_good() -> None:
    masked = mask_secrets("code 123456")
    assert masked.text == "code [one-time code]"
    assert masked.kinds == ("code",)
    assert masked.sealed_code is None


def test_the_same_code_is_sealed_differently_each_time() -> None:
    first, second = mask_secrets("123456", SECRET), mask_secrets("123456", SECRET)
    assert first.sealed_code != second.sealed_code


@pytest.mark.parametrize(
    "broken", ["", "nonsense", "123456", "gAAAAA==", "\N{SNOWMAN}", "a" * 5000]
)
def test_what_was_never_sealed_is_refused(broken: str) -> None:
    with pytest.raises(SealError) as error:
        unseal_code(broken, SECRET)
    assert error.value.reason == "invalid"


def test_an_altered_seal_is_refused() -> None:
    sealed = mask_secrets("123456", SECRET).sealed_code
    assert sealed is not None
    middle = len(sealed) // 2
    altered = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    with pytest.raises(SealError) as error:
        unseal_code(altered, SECRET)
    assert error.value.reason == "invalid"


def test_another_secret_does_not_unseal() -> None:
    sealed = mask_secrets("123456", SECRET).sealed_code
    assert sealed is not None
    with pytest.raises(SealError, match="same FRONTDESK_SEAL_SECRET") as error:
        unseal_code(sealed, SECRET + "!")
    assert error.value.reason == "invalid"


def test_an_old_seal_has_expired() -> None:
    with mock.patch("cryptography.fernet.time.time", return_value=time.time() - 1000):
        sealed = mask_secrets("123456", SECRET).sealed_code
    assert sealed is not None
    with pytest.raises(SealError, match="ask the customer") as error:
        unseal_code(sealed, SECRET)
    assert error.value.reason == "expired"
    assert unseal_code(sealed, SECRET, max_age_seconds=2000) == "123456"


@pytest.mark.parametrize("text", ["123456", "hello"])
def test_a_short_secret_is_refused_before_it_protects_nothing(text: str) -> None:
    with pytest.raises(SealError, match="FRONTDESK_SEAL_SECRET") as error:
        mask_secrets(text, "short")
    assert error.value.reason == "secret"
    assert "short" not in str(error.value).replace("shorter", "")


def test_the_secret_can_be_checked_at_start() -> None:
    check_seal_secret(SECRET)
    with pytest.raises(SealError, match="at least 32"):
        check_seal_secret("")
