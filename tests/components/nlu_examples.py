"""A few examples of our own, enough for the components to learn something real from."""

from __future__ import annotations

from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

EXAMPLES = {
    "track_order": [
        "where is my order",
        "has my parcel been sent yet",
        "when will my things arrive",
        "track order 10023",
        "I am still waiting for my package",
        "what's the status of my delivery",
    ],
    "reset_password": [
        "I forgot my password",
        "please reset my password",
        "my password does not work any more",
        "I need a new password",
        "how do I change a password I cannot remember",
        "send me a password reset link",
    ],
    "return_item": [
        "I want to send this back",
        "how do I return the shoes",
        "the jacket does not fit, I'd like to return it",
        "can I give the lamp back",
        "wrong size, how do returns work",
    ],
    "greet": ["hello", "good morning", "hi there", "hey"],
}
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
INTENTS = [intent for intent, texts in EXAMPLES.items() for _ in texts]


def messages() -> list[Message]:
    """The examples as Rasa has them."""
    return [
        Message(data={TEXT: text, INTENT: intent})
        for text, intent in zip(TEXTS, INTENTS, strict=True)
    ]


def training_data() -> TrainingData:
    """The examples as Rasa gives them to a component."""
    return TrainingData(messages())
