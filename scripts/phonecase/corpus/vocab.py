"""The alphabet: which characters the network knows, and the number of each."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phonecase.errors import UserError
from phonecase.files import write_text


@dataclass(frozen=True)
class Vocabulary:
    """The characters in sorted order; a character's number is its place there."""

    characters: str

    def __post_init__(self) -> None:
        if not self.characters or list(self.characters) != sorted(set(self.characters)):
            raise ValueError("a vocabulary is at least one character, each once, in sorted order")

    def __len__(self) -> int:
        return len(self.characters)

    @classmethod
    def of(cls, text: str) -> "Vocabulary":
        """Every character of a text. Raises `UserError` when the text is empty."""
        if not text:
            raise UserError("the text is empty, so there is no vocabulary to build from it")
        return cls("".join(sorted(set(text))))

    def encode(self, text: str) -> NDArray[np.int64]:
        """The number of each character, (len(text),). Raises `UserError` naming one that isn't known."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        alphabet = np.frombuffer(self.characters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        numbers = np.searchsorted(alphabet, codes).clip(max=len(alphabet) - 1)
        unknown = np.flatnonzero(alphabet[numbers] != codes)
        if unknown.size:
            character = text[unknown[0]]
            raise UserError(
                f"the character {character!r} (U+{ord(character):04X}, at position {unknown[0]}) is not in "
                f"the vocabulary; the network knows these {len(self)}: {self.characters!r}"
            )
        return numbers.astype(np.int64)

    def decode(self, numbers: NDArray[np.integer]) -> str:
        """The text with these character numbers."""
        return "".join(self.characters[number] for number in numbers)

    def save(self, path: Path) -> None:
        """Write the characters as a JSON list, which shows the line break and the space for what they are."""
        write_text(path, json.dumps(list(self.characters), ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Vocabulary":
        """Read what `save` wrote. Raises `UserError` when the file holds anything else."""
        try:
            characters = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(characters, list) or any(len(character) != 1 for character in characters):
                raise ValueError("it should be a list of single characters")
            return cls("".join(characters))
        except FileNotFoundError:
            raise UserError(f"{path}: there is no such vocabulary; build_vocab.py makes it") from None
        except (ValueError, TypeError) as error:
            raise UserError(f"{path}: not a vocabulary: {error}") from None
