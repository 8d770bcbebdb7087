"""Check the bot's files and say in plain words what is wrong (`make check`)."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from ops import rasa_words
from ops.articles import check_articles
from ops.designer_checks import findings, refuse
from ops.designer_checks.replies import WITHOUT_ARTICLE
from ops.designer_checks.values import read
from ops.entities import ensure_pipeline
from ops.environment import prepare
from ops.problem import Problem, entry, say
from ops.progress import Progress
from ops.rasa_plain import plain
from ops.trainer import QUIET
from ops.yaml_files import check_all, domain_files, domain_path, training_files

# Where intents and responses are used that no story or rule names.
CODE = ("actions", "channels", "components")
_UNUSED = re.compile(
    r"The (?:utterance|intent) '(\w+)' is (?:not used in any story or rule|listed in the domain)"
)


def is_known_to_code(warning: str, code: str) -> bool:
    """Tell whether Rasa misses something in the training data that our `code` uses.

    Names that code puts together, as in f"utter_order_{state}", and the questions of forms count.
    """
    found = _UNUSED.search(warning)
    if not found:
        return False
    name = found.group(1)
    stems = re.findall(r"(utter_\w*)\{", code)
    return name in code or name.startswith(("utter_ask_", *stems))


def check_quickly(environ: Mapping[str, str]) -> list[str]:
    """Look for mistakes without Rasa, and say what was found and how long it took.

    Gives what is worth a look. Raises Problem when something must be corrected.
    """
    started = time.monotonic()
    check_all(environ)
    found = findings()
    seconds = time.monotonic() - started
    say(f"{len(training_files()) + 2} YAML files can be read. Compared in {seconds:.1f} s.")
    refuse(found)
    remarks = [str(finding) for finding in found if not finding.is_error]
    articles, about_articles = check_articles(date.today())
    say(f"{articles} article{'' if articles == 1 else 's'} of the knowledge base can be read.")
    return remarks + about_articles


def _listed_for_actions() -> Iterator[str]:
    """Replies that an action chooses from a list in the domain: no rule names them."""
    for path in domain_files():
        content = read(path)
        replies = content.get("responses") if content else None
        listed = replies.get(WITHOUT_ARTICLE) if replies else None
        yield from (value.text for value in (listed.every() if listed else ()))


def main() -> int:
    """Check the files by themselves, then have Rasa check them.

    Gives the exit status: 0 also when there are only remarks. Raises Problem.
    """
    environ = prepare()
    ours = check_quickly(environ)
    for remark in ours:
        say(f"  - worth a look: {remark}")
    ensure_pipeline()
    log = Path(environ["FRONTDESK_VAR"]) / "logs" / "check.log"
    command = [sys.executable, "-m", "rasa", "data", "validate", "--domain", str(domain_path())]
    with Progress("Rasa checks domain, examples, rules and stories") as progress:
        with log.open("wb") as output:
            child = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**environ, **QUIET},
            )
        try:
            while child.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    child.wait(timeout=1)
                progress.tick()
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
    text = log.read_text(encoding="utf-8", errors="replace")
    words = rasa_words.read(text)
    if child.returncode != 0:
        errors = words.errors or tuple(rasa_words.last_lines(text))
        wrong = "\n".join(f"  - {plain(error, training_files())}" for error in errors)
        raise Problem(f"this must be corrected before a model can be trained:\n{wrong}")
    code = "\n".join(
        path.read_text(encoding="utf-8") for room in CODE for path in Path(room).rglob("*.py")
    )
    code += "\n".join(_listed_for_actions())
    remarks = [warning for warning in words.warnings if not is_known_to_code(warning, code)]
    if remarks:
        say("A model can be trained. Worth a look:")
        for remark in remarks:
            say(f"  - {plain(remark, training_files())}")
    elif ours:
        say("A model can be trained.")
    else:
        say("All in order. make train trains a model; make run trains and starts.")
    return 0


if __name__ == "__main__":
    entry(main)
