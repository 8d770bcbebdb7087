"""Only Twilio gets in: signatures that are right, wrong, missing, moved and replayed.

The signatures are made from the documented recipe (`twilio_shapes.sign`), and checked by the
channel with Twilio's own validator.
"""

import hashlib
import json
from urllib.parse import urlencode

import pytest

from channels.sms.inbound import NotAMessage, read_message
from channels.sms.signature import Signatures
from tests.providers.twilio_shapes import incoming_sms, new_sid, sign

TOKEN = "an-auth-token-for-tests-0123456789"
PUBLIC = "https://chat.example.com"
PATH = "/webhooks/sms/webhook"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"
ACCOUNT = "AC" + "0123456789abcdef" * 2
PARAMS = incoming_sms(
    ACCOUNT, "+447700900123", "+441632960000", "Where's my order? Très bien & 100%"
)
SIGNATURE = sign(TOKEN, PUBLIC + PATH, PARAMS)

# one letter of it is another
OTHER = ("B" if SIGNATURE.startswith("A") else "A") + SIGNATURE[1:]


def verify(
    params: dict[str, str] = PARAMS,
    signature: str | None = SIGNATURE,
    *,
    token: str = TOKEN,
    public: str = PUBLIC,
    path: str = PATH,
    query: str = "",
) -> dict[str, str] | None:
    body = urlencode(params).encode()
    return Signatures(token, public).verify(path, query, FORM, body, signature)


def test_a_right_signature() -> None:
    assert verify() == PARAMS


# Named, because the message's id, and so its signature, is another in each of pytest's processes.
@pytest.mark.parametrize(
    "signature",
    [None, "", "x", OTHER, SIGNATURE.lower()],
    ids=["missing", "empty", "short", "one letter", "lower case"],
)
def test_a_missing_or_wrong_signature(signature: str | None) -> None:
    assert verify(signature=signature) is None


@pytest.mark.parametrize("name", ["Body", "From", "To", "MessageSid", "AccountSid"])
def test_a_tampered_body(name: str) -> None:
    assert verify(PARAMS | {name: PARAMS[name] + "1"}) is None


def test_a_parameter_more_or_less() -> None:
    assert verify(PARAMS | {"OptOutType": "START"}) is None
    assert verify({name: value for name, value in PARAMS.items() if name != "NumMedia"}) is None


def test_a_name_that_is_there_twice() -> None:
    body = urlencode([*PARAMS.items(), ("Body", PARAMS["Body"])]).encode()
    assert Signatures(TOKEN, PUBLIC).verify(PATH, "", FORM, body, SIGNATURE) is None


def test_another_accounts_token() -> None:
    assert verify(signature=sign("another", PUBLIC + PATH, PARAMS)) is None


def test_an_empty_token_lets_nobody_in() -> None:
    assert verify(token="", signature=sign("", PUBLIC + PATH, PARAMS)) is None


@pytest.mark.parametrize(
    "signed",
    [
        "http://chat.example.com" + PATH,  # the proxy ends TLS, but Twilio was given https
        "https://127.0.0.1:5005" + PATH,
        "https://chat.example.com.evil.example" + PATH,
        PUBLIC + "/webhooks/sms/status",
        PUBLIC + PATH + "?a=1",
    ],
)
def test_a_signature_for_another_address(signed: str) -> None:
    assert verify(signature=sign(TOKEN, signed, PARAMS)) is None


@pytest.mark.parametrize(
    ("public", "signed"),
    [
        ("https://chat.example.com", "https://chat.example.com:443"),
        ("https://chat.example.com:8443", "https://chat.example.com:8443"),
        ("https://chat.example.com:8443", "https://chat.example.com"),  # Twilio may leave it out
        ("http://chat.example.com", "http://chat.example.com:80"),
        ("https://example.com/support", "https://example.com/support"),
    ],
)
def test_ports_and_paths_in_front(public: str, signed: str) -> None:
    assert verify(signature=sign(TOKEN, signed + PATH, PARAMS), public=public) == PARAMS


def test_a_query_string_is_part_of_the_address() -> None:
    query = "shop=leeds&x=%20y"
    signature = sign(TOKEN, f"{PUBLIC}{PATH}?{query}", PARAMS)
    assert verify(signature=signature, query=query) == PARAMS
    assert verify(signature=signature, query="shop=york&x=%20y") is None
    assert verify(signature=signature) is None


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"&".join(b"a%d=1" % i for i in range(500))])
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    assert Signatures(TOKEN, PUBLIC).verify(PATH, "", FORM, body, SIGNATURE) is None


def json_request(values: object, hashed: bytes | None = None) -> tuple[str, bytes, str]:
    body = json.dumps(values).encode()
    query = f"bodySHA256={hashlib.sha256(hashed or body).hexdigest()}"
    return query, body, sign(TOKEN, f"{PUBLIC}{PATH}?{query}")


def test_json_is_covered_by_its_hash_in_the_address() -> None:
    query, body, signature = json_request({"MessageSid": "SM1", "NumMedia": 0})
    found = Signatures(TOKEN, PUBLIC).verify(PATH, query, "application/json", body, signature)
    assert found == {"MessageSid": "SM1", "NumMedia": "0"}


def test_json_that_is_not_what_was_hashed() -> None:
    query, body, signature = json_request({"a": 1}, hashed=b"something else")
    assert (
        Signatures(TOKEN, PUBLIC).verify(PATH, query, "application/json", body, signature) is None
    )


def test_json_without_a_hash_is_not_covered_at_all() -> None:
    signature = sign(TOKEN, PUBLIC + PATH)
    checked = Signatures(TOKEN, PUBLIC)
    assert checked.verify(PATH, "", "application/json", b'{"a": 1}', signature) is None


@pytest.mark.parametrize("values", [[1], "text", None])
def test_json_that_holds_no_parameters(values: object) -> None:
    query, body, signature = json_request(values)
    assert (
        Signatures(TOKEN, PUBLIC).verify(PATH, query, "application/json", body, signature) is None
    )


def test_a_request_replayed_with_its_parameters_joined_is_no_new_message() -> None:
    """Names and values are signed without marks between them: they can be cut anew."""
    names = sorted(PARAMS)
    behind = names[names.index("MessageSid") + 1]
    joined = {name: value for name, value in PARAMS.items() if name != behind}
    joined["MessageSid"] += behind + PARAMS[behind]
    assert verify(joined) == joined  # as far as the signature goes, it is genuine
    with pytest.raises(NotAMessage, match="MessageSid"):
        read_message(joined, ACCOUNT)


def test_a_genuine_request_of_another_account_is_not_answered() -> None:
    other = incoming_sms(new_sid("AC"), "+447700900123", "+441632960000", "Hi")
    with pytest.raises(NotAMessage, match="account"):
        read_message(other, ACCOUNT)
