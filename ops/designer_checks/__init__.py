"""What is wrong in the files of a conversation designer, said in a second or two.

Rasa's own checks import TensorFlow, take ten times as long, and name no lines. These look at the
same files with a YAML parser that knows where everything stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ops.designer_checks import (
    bot,
    code,
    contradictions,
    examples,
    history,
    names,
    replies,
    settings,
    slots,
    steps,
    structure,
)
from ops.designer_checks.finding import Finding
from ops.problem import Problem
from ops.yaml_files import CONFIG, DATA, training_files

# Folders of data/ that are not Rasa's training data; who reads them checks them.
_OTHER_ROOMS = ("entities",)
SHOWN = 10  # remarks: more at once helps nobody
_CHECKS = (structure, names, slots, replies, examples, steps, contradictions, settings, history)


def findings(root: Path = Path()) -> list[Finding]:
    """Check the bot in the current folder.

    Args:
        root: where its Python code is.

    Returns:
        All mistakes, sorted by file and line, each once. Its files must be YAML: see
        `ops.yaml_files.check_all`.
    """
    files = [path for path in training_files() if path != CONFIG]
    domain = [path for path in files if not path.is_relative_to(DATA)]
    others = tuple(DATA / room for room in _OTHER_ROOMS)
    training = [
        path for path in files if path not in domain and not any(map(path.is_relative_to, others))
    ]
    made = bot.load(domain, training, CONFIG, code.read(root))
    return sorted({finding for check in _CHECKS for finding in check.check(made)})


def refuse(found: Sequence[Finding]) -> None:
    """Raise Problem, naming all, when some of the findings must be corrected."""
    wrong = [f"  - {finding}" for finding in found if finding.is_error]
    if wrong:
        more = "".join(
            f"\nWorth a look too: {finding}"
            for finding in [finding for finding in found if not finding.is_error][:SHOWN]
        )
        raise Problem("this must be corrected:\n" + "\n".join(wrong) + more)
