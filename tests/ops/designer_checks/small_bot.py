"""A small bot without a mistake, for tests to put mistakes into."""

from __future__ import annotations

from pathlib import Path

DOMAIN = """version: "3.1"
intents:
  - greet
  - track_order
  - gift_wrap
  - start_conversation
entities:
  - order_number
slots:
  next_step:
    type: categorical
    values: [identity, done]
    mappings: [{type: custom}]
  order_number:
    type: text
    mappings:
      - {type: from_entity, entity: order_number}
  ask_variant:
    type: text
    influence_conversation: false
    mappings: [{type: custom}]
  urgent:
    type: bool
    mappings:
      - {type: from_intent, intent: track_order, value: true}
forms:
  order_form:
    required_slots: [order_number]
actions:
  - action_track_order
responses:
  utter_greet:
    - text: Hello!
      buttons:
        - {title: "Track an order", payload: "/track_order"}
        - {title: "Order 5", payload: '/track_order{"order_number": "5"}'}
  utter_gift_wrap:
    - text: >-
        Yes, we wrap it. It costs
        {price} euro.
  utter_ask_order_form_order_number:
    - condition: [{type: slot, name: ask_variant, value: invalid_number}]
      text: That is no number.
    - text: Which number?
  utter_suggestion_titles:
    - custom:
        track_order: Track an order
  utter_without_article:
    - custom:
        gift_wrap: utter_topic_gifts
  utter_topic_gifts:
    - text: Ask me in a few words about gifts.
"""
NLU = """version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hello
      - hi
      - good morning
      - good evening
      - hey
      - hi there
      - howdy
      - good day
      - hello again
      - greetings
  - intent: track_order
    examples: |
      - where is order [10023](order_number)
      - where is it
      - track [10024]{"entity": "order_number"}
      - is my parcel on its way
      - when does it come
      - has it left yet
      - my parcel?
      - tracking please
      - any news of my order
      - what about my delivery
  - intent: gift_wrap
    examples: |
      - gift wrapping please
      - can you wrap it
      - wrap it as a present
      - do you have wrapping paper
      - how much is gift wrap
      - I want a ribbon around it
      - it is a present
      - with a card please
      - put a note in
      - no price in the box please
"""
RULES = """version: "3.1"
rules:
  - rule: hello
    steps:
      - intent: greet
      - action: utter_greet
  - rule: gift wrapping
    steps:
      - intent: gift_wrap
      - action: utter_gift_wrap
  - rule: tracking
    steps:
      - intent: track_order
      - action: action_track_order
  - rule: tracking needs a number
    condition:
      - slot_was_set:
          - next_step: identity
    steps:
      - action: action_track_order
      - action: order_form
      - active_loop: order_form
stories:
  - story: greeted and wrapped
    steps:
      - intent: greet
      - action: utter_greet
      - intent: gift_wrap
      - action: utter_gift_wrap
"""
CONFIG = """recipe: default.v1
pipeline:
  - name: WhitespaceTokenizer
policies:
  - name: components.escalation.EscalationPolicy
    failed_turns: 2
    handoff_intents: [track_order]
    may_repeat: [utter_greet]
"""
ACTIONS = """
TITLES = "utter_suggestion_titles"
WITHOUT = "utter_without_article"


class Track:
    def name(self):
        return "action_track_order"

    def run(self, dispatcher):
        dispatcher.utter_message(response="utter_gift_wrap", price=3)
        return slots(ask_variant="invalid_number")
"""
CHANNEL = 'BEGIN = "/start_conversation"\n'
COMPONENT = """
LIMIT = "failed_turns"


class EscalationPolicy:
    def get_default_config():
        return {LIMIT: 2, "handoff_intents": [], "may_repeat": []}
"""
FILES = {
    "domain.yml": DOMAIN,
    "data/nlu.yml": NLU,
    "data/rules.yml": RULES,
    "config.yml": CONFIG,
    "credentials.yml": "rest:\n",
    "endpoints.yml": "lock_store:\n  type: in_memory\ntracker_store:\n  turns: 4\n",
    "actions/track.py": ACTIONS,
    "channels/web.py": CHANNEL,
    "components/escalation.py": COMPONENT,
}


def write(folder: Path) -> None:
    """Write the bot's files into a folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def replace(folder: Path, name: str, old: str, new: str) -> None:
    """Make a mistake: put `new` in the place of the only `old` of a file."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(folder: Path, name: str, words: str) -> int:
    """Give the number of the only line of a file that has these words."""
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, start=1) if words in line]
    assert len(found) == 1, f"{words!r} is in the lines {found} of {name}"
    return found[0]
