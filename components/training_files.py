"""Reads the training files for Rasa, each once, into examples that are cheap to compare and copy.

Rasa reads domain and examples twice, copies every example six times, and takes the fingerprint of
each anew for every component, by way of JSON: more than half of the time of a small training.
"""

from __future__ import annotations

import hashlib
from typing import Any

from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.io import deep_container_fingerprint


class TrainingFiles(RasaFileImporter):  # type: ignore[misc]
    """RasaFileImporter that reads each file once. For `importers` in config.yml."""

    def __init__(
        self,
        config_file: str | None = None,
        domain_path: str | None = None,
        training_data_paths: list[str] | str | None = None,
    ) -> None:
        """See RasaFileImporter."""
        super().__init__(config_file, domain_path, training_data_paths)
        self._domain: Domain | None = None
        self._examples: dict[str | None, TrainingData] = {}

    def get_domain(self) -> Domain:
        """Read the domain. Whoever merges it with another gets a new one."""
        if self._domain is None:
            self._domain = super().get_domain()
        return self._domain

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """Read the examples. Whoever merges them with others gets copies."""
        if language not in self._examples:
            parts = [load_data(file, language) for file in self._nlu_files]
            for part in parts:
                part.training_examples = [Example.of(read) for read in part.training_examples]
            self._examples[language] = TrainingData().merge(*parts)
        return self._examples[language]


class Example(Message):  # type: ignore[misc]
    """A Message whose fingerprint and copies are cheap."""

    _cached_fingerprint: str | None

    @classmethod
    def of(cls, message: Message) -> Example:
        """Make one of a message, which is not used any more."""
        return cls(
            message.data, message.output_properties, time=message.time, features=message.features
        )

    def set(self, prop: str, info: Any, add_to_output: bool = False) -> None:
        """Set a property; where it is the same text already, the fingerprint stays."""
        if not add_to_output and isinstance(info, str) and self.data.get(prop) == info:
            return
        super().set(prop, info, add_to_output)

    def fingerprint(self) -> str:
        """Hash all data and features, equal in every process for equal examples."""
        if self._cached_fingerprint is None:
            # Rasa's own fingerprints have this length too; nobody chooses examples to collide.
            digest = hashlib.blake2b(digest_size=16)
            for key in sorted(self.data):
                digest.update(
                    f"\0{key}\0{_as_text(self.data[key])}".encode("utf-8", "surrogatepass")
                )
            for features in self.features:
                digest.update(features.fingerprint().encode())
            self._cached_fingerprint = digest.hexdigest()
        return self._cached_fingerprint

    def __deepcopy__(self, memo: dict[int, Any]) -> Example:
        """Copy it; texts and features, which nobody changes, are shared."""
        copied = Example.__new__(Example)
        copied.__dict__.update(self.__dict__)
        copied.data = {key: _copy(value) for key, value in self.data.items()}
        copied.features = list(self.features)
        copied.output_properties = set(self.output_properties)
        return copied


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return f"text {value}"
    if isinstance(value, list) and value and all(type(item) is Token for item in value):
        return f"tokens {[(at.text, at.start, at.end, at.lemma, at.data) for at in value]}"
    return str(deep_container_fingerprint(value))


def _copy(value: Any) -> Any:
    if isinstance(value, list):
        return [_copy(item) for item in value]
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return value
