"""Texts at places of a sheet, for papers that are typed into somebody else's form. Points (72 an inch) from the upper left corner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Typed:
    """A text that begins at `x` on the baseline `y`; `pitched` ones have letters of one width, six tenths of the size."""

    x: float
    y: float
    text: str
    size: float = 12
    pitched: bool = True


@dataclass(frozen=True)
class Frame:
    """A thin rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """One letter-sized page, its texts in reading order."""

    texts: tuple[Typed, ...]
    frames: tuple[Frame, ...] = ()
