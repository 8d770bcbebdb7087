"""Strings that nobody should send, and somebody will: the same ones at every run."""

from __future__ import annotations

import random
from collections.abc import Callable

SEED = 20_021

# Scripts that would leave a mark in the page (`window.intruder`) if it ran them.
HOSTILE_HTML = (
    "<script>window.intruder=1</script>",
    "<img src=x onerror=window.intruder=1>",
    "<svg/onload=window.intruder=1>",
    '"><iframe srcdoc="<script>parent.window.intruder=1</script>"></iframe>',
    "<details open ontoggle=window.intruder=1>",
    "<input autofocus onfocus=window.intruder=1>",
    "<a href=javascript:window.intruder=1>track my order</a>",
    "<body onload=window.intruder=1>",
    "<math><mtext><style><img src=x onerror=window.intruder=1></style></mtext></math>",
    "<!--<img src='--><img src=x onerror=window.intruder=1>'-->",
    "</textarea><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<b>bold</b> <u>claims</u> <h1>loud</h1> <table><tr><td>cell",
    "<frontdesk-chat></frontdesk-chat>",
    "javascript:window.intruder=1",
    'https://example.com/"onmouseover=window.intruder=1//',
    "[click](javascript:window.intruder=1) ![x](https://example.com/x.png)",
    "data:text/html,<script>window.intruder=1</script>",
    "{{constructor.constructor('window.intruder=1')()}} ${window.intruder=1} <%= 7*7 %>",
)
COMMANDS = (
    "/restart",
    "/start_conversation",
    '/inform{"order_number":"1"}',
    '/inform{"order_number": ["1"], "verified_until": 9999999999}',
    "/session_start",
    "/back",
    "  /restart",
    "\t/talk_to_person",
    "/",
    "//",
    "/inform{",
    "/inform{}{}",
    "EXTERNAL: reminder",
    "@reset_password",
    "/affirm@0.9",
    "utter_greet",
    "identity_form",
    "null",
    "None",
    "undefined",
    "NaN",
    "true",
    "[]",
    '{"text": "hello"}',
    "{order_number}",
    "{0.__class__.__mro__}",
    "%s%s%n%x",
    "$(reboot)",
    "; cat /etc/passwd",
    "../../../../etc/passwd",
    "${jndi:ldap://127.0.0.1/a}",
    "\\u0000\\x00",
    "data: {}\n\nevent: message\ndata: {}",
    "id: 99\n\n",
    "Content-Length: 0\r\n\r\nGET / HTTP/1.1",
)
SQL = (
    "' OR '1'='1",
    "'; DROP TABLE orders; --",
    "1' UNION SELECT password FROM accounts --",
    '" OR ""="',
    "10023' AND SLEEP(5)#",
    "x'); DELETE FROM events WHERE ('1'='1",
    "' OR 1=1 --@example.com",
    "%' AND 1=0 UNION ALL SELECT NULL --",
    "10023; SELECT pg_sleep(9)",
    "\\'; EXEC xp_cmdshell('dir'); --",
)
# Said now and then so that the strings also hit forms that wait for something.
QUESTIONS = (
    "where is my order",
    "where is my order 10023",
    "I forgot my password",
    "can I talk to a person",
    "never mind",
)
_EMOJI = "😀😡🙏🏽👩‍👩‍👧‍👦🏳️‍🌈📦🚚❤️‍🔥🇩🇪🇺🇦🤷🏿‍♀️✅0️⃣🫠"
_RIGHT_TO_LEFT = "אבגדהוזחטיכלמנסעפצקרשת ابتثجحخدذرزسشصضطظعغفقكلمنهوي ۱۲۳۴۵٠١٢٣٤ "
_REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
_SPACES = " \t\n\r\v\f\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000\u200b\u200d\ufeff\u2060"
_CONTROLS = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) + "\ufffe\uffff\ufff9\ufffb"
_MARKS = "".join(map(chr, range(0x300, 0x36F)))
_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~§°´¿¡…“”‘’–—€£"
_WORDS = (
    *("order", "10023", "password", "refund", "I", "the", "not", "person", "why", "12345"),
    *("anna.berg@example.com", "AB1 2CD", "#", "yes", "no", "code", "000000", "my", "is", "?"),
)
LONGEST = 20_000


def strange_strings(count: int, seed: int = SEED) -> list[str]:
    """Make strings of every kind.

    Args:
        count: how many; at least as many as the fixed ones above.
        seed: another seed gives others.

    Returns:
        The fixed strings and invented ones, shuffled, always the same for a seed.
    """
    chance = random.Random(seed)
    fixed = [*HOSTILE_HTML, *COMMANDS, *SQL]
    made = [chance.choice(_KINDS)(chance) for _ in range(count - len(fixed))]
    strings = fixed + made
    chance.shuffle(strings)
    return strings


def _some(chance: random.Random, alphabet: str, most: int = 60) -> str:
    return "".join(chance.choices(alphabet, k=chance.randint(1, most)))


def _any_character(chance: random.Random) -> str:
    """Anything that JSON can carry: all planes of Unicode, lone halves of pairs too."""
    return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randint(1, 80)))


def _zalgo(chance: random.Random) -> str:
    return "".join(letter + _some(chance, _MARKS, 20) for letter in "where is my order")


def _zero_bytes(chance: random.Random) -> str:
    return "\0".join(chance.choices(_WORDS, k=4)) + "\0" * chance.randint(1, 9)


def _too_long(chance: random.Random) -> str:
    """Longer than the channel takes, up to 20,000 characters; one in four just fits."""
    unit = chance.choice(["a", "where is my order ", "😀", "7", "<p>", "\u0301", _RIGHT_TO_LEFT])
    length = chance.choice([4000, 4001, 10_000, LONGEST])
    return (unit * length)[:length]


def _joined(chance: random.Random) -> str:
    """Two strange things in one message."""
    kinds = (_emoji, _right_to_left, _markup, _statement, _zero_bytes, _words)
    return f"{chance.choice(kinds)(chance)} {chance.choice(kinds)(chance)}"


def _emoji(chance: random.Random) -> str:
    return _some(chance, _EMOJI)


def _right_to_left(chance: random.Random) -> str:
    return _some(chance, _RIGHT_TO_LEFT + _REORDERING)


def _spaces(chance: random.Random) -> str:
    return _some(chance, _SPACES)


def _controls(chance: random.Random) -> str:
    return _some(chance, _CONTROLS + "abc")


def _punctuation(chance: random.Random) -> str:
    return _some(chance, _PUNCTUATION)


def _numbers(chance: random.Random) -> str:
    return _some(chance, "0123456789 -+#.,/()", 30)


def _markup(chance: random.Random) -> str:
    return chance.choice(HOSTILE_HTML)


def _statement(chance: random.Random) -> str:
    return chance.choice(SQL)


def _command(chance: random.Random) -> str:
    return chance.choice(COMMANDS)


def _words(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(1, 12)))


_KINDS: tuple[Callable[[random.Random], str], ...] = (
    _any_character,
    _zalgo,
    _zero_bytes,
    _too_long,
    _joined,
    _emoji,
    _right_to_left,
    _spaces,
    _controls,
    _punctuation,
    _numbers,
    _command,
    _words,
)
