"""The connection to the Redis by which several processes of one installation work together."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisAway
from redis.exceptions import TimeoutError as RedisSlow

SECONDS = 5.0  # that Redis may take to answer
_TRIES = 4  # to reach it; a Redis that starts anew is there again before that


def redis_client(url: str) -> Redis:
    """Make a client, to be closed with `close`; nothing is sent yet.

    Args:
        url: such as `redis://127.0.0.1:6379`.
    """
    return Redis.from_url(
        url,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
        socket_keepalive=True,
        health_check_interval=10,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), _TRIES),
        retry_on_error=[RedisAway, RedisSlow, OSError],
    )


def key(client: Redis, name: str) -> str:
    """Return a name for all of Redis: what is published there knows no numbers of databases.

    Args:
        client: from `redis_client`.
        name: what is named.
    """
    return f"frontdesk:{client.connection_pool.connection_kwargs.get('db') or 0}:{name}"
