"""Rasa's SpacyNLP for a pipeline that only finds entities: training examples are not read by it."""

from __future__ import annotations

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.utils.spacy_utils import SpacyNLP


@DefaultV1Recipe.register(
    [
        DefaultV1Recipe.ComponentType.MODEL_LOADER,
        DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR,
    ],
    is_trainable=False,
    model_from="EntityDocs",
)
class EntityDocs(SpacyNLP):  # type: ignore[misc]
    """Loads the pipeline and reads messages with it.

    SpacyNLP reads every training example too, for featurizers that use spaCy's vectors. We have
    none, and it is a fifth of the time of a training.
    """
