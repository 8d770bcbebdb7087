"""Segments, counted by hand in the examples; and what any text must keep to."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms.segments import count_segments, plain

ANY_TEXT = st.text(max_size=400)


@pytest.mark.parametrize(
    ("text", "count", "encoding", "left"),
    [
        ("", 1, "GSM-7", 160),
        ("a" * 160, 1, "GSM-7", 0),
        ("a" * 161, 2, "GSM-7", 145),
        ("a" * 306, 2, "GSM-7", 0),
        ("a" * 307, 3, "GSM-7", 152),
        ("é" * 160, 1, "GSM-7", 0),  # in the basic table
        ("Ç" * 160, 1, "GSM-7", 0),  # the capital is, the small one is not
        ("ç" * 70, 1, "UCS-2", 0),
        ("ç" * 71, 2, "UCS-2", 63),
        ("€" * 80, 1, "GSM-7", 0),  # each with its escape
        ("€" * 81, 2, "GSM-7", 143),  # 76 in a segment of 153, one septet stays empty
        ("a" * 152 + "€" + "a" * 152, 3, "GSM-7", 152),  # the escape is not left behind
        ("\U0001f600" * 35, 1, "UCS-2", 0),
        ("\U0001f600" * 36, 2, "UCS-2", 61),  # 33 in a segment of 67, one unit stays empty
        ("a" * 69 + "\U0001f600", 2, "UCS-2", 63),
    ],
)
def test_counted_by_hand(text: str, count: int, encoding: str, left: int) -> None:
    counted = count_segments(text)
    assert (counted.count, counted.encoding, counted.left) == (count, encoding, left)


@settings(deadline=None)  # the machine may be busy
@given(ANY_TEXT)
def test_a_text_fits_into_the_segments_counted_for_it(text: str) -> None:
    counted = count_segments(text)
    limits = {"GSM-7": (160, 153), "UCS-2": (70, 67)}[counted.encoding]
    assert counted.units <= (limits[0] if counted.count == 1 else limits[1] * counted.count)
    assert counted.left >= 0
    # never more than what splitting can waste: one unit in each segment but the last
    assert counted.units + counted.left >= (counted.count - 1) * (limits[1] - 1)


@settings(deadline=None)  # the machine may be busy
@given(ANY_TEXT, ANY_TEXT)
def test_a_longer_text_never_takes_fewer(start: str, end: str) -> None:
    assert count_segments(start + end).count >= count_segments(start).count


@pytest.mark.parametrize(
    ("fancy", "simple"),
    [
        ("\u2018It\u2019s\u2019 \u201cfine\u201d", "'It's' \"fine\""),
        ("2\u20133 days \u2014 soon\u2026", "2-3 days - soon..."),
        ("Order\u00a010023\u202fis\u2009here", "Order 10023 is here"),
        ("zero\u200bwidth\ufeff, soft\u00adhyphen", "zerowidth, softhyphen"),
        ("\u2022 one\r\n\u2022 two", "- one\n- two"),
        ("e\u0301", "é"),
        ("a\x00b\x07c", "abc"),
        ("  lines  \n  keep their ends  ", "lines\n  keep their ends"),
    ],
)
def test_fancy_punctuation_is_made_plain(fancy: str, simple: str) -> None:
    assert plain(fancy) == simple
    assert count_segments(plain(fancy)).encoding == "GSM-7"


@pytest.mark.parametrize("text", ["Zoë Nuñez", "Łukasz", "Привет", "\U0001f44d\U0001f3fd"])
def test_letters_and_emoji_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


@settings(deadline=None)  # the machine may be busy
@given(ANY_TEXT)
def test_plain_text_stays_plain(text: str) -> None:
    assert plain(plain(text)) == plain(text)
