"""A Rasa component: entities with their values, from the spaCy pipeline that EntityDocs has run."""

from __future__ import annotations

import logging
from datetime import datetime, timezone
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import SPACY_DOCS
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.utils.spacy_utils import SpacyNLP
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

# Importing it makes the pipeline's own parts known to spaCy, so that EntityDocs can load them.
from components.entity_dates import resolve_date
from components.entity_pipeline import value_of
from components.messages import CORRECTED_TEXT

logger = logging.getLogger(__name__)

DATE_ENTITIES_KEY = "date_entities"
DATE_ORDER_KEY = "date_order"
# Where a channel says when a message was written: ISO 8601 with its offset from UTC.
SENT_AT = "sent_at"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PatternEntityExtractor(EntityExtractorMixin, GraphComponent):  # type: ignore[misc]
    """Adds `entities` to a message: value for the assistant, and the customer's words as `text`.

    Rasa's SpacyEntityExtractor gives the words alone, and runs the pipeline a second time.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Component types that must come before this one."""
        return [SpacyNLP]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages whose version is part of the training's fingerprint."""
        return ["spacy", "dateparser"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Every setting with its default; docs/nlu.md explains them."""
        return {
            # entities whose value is the day that their words name
            DATE_ENTITIES_KEY: ["date"],
            # how 12/05/2024 is read
            DATE_ORDER_KEY: "DMY",
        }

    def __init__(self, config: dict[str, Any]) -> None:
        """Check the configuration.

        Raises:
            InvalidConfigException: if `date_order` names no order.
        """
        self._config = {**self.get_default_config(), **config}
        if self._config[DATE_ORDER_KEY] not in ("DMY", "MDY", "YMD"):
            raise InvalidConfigException(
                f"'{DATE_ORDER_KEY}' of PatternEntityExtractor is "
                f"{self._config[DATE_ORDER_KEY]!r}; it must be DMY, MDY or YMD."
            )

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PatternEntityExtractor:
        """Create the component; it has nothing to learn and nothing to load."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities of messages.

        Args:
            messages: messages that EntityDocs has processed, with `case_sensitive: true`.

        Returns:
            The same messages.
        """
        for message in messages:
            doc = message.get(SPACY_DOCS[TEXT])
            if doc is None:
                continue
            found = [self._entity(ent, message) for ent in doc.ents]
            entities = [*message.get(ENTITIES, []), *self.add_extractor_name(found)]
            message.set(ENTITIES, entities, add_to_output=True)
            typed = _with_numbers_typed(message.get(TEXT), found)
            if typed != message.get(TEXT):
                message.set(CORRECTED_TEXT, typed)
        return messages

    def _entity(self, ent: Any, message: Message) -> dict[str, Any]:
        entity = {
            "entity": ent.label_,
            "value": value_of(ent),
            "text": ent.text,
            "start": ent.start_char,
            "end": ent.end_char,
        }
        if ent.label_ in self._config[DATE_ENTITIES_KEY]:
            try:
                day = resolve_date(ent.text, _sent_at(message), self._config[DATE_ORDER_KEY])
            except Exception:
                # The library raises what it likes; a message must not be lost for a day's sake.
                logger.exception("A date could not be resolved; its words are the value.")
                day = None
            entity["value"] = day.isoformat() if day else ent.text
        return entity


def _with_numbers_typed(text: str, entities: list[dict[str, Any]]) -> str:
    """The text with spoken numbers in digits: examples, and so the classifier, know those."""
    for entity in reversed(entities):
        if entity["value"].isdigit() and any(map(str.isalpha, entity["text"])):
            text = text[: entity["start"]] + entity["value"] + text[entity["end"] :]
    return text


def _sent_at(message: Message) -> datetime:
    """When a message was written, as far as its channel says so; else the present."""
    said = (message.get("metadata") or {}).get(SENT_AT)
    if isinstance(said, str):
        try:
            return datetime.fromisoformat(said.replace("Z", "+00:00"))
        except ValueError:
            logger.warning("a message's %s is no time in ISO 8601; using the present", SENT_AT)
    return datetime.now(timezone.utc)
