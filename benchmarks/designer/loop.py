"""Measures what a designer waits for: `make bench ARGS=benchmarks.designer.loop`.

`make run` must be running from this folder. An intent with ten examples, a rule and a response is
saved, then one line of a response, of an example and of a story, each as an editor would, and the
time is taken from the save until the running assistant answers by it. Meanwhile a customer goes on
writing; each message must be answered. All files are put back at the end.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from ops.chat import Chat, written
from ops.environment import prepare
from ops.problem import Problem, entry, say
from ops.services import local_host

DOMAIN, SKILL = Path("domain.yml"), Path("data/benchmark_gift_wrap")
STORIES = Path("data/orders/stories.yml")
WITHIN = 600.0  # seconds; longer is a failure, not a slow machine
PAUSE = 0.5  # seconds between two looks at the assistant
WRITES = 2.5  # seconds between two messages of the customer: the web takes 30 a minute of one
QUESTION = "can you gift wrap this for my brother?"
ANSWER = "we wrap each item and add your card"
NLU = """version: "3.1"

nlu:
  - intent: benchmark_gift_wrap
    examples: |
      - do you gift wrap
      - can you wrap it as a present
      - it's a birthday present, could you wrap it nicely?
      - gift wrapping please
      - is there an option for wrapping paper
      - how much is gift wrap
      - can i add a card with a message to the parcel
      - I'd like a ribbon around it, it is for my mum
      - please don't put the price in the box, it's a gift
      - can you put a handwritten note in with my order
"""
RULES = """version: "3.1"

rules:
  - rule: gift wrapping, of the benchmark
    steps:
      - intent: benchmark_gift_wrap
      - action: utter_benchmark_gift_wrap
"""
RESPONSE = f"""  utter_benchmark_gift_wrap:
    - text: Yes, {ANSWER}.
"""


@dataclass
class Customer:
    """Writes without a pause while models are changed.

    Attributes:
        asked: messages sent.
        answered: those that were answered.
        slowest: seconds until the slowest answer.
    """

    url: str
    asked: int = 0
    answered: int = 0
    slowest: float = 0.0

    def write_until(self, stop: threading.Event) -> None:
        """Say hello, wait for the answer, and again, in one conversation."""
        chat = Chat(self.url)
        while not stop.wait(WRITES):
            started = time.monotonic()
            self.asked += 1
            with suppress(Problem):  # not even received
                if chat.say("where is my order?" if self.asked % 2 else "never mind"):
                    self.answered += 1
            self.slowest = max(self.slowest, time.monotonic() - started)
        chat.close()


@contextmanager
def restored(*files: Path) -> Iterator[None]:
    """Put files back as they were, whatever happens."""
    before = {file: file.read_bytes() for file in files}
    try:
        yield
    finally:
        for file, content in before.items():
            file.write_bytes(content)


def replace(file: Path, old: str, new: str) -> None:
    """Change the first `old` of a file, which must be there."""
    text = file.read_text(encoding="utf-8")
    if old not in text:
        raise Problem(f"{file} has no {old!r}: this benchmark has to be brought up to date.")
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def until(holds: Callable[[], Any], what: str) -> float:
    """Wait until something holds; give the seconds that it took. Raises Problem after WITHIN."""
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > WITHIN:
            raise Problem(f"not within {WITHIN:.0f} s: {what}. What does make run say?")
        time.sleep(PAUSE)
    return time.monotonic() - started


def main() -> int:
    """Measure and print a table. Gives the exit status."""
    environ = prepare()
    address = environ["FRONTDESK_CHAT_URL"]
    status_url = f"http://{local_host(environ)}:{environ['FRONTDESK_RASA_PORT']}/status"

    def model() -> str:
        answer = httpx.get(
            status_url,
            params={"token": environ["FRONTDESK_RASA_TOKEN"]},
            trust_env=False,
            timeout=WITHIN,
        )
        return str(answer.json()["model_file"])

    def answers(text: str) -> str:
        chat = Chat(address)
        chat.opening()
        said = written(chat.say(text))
        chat.close()
        return said

    def taken_up(what: str, save: Callable[[], None]) -> float:
        before = model()
        save()
        return until(lambda: model() != before, what)

    def save_intent() -> None:
        SKILL.mkdir()
        (SKILL / "nlu.yml").write_text(NLU, encoding="utf-8")
        (SKILL / "rules.yml").write_text(RULES, encoding="utf-8")
        replace(DOMAIN, "\nintents:\n", "\nintents:\n  - benchmark_gift_wrap\n")
        replace(DOMAIN, "\nresponses:\n", f"\nresponses:\n{RESPONSE}")

    if SKILL.exists():
        raise Problem(f"{SKILL} is left from a benchmark that was killed. Take it away first.")
    customer, stop = Customer(address), threading.Event()
    writing = threading.Thread(target=customer.write_until, args=(stop,))
    measured = []
    with restored(DOMAIN, STORIES):
        writing.start()
        try:
            save_intent()
            spent = until(lambda: ANSWER in answers(QUESTION), "the new intent is answered")
            measured.append(("an intent, ten examples, a rule, a response: the answer", spent))
            replace(DOMAIN, ANSWER, f"{ANSWER}, of course")
            spent = until(lambda: "of course" in answers(QUESTION), "the new words are said")
            measured.append(("a response's text: the answer", spent))
            replaced = "- please don't put the price in the box\n"
            what = "an example: the model"
            file = SKILL / "nlu.yml"
            measured.append(
                (what, taken_up(what, lambda: replace(file, "- do you gift wrap\n", replaced)))
            )
            what = "a story: the model"
            measured.append(
                (what, taken_up(what, lambda: replace(STORIES, "- story: ", "- story: now ")))
            )
        finally:
            stop.set()
            writing.join()
            shutil.rmtree(SKILL)
    say("\n| saved, until the running assistant has | seconds |\n|---|---|")
    for what, spent in measured:
        say(f"| {what} | {spent:.0f} |")
    say(
        f"\nMeanwhile a customer wrote {customer.asked} messages; {customer.answered} were "
        f"answered, the slowest after {customer.slowest:.1f} s."
    )
    return 0 if customer.answered == customer.asked else 1


if __name__ == "__main__":
    entry(main)
