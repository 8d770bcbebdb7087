"""The pipelines that are compared, as in a config.yml."""

from __future__ import annotations

from typing import Any

# What `rasa init` writes into config.yml, without its FallbackClassifier: it would replace the
# intent that is measured.
_STOCK_FEATURIZERS: list[dict[str, Any]] = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {
        "name": "CountVectorsFeaturizer",
        "analyzer": "char_wb",
        "min_ngram": 1,
        "max_ngram": 4,
    },
]
PIPELINES: dict[str, list[dict[str, Any]]] = {
    "frontdesk": [
        {"name": "WhitespaceTokenizer"},
        {"name": "components.typo_corrector.TypoCorrector"},
        {"name": "components.sentence_embedding_featurizer.SentenceEmbeddingFeaturizer"},
        {"name": "components.intent_classifier.SentenceIntentClassifier"},
    ],
    "diet": [
        *_STOCK_FEATURIZERS,
        {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": 100, "constrain_similarities": True},
    ],
    "logistic-regression": [*_STOCK_FEATURIZERS, {"name": "LogisticRegressionClassifier"}],
}
