"""The file of a network's weights: safetensors, and in its metadata the network's sizes and a hash.

It is read without PyTorch, which takes longer to start than a page takes to make.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from phonecase.errors import UserError
from phonecase.files import atomic

WEIGHTS = "weights.safetensors"
POSTS = {"core": "binary_highway", "layers": 1}
"""What a network is where its file has no word for it."""


@dataclass(frozen=True)
class Weights:
    """What the file has in it."""

    sizes: Mapping[str, Any]
    """What `CharLM` is made with."""

    arrays: Mapping[str, NDArray[np.float32]]
    """Its parameters, by the names that they have there."""


def write_weights(path: Path, weights: Weights) -> None:
    """Write them into that file, or as weights.safetensors into that folder.

    The same weights make the same bytes.
    """
    posts = weights.sizes.items() >= POSTS.items()
    sizes = {name: size for name, size in weights.sizes.items() if not (posts and name in POSTS)}
    sizes["sha256"] = _digest(weights.arrays)
    # One entry of metadata: several would be written in a different order each time.
    content = safetensors.numpy.save(dict(weights.arrays), metadata={"sizes": json.dumps(sizes)})
    with atomic(weights_file(path)) as temporary:
        temporary.write_bytes(content)


def read_weights(path: Path | str) -> Weights:
    """Read what `write_weights` wrote: that file, or the folder it is in.

    Raises `UserError` for anything else.
    """
    path = weights_file(path)
    if not path.is_file():
        raise UserError(f"{path}: there are no such weights; train.py makes them")
    try:
        with safe_open(path, framework="np") as file:
            sizes = json.loads(file.metadata()["sizes"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        digest = _digest(arrays)
        if sizes.pop("sha256", digest) != digest:
            raise ValueError("they were changed after they were written; remove them and train again")
        if not all(np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("some are not numbers (NaN or infinite)")
        if arrays["embedding.weight"].shape != (sizes["vocab_size"], sizes["hidden_size"]):
            raise ValueError("they are of other sizes than it says")
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise not_weights(path, error) from None
    return Weights({**POSTS, **sizes}, arrays)


def not_weights(path: Path | str, why: object) -> UserError:
    """What there is to say of another file."""
    return UserError(f"{weights_file(path)}: not the weights of a CharLM: {why}")


def _digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 of arrays' names, types (as PyTorch names them), shapes and bytes."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} torch.{array.dtype} {list(array.shape)} ".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def weights_file(path: Path | str) -> Path:
    """The weights' file: the path itself, or if that is a folder the one in it."""
    path = Path(path)
    return path if path.suffix == Path(WEIGHTS).suffix else path / WEIGHTS
