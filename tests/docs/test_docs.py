"""What the pages name is there: links, files, commands, settings, replies; and examples work."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from ops.problem import Problem
from ops.yaml_files import parse
from tests.docs.pages import ROOT, Page, pages

PAGES = pages()
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)

# Names that a reader makes while following a page; they are nowhere else.
EXAMPLES = re.compile(r"gifts|gift_wrap|order_total")
# Made by set-up, training and running; what is in .venv is looked up there.
MADE = (".env", ".venv", ".tools", ".rasa", "models", "var")
# An action of Rasa's own, and a reason for a handoff.
NOT_OURS = {"action_listen", "action_failed"}
FILE_NAME = re.compile(r"[\w.\-]+\.(?:py|md|yml|yaml|js|css|toml|lock|html|txt|png)")


@cache
def top() -> frozenset[str]:
    return frozenset(path.name for path in ROOT.iterdir())


@cache
def file_names() -> frozenset[str]:
    """The names of all files of ours."""
    rooms = [path for path in ROOT.iterdir() if path.is_dir() and path.name not in MADE]
    inside = (path.name for room in rooms if room.name != ".git" for path in room.rglob("*"))
    return frozenset({*inside, *top()})


def named_paths(text: str) -> list[str]:
    """What in a command or span is a path from the root, or the bare name of a file.

    A tail such as ":12: what is wrong" or "::test_name" does not count.
    """
    found = []
    for word in re.findall(r"[^\s\"'(),;=|]+", text):
        path = re.split(r":(?=\d|:)", word)[0].rstrip(".:").removeprefix("./")
        first, slash, _ = path.partition("/")
        ours = first in top() or first in MADE
        if "://" not in word and ((slash and ours) or FILE_NAME.fullmatch(path)):
            found.append(path)
    return found


def is_there(path: str) -> bool:
    """Whether a named path exists, or would, after what its page tells to do."""
    if EXAMPLES.search(path):
        return True
    first, _, rest = path.partition("/")
    if first == ".venv" and rest.startswith("bin/"):
        return Path(sys.executable).with_name(Path(rest).name).exists()
    if first in MADE:
        return True
    if not rest:
        return path in file_names() or (ROOT / path).is_dir()
    return any(ROOT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))


@every_page
def test_links_lead_somewhere(page: Page) -> None:
    broken = []
    for target in page.links():
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = Page((page.path.parent / name).resolve() if name else page.path)
        if not there.path.exists() or (anchor and anchor not in there.anchors()):
            broken.append(target)
    assert broken == []


@every_page
def test_files_are_there(page: Page) -> None:
    missing = {path for text in page.commands() for path in named_paths(text) if not is_there(path)}
    assert missing == set()


@every_page
def test_commands_are_there(page: Page) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    text = "\n".join(page.commands())
    assert set(re.findall(r"\bmake ([a-z-]+)\b", text)) <= targets
    modules = set(re.findall(r"-m ((?:actions|backends|benchmarks|ops|tests)[\w.]*)", text))
    gone = {m for m in modules if not list(ROOT.glob(f"{m.replace('.', '/')}*"))}
    assert gone == set()


@every_page
def test_settings_are_there(page: Page) -> None:
    known = set(re.findall(r"FRONTDESK_\w+", (ROOT / ".env.example").read_text(encoding="utf-8")))
    assert set(re.findall(r"FRONTDESK_[A-Z_]*[A-Z]", page.text)) - known == set()


@every_page
def test_replies_and_actions_are_there(page: Page) -> None:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    actions = {
        name for one in domain["actions"] for name in ([one] if isinstance(one, str) else one)
    }
    known = {*domain["responses"], *actions, *NOT_OURS}
    unknown = set()
    for span in page.spans():
        name, dots, _ = span.partition("...")
        if not re.fullmatch(r"(?:utter|action)_\w+", name) or EXAMPLES.search(name):
            continue
        if not (any(k.startswith(name) for k in known) if dots else name in known):
            unknown.add(span)
    assert unknown == set()


@every_page
def test_code_can_be_read(page: Page) -> None:
    for block in page.blocks():
        if block.language == "python" and not block.text.startswith(" "):
            ast.parse(block.text)
        elif block.language in {"yaml", "yml"}:
            yaml.safe_load(block.text)


def designer() -> str:
    return (ROOT / "docs" / "designer.md").read_text(encoding="utf-8").replace(r"\|", "|")


@pytest.mark.parametrize(
    "broken",
    [
        "responses:\n  utter_a:\n   - text: one\n    - text: two\n",
        "nlu:\n- intent: a\n  examples: |\n    - one\n  - two\n",
        "rules:\n- rule: a\n  steps:\n  - intent: a\n\n\t- rule: b\n",
        "responses:\n  utter_a:\n  - text: Note: all is well\n",
        'buttons:\n  - {title: "A", payload: "/a"\n',
        "responses:\n  utter_thank:\n  - text: a\n  utter_thank:\n  - text: b\n",
    ],
    ids=["indentation", "left", "tab", "colon", "brace", "twice"],
)
def test_designers_are_told_what_the_tools_say(broken: str) -> None:
    with pytest.raises(Problem) as problem:
        parse(Path("domain.yml"), broken)
    said = re.match(
        r"domain\.yml:\d+: (.*)\. Correct it there and start again\.", str(problem.value)
    )
    assert said, problem.value
    assert said[1] in designer()


def test_designers_are_told_every_wording_of_a_question() -> None:
    text = designer()
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    questions = {n: v for n, v in domain["responses"].items() if n.startswith("utter_ask_")}
    variants = {
        condition["value"]
        for variations in questions.values()
        for variation in variations
        for condition in variation.get("condition", [])
    }
    assert len(variants) > 10
    assert {name for name in {*questions, *variants} if f"`{name}`" not in text} == set()


def test_developers_are_given_a_skill_that_works(tmp_path: Path) -> None:
    """The action of docs/developer.md passes the unit test of docs/developer.md."""
    code = [b.text for b in Page(ROOT / "docs" / "developer.md").blocks() if b.language == "python"]
    (action,) = (text for text in code if "class ActionOrderTotal" in text)
    (test,) = (text for text in code if "async def test_" in text)
    (tmp_path / "order_total.py").write_text(action, encoding="utf-8")
    (tmp_path / "test_order_total.py").write_text(test, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        # the new file is found as if it lay in actions/
        "from pathlib import Path\n"
        "import actions\n"
        "actions.__path__.append(str(Path(__file__).parent))\n",
        encoding="utf-8",
    )
    options = ["-q", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert "3 passed" in run.stdout, run.stdout[-4000:] + run.stderr[-2000:]
