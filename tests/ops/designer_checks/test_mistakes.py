"""Each mistake that a designer may make is named with its line, its cause and a mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.designer_checks import findings
from ops.problem import Problem
from ops.yaml_files import check_all
from tests.ops.designer_checks import small_bot

DOMAIN, NLU, RULES, CONFIG = "domain.yml", "data/nlu.yml", "data/rules.yml", "config.yml"


@pytest.fixture
def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small_bot.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_bot_without_mistakes(bot: Path) -> None:
    check_all({})
    assert findings() == []


# file, what stands there, the mistake, words of the line that is named, words of what is said
ERRORS = [
    # lists of the domain
    (DOMAIN, "  - greet\n", "  - greet\n  - greet # 2\n", "# 2", "'greet' is listed twice"),
    (DOMAIN, "entities:\n", "entities:\n  - order_number # a\n", "- order_number\n", "twice"),
    (DOMAIN, "- gift_wrap\n", "- gift_wrapp\n", NLU, "Did you mean 'gift_wrapp'"),
    (DOMAIN, "- action_track_order", "- action_trak_order", "trak", "no action"),
    (DOMAIN, "responses:", "respones:", "respones", "Did you mean 'responses'"),
    (DOMAIN, "- gift_wrap\n", "- gift wrap\n", "- gift wrap", "letters, digits and _"),
    # what the policies see of a conversation
    ("endpoints.yml", "turns: 4", "turns: 3", "turns: 3", "must be 4 or more"),
    # slots and forms
    (DOMAIN, "type: categorical", "type: categorial", "categorial", "Did you mean 'categorical'"),
    (DOMAIN, "    values: [identity, done]\n", "", "    type: categorical", "list its `values"),
    (DOMAIN, "entity: order_number}", "entity: order_nr}", "order_nr", "entity 'order_nr'"),
    (DOMAIN, "intent: track_order, v", "intent: trak_order, v", "trak", "mean 'track_order'"),
    (DOMAIN, "track_order, value: true", "track_order", "from_intent", "needs `value:`"),
    (DOMAIN, "{type: from_entity,", "{type: from_entitty,", "entitty", "mean 'from_entity'"),
    (DOMAIN, "[order_number]\n", "[order_nummer]\n", "nummer", "mean 'order_number'"),
    (DOMAIN, "utter_ask_order_form_", "utter_ask_orders_", "required_slots", "no words to ask"),
    (
        DOMAIN,
        "    mappings:\n      - {type: from_intent, intent: track_order, value: true}\n",
        "",
        "type: bool",
        "must say how it is filled",
    ),
    (DOMAIN, "name: ask_variant", "name: ask_varient", "varient", "mean 'ask_variant'"),
    (DOMAIN, "value: invalid_number", "value: invalid_nummber", "nummber", "'invalid_number'"),
    # replies
    (DOMAIN, "{price}", "{prise}", "prise", "Did you mean 'price'"),
    (DOMAIN, "{price}", "{price", "utter_gift_wrap:+1", "without its }"),
    (DOMAIN, "  utter_gift_wrap:", "  uter_gift_wrap:", "uter_gift", "begins with utter_"),
    (DOMAIN, "text: Hello!", "txt: Hello!", "txt", "Did you mean 'text'"),
    (DOMAIN, "text: Hello!", 'text: ""', 'text: ""', "says nothing"),
    (DOMAIN, '"/track_order"}', '"/trak_order"}', "/trak_order", "Did you mean 'track_order'"),
    (DOMAIN, '"/track_order"}', '"track_order"}', '"track_order"', "begins with a slash"),
    (DOMAIN, '{"order_number": "5"}', '{"order_nr": "5"}', "order_nr", "no entity 'order_nr'"),
    (DOMAIN, '{"order_number": "5"}', '{"order_number": 5"}', "Order 5", "must be JSON"),
    (DOMAIN, ', payload: "/track_order"', "", 'Track an order"}', "needs `payload:`"),
    (DOMAIN, ', payload: "/t', ', paylod: "/t', "paylod", "Did you mean 'payload'"),
    (DOMAIN, '"Track an order", p', "“Track an order”, p", "“", "straight quotes"),
    (DOMAIN, "        track_order: T", "        trak_order: T", "trak", "is no intent"),
    (DOMAIN, "gift_wrap: utter_t", "gift_warp: utter_t", "gift_warp", "mean 'gift_wrap'"),
    (
        DOMAIN,
        ": utter_topic_gifts\n",
        ": utter_topic_gift\n",
        "_gift\n",
        "mean 'utter_topic_gifts'",
    ),
    (
        "actions/track.py",
        '"utter_gift_wrap"',
        '"utter_gift_warp"',
        DOMAIN + ":responses:",
        "Did you mean 'utter_gift_wrap'",
    ),
    # examples
    (NLU, "- intent: greet", "- intent: gret", "gret", "Did you mean 'greet'"),
    (NLU, "- intent: greet", "- intnt: greet", "intnt", "Did you mean 'intent'"),
    (NLU, "greet\n    examples: |", "greet\n    examples:", "examples:\n", "| is missing"),
    (NLU, "greet\n    examples: |", "greet\n    exampels: |", "exampels", "mean 'examples'"),
    (NLU, "greet\n    examples: |", "greet\n    examples: >", "examples: >", "`examples: |`"),
    (NLU, "- howdy", "howdy", "howdy", "begins with `- `"),
    (NLU, "- howdy", "-howdy", "howdy", "begins with `- `"),
    (NLU, "      - howdy", "        - howdy", "howdy", "exactly below"),
    (NLU, "- howdy", "-", "hi there+1", "is empty"),
    (NLU, "- howdy", "- my parcel", "my parcel?", "Decide for one"),
    (NLU, "(order_number)", "(order_nummer)", "nummer", "mean 'order_number'"),
    (NLU, '"entity": "order_number"', '"entity": "order"', '"order"', "entity 'order'"),
    (NLU, '{"entity": "order_number"}', '{"entity" "order_number"}', "10024", "no JSON"),
    (NLU, "[10023](order", "[10023] (order", "10023", "no annotation"),
    # rules and stories
    (RULES, "- intent: track_order", "- intent: trak_order", "trak", "mean 'track_order'"),
    (RULES, "- action: order_form", "- action: order_from", "from", "mean 'order_form'"),
    (RULES, "active_loop: order_form", "active_loop: orderform", "orderform", "'order_form'"),
    (RULES, "- next_step: identity", "- nextstep: identity", "nextstep", "mean 'next_step'"),
    (RULES, "next_step: identity", "next_step: identiy", "identiy", "mean 'identity'"),
    (RULES, "- next_step: identity", "- ask_variant: invalid_number", "ask_v", "influence"),
    (RULES, "- next_step: identity", "- urgent: perhaps", "perhaps", "true or false"),
    (RULES, "- intent: track_order", "- intnet: track_order", "intnet", "mean 'intent'"),
    (RULES, "- rule: hello", "- rul: hello", "rul:", "Did you mean 'rule'"),
    (RULES, "rules:", "ruls:", "ruls", "Did you mean 'rules'"),
    (
        RULES,
        "- intent: track_order\n      - action: action_track_order\n",
        "- intent: track_order\n",
        "intent: track_order",
        "ends with what the customer says",
    ),
    (
        RULES,
        "stories:",
        "  - rule: again\n    steps:\n      - intent: track_order\n"
        "      - action: utter_greet # 2\nstories:",
        "# 2",
        "contradict each other",
    ),
    (
        RULES,
        "stories:",
        "  - rule: longer\n    steps:\n      - intent: track_order\n"
        "      - action: action_track_order\n      - action: utter_greet # 2\nstories:",
        "# 2",
        "'wait for the customer'",
    ),
    (
        RULES,
        "stories:\n",
        "stories:\n  - story: else\n    steps:\n      - intent: gift_wrap\n"
        "      - action: utter_greet # 2\n",
        "# 2",
        "A story may not contradict a rule",
    ),
    (
        RULES,
        "stories:\n",
        "stories:\n  - story: lost\n    steps:\n      - checkpoint: nowhere\n"
        "      - intent: greet\n      - action: utter_greet\n",
        "nowhere",
        "never reached",
    ),
    (
        RULES,
        "- intent: track_order\n",
        "- intent: track_order\n      - action: utter_greet\n      - intent: gift_wrap # 2\n",
        "- rule: tracking\n",
        "may have one",
    ),
    # settings
    (CONFIG, "failed_turns: 2", "failed_turn: 2", "failed_turn", "mean 'failed_turns'"),
    (CONFIG, "[track_order]", "[trak_order]", "trak", "Did you mean 'track_order'"),
    (CONFIG, "[utter_greet]", "[utter_greeet]", "greeet", "Did you mean 'utter_greet'"),
    (CONFIG, "EscalationPolicy", "EscalationPolicie", "Policie", "no component"),
]


def named_line(bot: Path, file: str, place: str) -> tuple[str, int]:
    """Where a mistake is: "words" of a line, "words+1" lines later, or in another file."""
    if place == NLU:  # the intent that lost its place in the list
        return NLU, small_bot.line_of(bot, NLU, "intent: gift_wrap")
    if ":" in place and place.split(":")[0] == DOMAIN:
        file, place = DOMAIN, place.removeprefix(f"{DOMAIN}:")
    words, more = place, 0
    for sign in ("+1", "-1"):
        if place.endswith(sign):
            words, more = place.removesuffix(sign), int(sign)
    if words.endswith("\n"):  # a line that ends so
        lines = (bot / file).read_text(encoding="utf-8").splitlines()
        found = [n for n, line in enumerate(lines, 1) if line.endswith(words.rstrip("\n"))]
        return file, found[0]
    return file, small_bot.line_of(bot, file, words) + more


@pytest.mark.parametrize(("file", "old", "new", "place", "words"), ERRORS)
def test_an_error_is_named_with_its_line(
    bot: Path, file: str, old: str, new: str, place: str, words: str
) -> None:
    small_bot.replace(bot, file, old, new)
    check_all({})  # it is YAML still

    found = [finding for finding in findings() if words in finding.text]

    assert found, "\n".join(map(str, findings())) or "nothing was found"
    assert all(finding.is_error for finding in found)
    where = named_line(bot, file, place)
    assert where in [(str(finding.path), finding.line) for finding in found]


REMARKS = [
    (DOMAIN, "- gift_wrap\n", "- gift_wrap\n  - gift_card\n", "gift_card", "has no examples"),
    (NLU, "      - howdy\n", "", "intent: greet", "'greet' has 9 examples"),
    (NLU, "- howdy", "- Hi!", "Hi!", "is there already"),
    (
        DOMAIN,
        "  utter_greet:\n",
        "  utter_old:\n    - text: Old.\n  utter_greet:\n",
        "utter_old",
        "nothing says 'utter_old'",
    ),
    (DOMAIN, "utter_ask_order_form_", "utter_ask_orders_", "utter_ask_orders", "no form asks"),
    (
        RULES,
        "stories:",
        "  - rule: again # 2\n    steps:\n      - intent: greet\n      - action: utter_greet\n"
        "stories:",
        "# 2",
        "says the same as 'hello'",
    ),
    (RULES, "- rule: gift wrapping", "- rule: tracking", None, "has the same name"),
    (
        RULES,
        "  - rule: gift wrapping\n    steps:\n      - intent: gift_wrap\n"
        "      - action: utter_gift_wrap\n",
        "",
        None,
        None,
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "place", "words"), REMARKS[:-1])
def test_what_is_worth_a_look_is_no_error(
    bot: Path, file: str, old: str, new: str, place: str | None, words: str
) -> None:
    small_bot.replace(bot, file, old, new)

    found = [finding for finding in findings() if words in finding.text]

    assert found, "\n".join(map(str, findings())) or "nothing was found"
    assert not any(finding.is_error for finding in found)
    if place:
        assert small_bot.line_of(bot, file, place) in [finding.line for finding in found]


def test_an_intent_that_no_rule_takes_up(bot: Path) -> None:
    small_bot.replace(bot, DOMAIN, "- gift_wrap\n", "- gift_wrap\n  - refund\n")
    examples = "".join(f"      - money back, please {'so ' * n}\n" for n in range(12))
    with (bot / NLU).open("a") as file:
        file.write(f"  - intent: refund\n    examples: |\n{examples}")

    (found,) = findings()

    assert not found.is_error
    assert found.line == small_bot.line_of(bot, DOMAIN, "- refund")
    assert "no rule or story says what to do after 'refund'" in found.text


BROKEN = [
    (DOMAIN, "  - greet\n", "\t- greet\n", "\t- greet"),
    (DOMAIN, "  - greet\n", "   - greet\n", "  - track_order\n"),
    (DOMAIN, "text: Hello!", "text: Hello: you", "Hello: you"),
    (DOMAIN, "text: Hello!", 'text: "Hello!', '"Hello!'),
    (DOMAIN, '"/track_order"}', '"/track_order"', '"Track an order"'),
    (DOMAIN, "utter_gift_wrap:", "utter_greet:", "# none"),
    (
        RULES,
        "- intent: gift_wrap\n      - action: utter_gift_wrap\n  - rule: t",
        "- intent: gift_wrap\n     - action: utter_gift_wrap # x\n  - rule: t",
        "# x",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "place"), BROKEN)
def test_what_is_no_yaml_is_named_with_its_line(
    bot: Path, file: str, old: str, new: str, place: str
) -> None:
    small_bot.replace(bot, file, old, new)

    with pytest.raises(Problem) as raised:
        check_all({})

    named = int(str(raised.value).split(":")[1])
    lines = (bot / file).read_text(encoding="utf-8").splitlines()
    expected = [n for n, line in enumerate(lines, 1) if place.rstrip("\n") in line]
    assert not expected or any(0 <= named - n <= 3 or named == n - 1 for n in expected)
    assert str(raised.value).startswith(f"{file}:")
