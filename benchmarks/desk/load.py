"""Measures the desk under load: `make bench ARGS=benchmarks.desk.load`.

A desk of its own process and database has 200 waiting conversations of 20 events each. 20 signed-in
agents look at the queue and at conversations: first each once a second at their own moment, then
all at the same moment after somebody came and somebody went, as their pages do.
"""

from __future__ import annotations

import asyncio
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx

from desk import conversations, handoffs, users
from desk.database import Database, now
from desk.handoffs import Request
from desk.users import Role
from tests.support.shop import free_port, wait_for

WAITING = 200
AGENTS = 20
EVENTS = 20  # of each conversation
SECONDS = 20
BURSTS = 20
TOKEN = "a" * 32
ROOT = Path(__file__).parents[2]

Times = dict[str, list[float]]


def fill(url: str) -> list[str]:
    """Put conversations and agents into a new database; return the agents' sign-ins."""
    database = Database(url)
    database.prepare()
    start = now()
    with database.write() as connection:
        for number in range(WAITING):
            name = f"customer-{number}"
            for step in range(EVENTS):
                kind = "user" if step % 2 == 0 else "bot"
                event = {
                    "sender_id": name,
                    "event": kind,
                    "timestamp": start / 1000 - 600 + step,
                    "text": f"Message {step} of conversation {number}, of a usual length.",
                    "input_channel": "web",
                    "parse_data": {"intent": {"name": "track_order", "confidence": 0.9}},
                }
                conversations.add(connection, event)
            asked = Request(
                f"request-{number}",
                name,
                "web",
                "customer_asked",
                "The customer asked for a person. It is about: delayed order. Order 10031.",
                skill="orders",
                facts={"order number": "10031"},
                ticket="T-1",  # so that the clock leaves them where they are
                at=start - 1000 * number,
            )
            handoffs.request(connection, asked)
        tokens = []
        for number in range(AGENTS):
            agent = users.add(connection, f"agent{number}", "Agent", Role.AGENT, "a-password-here")
            tokens.append(users.begin_session(connection, agent))
    database.close()
    return tokens


async def _get(client: httpx.AsyncClient, times: Times, path: str) -> None:
    began = time.perf_counter()
    answer = await client.get(path, headers={"accept": "text/html"})
    kind = "queue" if path.endswith("queue") else "conversation"
    times[kind].append(time.perf_counter() - began)
    answer.raise_for_status()


async def _look(client: httpx.AsyncClient, times: Times, seed: int) -> None:
    """One agent's requests: a second apart, the queue mostly and a conversation sometimes."""
    chance = random.Random(seed)
    await asyncio.sleep(chance.random())
    until = time.perf_counter() + SECONDS
    while time.perf_counter() < until:
        began = time.perf_counter()
        some = chance.randint(1, WAITING)
        path = "/parts/queue" if chance.random() < 0.7 else f"/parts/handoffs/{some}"
        await _get(client, times, path)
        await asyncio.sleep(max(0.0, 1 - (time.perf_counter() - began)))


async def _change(client: httpx.AsyncClient, number: int) -> None:
    """Have one customer go and another come, over the API of the action server."""
    asked = {
        "key": f"another-{number}",
        "conversation_id": f"another-{number}",
        "channel": "web",
        "reason": "not_understood",
    }
    gone = {"conversation_id": f"customer-{number}", "to": "assistant"}
    for path, body in (("handoffs", asked), ("leave", gone)):
        headers = {"authorization": f"Bearer {TOKEN}"}
        answer = await client.post(f"/api/v1/{path}", json=body, headers=headers)
        answer.raise_for_status()


def cpu_seconds(pid: int) -> float:
    """Return how long a process has computed so far, all its threads; 0 where nobody says."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(base: str, tokens: list[str], pid: int) -> tuple[dict[str, Times], float]:
    """Return seconds for each request, by how the agents look and by page.

    Also, for one look of all at once, the seconds that the desk computed: on a busy machine they
    tell more than the time until the answers were there.
    """
    clients = [
        httpx.AsyncClient(base_url=base, cookies={"desk_session": one}, timeout=60)
        for one in tokens
    ]
    found: dict[str, Times] = {"once a second": defaultdict(list), "all at once": defaultdict(list)}
    for client in clients:  # connections and first templates are not what is measured
        await _get(client, defaultdict(list), "/parts/queue")
    spread, burst = found.values()
    await asyncio.gather(*(_look(one, spread, seed) for seed, one in enumerate(clients)))
    computed = cpu_seconds(pid)
    for number in range(BURSTS):
        await _change(clients[0], number)
        await asyncio.gather(*(_get(one, burst, "/parts/queue") for one in clients))
    for client in clients:
        await client.aclose()
    return found, (cpu_seconds(pid) - computed) / BURSTS


def table(found: dict[str, Times]) -> str:
    """Write the figures as a table, in milliseconds."""
    lines = ["| agents look | page | requests | median ms | p95 ms | worst ms |"]
    lines.append("|---|---|---|---|---|---|")
    for way, pages in found.items():
        for page, seconds in sorted(pages.items()):
            p95 = statistics.quantiles(seconds, n=20)[-1]
            figures = [statistics.median(seconds), p95, max(seconds)]
            shown = " | ".join(f"{1000 * one:.0f}" for one in figures)
            lines.append(f"| {way} | {page} | {len(seconds)} | {shown} |")
    return "\n".join(lines)


def main() -> None:
    """Start a desk, measure it, print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder}/desk.db"
        tokens = fill(url)
        port = free_port()
        environ = {
            **os.environ,
            "FRONTDESK_HOST": "127.0.0.1",
            "FRONTDESK_DESK_PORT": str(port),
            "FRONTDESK_DESK_DB": url,
            "FRONTDESK_EVENTS_DB": f"sqlite:///{folder}/events.db",
            "FRONTDESK_DESK_TOKEN": TOKEN,
            "FRONTDESK_RASA_TOKEN": "b" * 32,
            "FRONTDESK_RASA_URL": "http://127.0.0.1:9",
            "FRONTDESK_SHOP_TOKEN": "c" * 32,
            "FRONTDESK_DESK_HOURS": "desk/hours.yml",
            "FRONTDESK_DESK_PROMISE": "300",
            "FRONTDESK_DESK_SESSION_HOURS": "12",
        }
        log = folder / "desk.log"
        with log.open("wb") as out:
            desk = subprocess.Popen(
                [sys.executable, "-m", "desk"], cwd=ROOT, env=environ, stdout=out, stderr=out
            )
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/health", desk, log)
            found, computed = asyncio.run(measure(base, tokens, desk.pid))
        finally:
            desk.terminate()
            desk.wait(30)
    load = os.getloadavg()[0]
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, load {load:.1f}.\n")
    print(table(found))
    print(f"\nThe desk computed {1000 * computed:.0f} ms for a change and {AGENTS} looks at once.")


if __name__ == "__main__":
    main()
