"""Movements whose range is taken in degrees. The bounds are what a goniometer can show, not what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LEFT, RIGHT = "left", "right"
SIDES = (LEFT, RIGHT)


@dataclass(frozen=True)
class Movement:
    """One movement of one joint. `most` is the greatest reading in degrees; `sided` tells whether left and right are two readings."""

    joint: str
    movement: str
    title: str
    most: int
    sided: bool = True

    @property
    def code(self) -> str:
        """The joint and the movement in one word, as a form sends them."""
        return f"{self.joint}.{self.movement}"


_ALL = (
    Movement("neck", "flexion", "Neck, bending forward", 90, sided=False),
    Movement("neck", "extension", "Neck, bending backward", 100, sided=False),
    Movement("neck", "rotation", "Neck, turning", 110),
    Movement("neck", "side_bending", "Neck, bending to the side", 70),
    Movement("upper_back", "rotation", "Upper back, turning", 70),
    Movement("low_back", "flexion", "Low back, bending forward", 110, sided=False),
    Movement("low_back", "extension", "Low back, bending backward", 60, sided=False),
    Movement("low_back", "side_bending", "Low back, bending to the side", 60),
    Movement("shoulder", "flexion", "Shoulder, raising forward", 200),
    Movement("shoulder", "extension", "Shoulder, moving backward", 90),
    Movement("shoulder", "abduction", "Shoulder, raising sideways", 200),
    Movement("shoulder", "internal_rotation", "Shoulder, turning in", 110),
    Movement("shoulder", "external_rotation", "Shoulder, turning out", 120),
    Movement("elbow", "flexion", "Elbow, bending", 170),
    Movement("elbow", "extension", "Elbow, straightening", 30),
    Movement("wrist", "flexion", "Wrist, bending", 110),
    Movement("wrist", "extension", "Wrist, bending back", 110),
    Movement("hip", "flexion", "Hip, bending", 150),
    Movement("hip", "extension", "Hip, moving backward", 50),
    Movement("hip", "abduction", "Hip, moving sideways", 90),
    Movement("hip", "internal_rotation", "Hip, turning in", 70),
    Movement("hip", "external_rotation", "Hip, turning out", 80),
    Movement("knee", "flexion", "Knee, bending", 170),
    Movement("knee", "extension", "Knee, straightening", 30),
    Movement("ankle", "dorsiflexion", "Ankle, toes up", 60),
    Movement("ankle", "plantar_flexion", "Ankle, toes down", 90),
)
MOVEMENTS: Mapping[str, Movement] = MappingProxyType({one.code: one for one in _ALL})
JOINTS = tuple(dict.fromkeys(one.joint for one in _ALL))
MOVES = tuple(dict.fromkeys(one.movement for one in _ALL))
MOST_DEGREES = max(one.most for one in _ALL)
