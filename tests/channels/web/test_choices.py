import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.choices import Choice
from channels.web.choices import ChoiceSealer, InvalidChoice

SEALER = ChoiceSealer("a secret that is only used in this test file")
CHOICE = Choice("Bestellung 10023 📦", '/track_order{"order_number": "10023"}')


def test_a_choice_comes_back_as_it_was() -> None:
    sealed = SEALER.seal("web-a", CHOICE)
    assert SEALER.open("web-a", sealed) == CHOICE
    assert sealed.isascii()


def test_it_shows_nothing_of_what_it_stands_for() -> None:
    sealed = SEALER.seal("web-a", CHOICE)
    raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    assert b"track_order" not in raw
    assert b"10023" not in raw
    assert SEALER.seal("web-a", CHOICE) != sealed


def test_it_is_good_in_its_own_conversation_only() -> None:
    with pytest.raises(InvalidChoice):
        SEALER.open("web-b", SEALER.seal("web-a", CHOICE))


def test_another_secret_does_not_open_it() -> None:
    other = ChoiceSealer("another secret that is only used in this file")
    with pytest.raises(InvalidChoice):
        other.open("web-a", SEALER.seal("web-a", CHOICE))


def test_a_changed_choice_is_refused() -> None:
    sealed = SEALER.seal("web-a", CHOICE)
    for position in range(len(sealed) - 1):
        changed = sealed[:position] + ("A" if sealed[position] != "A" else "B")
        with pytest.raises(InvalidChoice):
            SEALER.open("web-a", changed + sealed[position + 1 :])


@given(st.text(alphabet=st.characters(), max_size=200))
def test_what_strangers_send_is_refused(text: str) -> None:
    with pytest.raises(InvalidChoice):
        SEALER.open("web-a", text)
