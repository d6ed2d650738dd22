"""Pictures for items without a file: drawn from id and prompt, the same every time."""

from genonaut.pictures.drawing import DRAWING_VERSION, draw

__all__ = ["DRAWING_VERSION", "draw"]
