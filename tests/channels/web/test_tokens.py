from datetime import datetime, timedelta, timezone

import jwt
import pytest

from channels.web.keys import derive_key
from channels.web.tokens import InvalidToken, SessionTokens, new_conversation_id

SECRET = "a secret that is only used in this test file"
TOKENS = SessionTokens(SECRET, timedelta(hours=1))


def forge(key: bytes | str | None = None, algorithm: str = "HS256", **claims: object) -> str:
    now = datetime.now(timezone.utc)
    whole = {
        "iss": "frontdesk",
        "aud": "frontdesk web channel",
        "sub": "web-abc",
        "exp": now + timedelta(hours=1),
        **claims,
    }
    content = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(
        content, derive_key(SECRET, "session token") if key is None else key, algorithm
    )


def test_a_token_stands_for_its_conversation() -> None:
    token, session = TOKENS.issue("web-abc")
    assert TOKENS.verify(token) == session
    assert session.conversation_id == "web-abc"
    left = session.expires_at - datetime.now(timezone.utc)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_the_forging_helper_makes_valid_tokens() -> None:
    assert TOKENS.verify(forge()).conversation_id == "web-abc"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "ü.ü.ü",
        "\ud800",
        forge(key="another secret, just as long as a real one"),
        forge(key=SECRET),  # the secret itself is no key
        forge(key=derive_key(SECRET, "choice")),
        forge(key="", algorithm="none"),
        forge(algorithm="HS512"),
        forge(exp=datetime.now(timezone.utc) - timedelta(seconds=1)),
        forge(exp=None),
        forge(sub=None),
        forge(sub=7),
        forge(aud="another service"),
        forge(aud=None),
        forge(iss="somebody"),
        forge(nbf=datetime.now(timezone.utc) + timedelta(hours=1)),
    ],
)
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.verify(token)


def test_a_changed_token_is_refused() -> None:
    token, _ = TOKENS.issue("web-abc")
    for position in range(0, len(token), 7):
        changed = (
            token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        )
        if position == len(token) - 1:
            continue  # the last character holds unused bits
        with pytest.raises(InvalidToken):
            TOKENS.verify(changed)


def test_conversation_ids_do_not_repeat() -> None:
    ids = {new_conversation_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(i) == 28 and i.startswith("web-") for i in ids)
