import pytest

from ops import checks


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (checks.address, "127.0.0.1"),
        (checks.address, "::1"),
        (checks.address, "localhost"),
        (checks.whole(1, 65535), "65535"),
        (checks.number(0.1, 15), "0.5"),
        (checks.web_address, "https://shop.example/base"),
        (checks.origins, "https://shop.example, http://localhost:8090"),
        (checks.database, "sqlite:///var/web.db"),
        (checks.database, "postgresql+psycopg2://u:p@db/frontdesk"),
        (checks.redis, "redis://:password@cache.example:6379/1"),
        (checks.redis, "rediss://cache.example"),
        (checks.rate, "30/minute"),
        (checks.log_level, "WARNING"),
        (checks.secret(16), "a" * 16),
        (checks.anything, "anything"),
        (checks.one_of("yes", "no"), "no"),
    ],
)
def test_accepts(check: checks.Check, value: str) -> None:
    check(value)


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (checks.address, "example.com"),
        (checks.address, "127.0.0.256"),
        (checks.redis, "127.0.0.1:6379"),
        (checks.one_of("yes", "no"), "No"),
        (checks.one_of("yes", "no"), "maybe"),
        (checks.whole(1, 65535), "0"),
        (checks.whole(1, 65535), "65536"),
        (checks.whole(1, 65535), "80a"),
        (checks.whole(1, 65535), "1e3"),
        (checks.whole(1, 65535), "٣"),
        (checks.number(0.1, 15), "nan"),
        (checks.number(0.1, 15), "-1"),
        (checks.number(0.1, 15), "16"),
        (checks.web_address, "shop.example"),
        (checks.web_address, "ftp://shop.example"),
        (checks.web_address, "http://:80"),
        (checks.web_address, "http://shop.example:99999"),
        (checks.origins, "https://shop.example/chat"),
        (checks.origins, "https://shop.example,"),
        (checks.origins, "*"),
        (checks.database, "var/web.db"),
        (checks.rate, "many"),
        (checks.rate, "0/minute"),
        (checks.rate, "30/fortnight"),
        (checks.log_level, "info"),
        (checks.secret(16), "a" * 15),
        (checks.secret(16), "a secret with spaces"),
    ],
)
def test_refuses_saying_what_it_must_be(check: checks.Check, value: str) -> None:
    with pytest.raises(ValueError, match=r"^must be "):
        check(value)
