"""Rasa's complaints in the words of a conversation designer, with the place they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

# What Rasa 3.6 says (rasa.validator, rasa.core.policies.rule_policy, rasa.shared.core.domain), and
# what it means; the first name in it is looked up in the files.
_MEANINGS = (
    (
        r"Cannot access action '(?P<name>[^']+)'.*",
        "there is no action or reply '{name}'; add it to domain.yml, or correct the name",
    ),
    (
        r"The action '(?P<name>[^']+)' is used in the stories, but is not a valid utterance.*",
        "there is no reply '{name}'; add it below `responses:`, or correct the name",
    ),
    (
        r".*the prediction of the action '(?P<action>[^']+)' in (?:rule|story) '(?P<name>[^']+)' "
        r"is contradicting with rule\(s\) (?P<others>'.*?')(?:\.|$).*",
        "the rule '{name}' goes on with '{action}', which {others} forbids; decide for one",
    ),
    (
        r".*the form '(?P<form>[^']+)' in (?:rule|story) '(?P<name>[^']+)'.*",
        "the rule '{name}' starts or ends the form '{form}' without saying so: add "
        "`- active_loop: {form}` after it, or `- active_loop: null`",
    ),
    (
        r"The intent '(?P<name>[^']+)' is listed in the domain file, but is not found in the NLU.*",
        "the intent '{name}' has no examples, so nobody can say it",
    ),
    (
        r"There is a message in the training data labeled with intent '(?P<name>[^']+)'.*",
        "there are examples for '{name}', but it is not in the list of intents in domain.yml",
    ),
    (
        r"The (?:intent|utterance) '(?P<name>[^']+)' is not used in any story or rule.*",
        "no rule or story uses '{name}'",
    ),
    (
        r"The example '(?P<name>[^']+)' was found labeled with multiple different intents.*"
        r"labeled with: (?P<intents>[^.]*).*",
        "the example '{name}' belongs to several intents ({intents}); decide for one",
    ),
    (
        r"Encountered empty domain during validation.*",
        "domain.yml cannot be read as a domain; the lines above say why",
    ),
)


def plain(complaint: str, files: Iterable[Path]) -> str:
    """Say a complaint of Rasa in plain words.

    Args:
        complaint: one error or warning, in one line.
        files: where to look for the name that it is about.

    Returns:
        `file:line: cause and mend.` when the complaint is a known one, else the complaint.
    """
    for pattern, meaning in _MEANINGS:
        found = re.fullmatch(pattern, complaint, re.DOTALL)
        if found:
            values = found.groupdict()
            return f"{_place(values.get('name'), files)}{meaning.format(**values)}."
    return complaint


def _place(name: str | None, files: Iterable[Path]) -> str:
    """Find the first line that has this name as a whole."""
    if not name:
        return ""
    wanted = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if wanted.search(line.split(" #")[0]):
                return f"{path}:{number}: "
    return ""
