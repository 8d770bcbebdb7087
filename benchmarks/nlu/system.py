"""One system that is compared: trains, or predicts, in this process, and prints one JSON line.

Run by `compare`, a process a step, so that each one's memory and time are its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import resource
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil

# Rasa imports these, and matplotlib and scikit-learn with them, only when it trains: importing Rasa
# is not measured.
import rasa.engine.recipes.default_components
import rasa.graph_components.validators.default_recipe_validator  # noqa: F401
import yaml
from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.utils.log_utils import configure_structlog

from benchmarks.nlu.labelled import Labelled, read
from benchmarks.nlu.pipelines import PIPELINES
from components.rasa_speed import speed_up


def train(system: str, messages: Sequence[Labelled], folder: Path) -> dict[str, Any]:
    """Train a system as `rasa train nlu` does.

    Args:
        system: a key of `PIPELINES`.
        messages: the training messages.
        folder: where files are made; the working directory, so that caches land there too.

    Returns:
        "train_seconds" and "train_cpu_seconds", both without importing Rasa; "retrain_seconds",
        with embeddings cached and nothing else; "train_mb", peak memory.
    """
    examples: dict[str, list[str]] = {}
    for message in messages:
        examples.setdefault(message.label, []).append(message.text)
    nlu = [
        {"intent": label, "examples": [{"text": text} for text in texts]}
        for label, texts in examples.items()
    ]
    data, config = folder / "nlu.yml", folder / "config.yml"
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True))
    configuration = {
        "recipe": "default.v1",
        "language": "en",
        "pipeline": PIPELINES[system],
        "policies": [],
    }
    if system == "frontdesk":
        configuration["importers"] = [{"name": "components.training_files.TrainingFiles"}]
    config.write_text(yaml.safe_dump(configuration))
    result: dict[str, Any] = {}
    for name in ("train", "retrain"):
        shutil.rmtree(folder / ".rasa" / "cache", ignore_errors=True)
        wall, cpu = time.perf_counter(), time.process_time()
        train_nlu(str(config), str(data), str(folder / "models"), fixed_model_name="model")
        result[f"{name}_seconds"] = time.perf_counter() - wall
        result[f"{name}_cpu_seconds"] = time.process_time() - cpu
        if system != "frontdesk":
            break
    result["train_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return result


def predict(messages: Sequence[Labelled], folder: Path) -> dict[str, Any]:
    """Ask a trained system, one message after another, as a running server would.

    Args:
        messages: the test messages.
        folder: where `train` put the model.

    Returns:
        "predictions" (intent and confidence of each message), "load_seconds", "cpu_ms" and
        "wall_ms" (median a message), "serve_mb" (memory when done).
    """
    started = time.perf_counter()
    agent = Agent.load(str(folder / "models" / "model.tar.gz"))
    result: dict[str, Any] = {"load_seconds": time.perf_counter() - started}

    async def ask() -> list[dict[str, Any]]:
        answers = []
        for message in messages:
            wall, cpu = time.perf_counter(), time.process_time()
            parsed = await agent.parse_message(message.text)
            answers.append(
                {
                    "intent": parsed["intent"].get("name"),
                    "confidence": parsed["intent"].get("confidence", 0.0),
                    "cpu": time.process_time() - cpu,
                    "wall": time.perf_counter() - wall,
                }
            )
        return answers

    answers = asyncio.run(ask())
    for kind in ("cpu", "wall"):
        times = sorted(answer.pop(kind) for answer in answers)
        result[f"{kind}_ms"] = 1000 * times[len(times) // 2]
    result["serve_mb"] = psutil.Process().memory_info().rss / 2**20
    result["predictions"] = answers
    return result


def main() -> None:
    """Do one step."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("step", choices=["train", "predict"])
    parser.add_argument("system", choices=sorted(PIPELINES))
    parser.add_argument("messages", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    configure_structlog(logging.WARNING)  # as Rasa's commands do; else it prints every message
    if arguments.system == "frontdesk":
        speed_up()  # as `make run` does
    messages = read(arguments.messages)
    if arguments.step == "train":
        result = train(arguments.system, messages, arguments.folder)
    else:
        result = predict(messages, arguments.folder)
    sys.stdout.write(f"\nRESULT {json.dumps(result)}\n")


if __name__ == "__main__":
    main()
