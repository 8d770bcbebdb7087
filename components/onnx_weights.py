"""Reads an ONNX model whose weights are kept in 8 bits, in a fraction of ONNX Runtime's time.

Such a model says of each weight: cast these bytes to floats, and multiply them by that scale. ONNX
Runtime does so when it reads the model, by way of its optimiser, which copies all weights several
times over. Here it is done at once; and of a table of words, the rows that a text needs are made
when it needs them, so that the table stays a quarter as large. The numbers are the same, bit for
bit.

An ONNX file is a Protocol Buffers message; of its format (onnx.proto) this knows what it needs, and
keeps all else as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

# A message's fields: their numbers, kinds on the wire, and values, which are numbers or bytes.
Fields = list[tuple[int, int, Any]]

_VARINT, _EIGHT_BYTES, _SIZED, _FOUR_BYTES = 0, 1, 2, 5
_GRAPH = 7  # of ModelProto
_NODE, _INITIALIZER = 1, 5  # of GraphProto
_INPUT, _OUTPUT, _NODE_NAME, _OPERATOR, _ATTRIBUTE = 1, 2, 3, 4, 5  # of NodeProto
_INTEGER = 3  # of AttributeProto
_DIMS, _TYPE, _NAME, _DATA, _OUTSIDE, _LOCATION = 1, 2, 8, 9, 13, 14  # of TensorProto
_FLOAT, _INT8 = 1, 3  # of TensorProto.DataType
_EXTERNAL = 1  # of TensorProto.DataLocation


@dataclass(frozen=True)
class UnpackedModel:
    """A model for ONNX Runtime: its graph as bytes, and apart from it the large weights by name."""

    graph: bytes
    weights: dict[str, FloatArray]


def unpacked(path: Path) -> UnpackedModel | None:
    """Read a model and unpack its weights.

    Args:
        path: an ONNX file.

    Returns:
        The same model without packed weights. None when it has none, keeps weights in other files,
        or is no ONNX model.
    """
    try:
        model = _read(memoryview(path.read_bytes()))
        place = [number for number, _, _ in model].index(_GRAPH)
        graph, weights = _unpack(_read(model[place][2]))
    except (ValueError, LookupError, TypeError):
        return None
    if not weights:
        return None
    model[place] = (_GRAPH, _SIZED, _write(graph))
    return UnpackedModel(_write(model), weights)


def _unpack(graph: Fields) -> tuple[Fields, dict[str, FloatArray]]:
    """Give the graph without packed weights, and those that it had."""
    nodes = [_Message(_read(value)) for number, _, value in graph if number == _NODE]
    tensors = {}
    for number, _, value in graph:
        if number == _INITIALIZER:
            tensor = _Message(_read(value))
            tensors[tensor.text(_NAME)] = tensor
    if any(tensor.number(_LOCATION) == _EXTERNAL for tensor in tensors.values()):
        return graph, {}
    users: dict[str, list[_Message]] = {}
    for node in nodes:
        for name in node.texts(_INPUT):
            users.setdefault(name, []).append(node)
    weights: dict[str, FloatArray] = {}
    # Nodes by what the node makes that they take the place of.
    instead: dict[str, list[_Message]] = {}
    for cast in nodes:
        packed = _packed_by(cast, tensors, users)
        if packed is None:
            continue
        weight, scale, product = packed
        made = product.text(_OUTPUT)
        instead[cast.text(_OUTPUT)] = instead[made] = []
        if _is_table(weight, scale, users[made]):
            (gather,) = users[made]
            instead[gather.text(_OUTPUT)] = _rows(gather, weight, scale, cast, product)
        else:
            weights[made] = np.multiply(
                weight.array(np.int8), scale.array(np.float32), dtype=np.float32
            )
            del tensors[weight.text(_NAME)], tensors[scale.text(_NAME)]
            tensors[made] = _kept_outside(made, weight.dims())
    kept = [new for node in nodes for new in instead.get(node.text(_OUTPUT), [node])]
    rest = [field for field in graph if field[0] not in (_NODE, _INITIALIZER)]
    unpacked_graph: Fields = [
        *((_NODE, _SIZED, _write(node.fields)) for node in kept),
        *((_INITIALIZER, _SIZED, _write(tensor.fields)) for tensor in tensors.values()),
        *rest,
    ]
    return unpacked_graph, weights


@dataclass(frozen=True)
class _Message:
    """A node or a tensor."""

    fields: Fields

    def texts(self, field: int) -> list[str]:
        """All values of a field that holds texts."""
        return [bytes(value).decode() for number, _, value in self.fields if number == field]

    def text(self, field: int) -> str:
        """The first value of a field that holds texts; empty without one."""
        return next(iter(self.texts(field)), "")

    def number(self, field: int) -> int:
        """The value of a field that holds a number; 0 without one."""
        return next((value for number, _, value in self.fields if number == field), 0)

    def dims(self) -> list[int]:
        """A tensor's shape."""
        return [value for number, _, value in self.fields if number == _DIMS]

    def array(self, kind: type[np.number[Any]]) -> npt.NDArray[np.number[Any]]:
        """A tensor's numbers."""
        (data,) = (value for number, _, value in self.fields if number == _DATA)
        return np.frombuffer(data, dtype=kind).reshape(self.dims())

    def but(self, values: Mapping[int, Sequence[Any]]) -> _Message:
        """The same with other values of some fields."""
        kept = [field for field in self.fields if field[0] not in values]
        kinds = {number: kind for number, kind, _ in self.fields}
        new = [(number, kinds[number], one) for number, all_ in values.items() for one in all_]
        return _Message([*kept, *new])


def _packed_by(
    cast: _Message, tensors: Mapping[str, _Message], users: Mapping[str, list[_Message]]
) -> tuple[_Message, _Message, _Message] | None:
    """The weight that a node casts, its scale, and the node that multiplies them; else None."""
    name, made = cast.text(_INPUT), cast.text(_OUTPUT)
    weight = tensors.get(name) if cast.text(_OPERATOR) == "Cast" else None
    if weight is None or weight.number(_TYPE) != _INT8 or len(users[name]) > 1:
        return None
    if [user.text(_OPERATOR) for user in users.get(made, [])] != ["Mul"]:
        return None
    (product,) = users[made]
    scales = [tensors[other] for other in product.texts(_INPUT) if other in tensors]
    if [scale.number(_TYPE) for scale in scales] != [_FLOAT]:
        return None
    (scale,) = scales
    return (weight, scale, product) if len(users[scale.text(_NAME)]) == 1 else None


def _is_table(weight: _Message, scale: _Message, users: Sequence[_Message]) -> bool:
    """Whether single rows of a weight are used, and each row has a scale of its own."""
    if [user.text(_OPERATOR) for user in users] != ["Gather"]:
        return False
    axes = [_Message(_read(value)) for n, _, value in users[0].fields if n == _ATTRIBUTE]
    by_row = scale.dims() == [weight.dims()[0], 1]
    return by_row and not any(axis.number(_INTEGER) for axis in axes)


def _rows(
    gather: _Message, weight: _Message, scale: _Message, cast: _Message, product: _Message
) -> list[_Message]:
    """Nodes that make rows of a table: first they are looked up, then cast and multiplied."""
    made, rows = gather.text(_OUTPUT), gather.texts(_INPUT)[1]
    names = weight.text(_NAME), scale.text(_NAME)
    looked_up = [
        gather.but(
            {_NODE_NAME: [], _INPUT: _encoded(name, rows), _OUTPUT: _encoded(f"{made}_{name}")}
        )
        for name in names
    ]
    return [
        *looked_up,
        cast.but({_INPUT: _encoded(f"{made}_{names[0]}")}),
        product.but(
            {
                _INPUT: _encoded(cast.text(_OUTPUT), f"{made}_{names[1]}"),
                _OUTPUT: _encoded(made),
            }
        ),
    ]


def _kept_outside(name: str, dims: list[int]) -> _Message:
    """A tensor of floats whose numbers are given apart from the graph."""
    # The format wants a file's name; none of this name is ever looked for.
    location = _write([(1, _SIZED, b"location"), (2, _SIZED, b"memory")])
    return _Message(
        [
            *((_DIMS, _VARINT, size) for size in dims),
            (_TYPE, _VARINT, _FLOAT),
            (_NAME, _SIZED, name.encode()),
            (_OUTSIDE, _SIZED, location),
            (_LOCATION, _VARINT, _EXTERNAL),
        ]
    )


def _encoded(*names: str) -> list[bytes]:
    return [name.encode() for name in names]


def _read(data: memoryview) -> Fields:
    """Take a message apart (protobuf.dev, Encoding)."""
    fields: Fields = []
    place = 0
    while place < len(data):
        key, place = _read_varint(data, place)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, place = _read_varint(data, place)
            fields.append((number, kind, value))
            continue
        if kind == _SIZED:
            size, place = _read_varint(data, place)
        else:
            size = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}[kind]
        if place + size > len(data):
            raise ValueError("The message is cut off.")
        fields.append((number, kind, data[place : place + size]))
        place += size
    return fields


def _read_varint(data: memoryview, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _write(fields: Fields) -> bytes:
    """Put a message together."""
    parts = []
    for number, kind, value in fields:
        parts.append(_varint(number << 3 | kind))
        if kind == _VARINT:
            parts.append(_varint(value))
            continue
        if kind == _SIZED:
            parts.append(_varint(len(value)))
        parts.append(value)
    return b"".join(parts)


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
