"""An exercise says that it is one: its mark goes before each thing that it shows or says. Pure."""

from __future__ import annotations

from schedules.model import ContentRef, Item

MARK = "drill-mark"  # what records call it


def marked(item: Item, mark: Item) -> tuple[Item, ...]:
    """The contents of an item one by one, each after the mark in its language, or in the mark's first.

    A turn that is stretched or cut on boards stays so, part by part.
    """
    whole = sum(content.seconds for content in item.contents)
    found: list[Item] = []
    for content in item.contents:
        share = None if item.seconds is None else item.seconds * content.seconds / whole
        found.append(mark.model_copy(update={"contents": (_in(content.language, mark),)}))
        found.append(item.model_copy(update={"contents": (content,), "seconds": share}))
    return tuple(found)


def _in(language: str, mark: Item) -> ContentRef:
    return next((one for one in mark.contents if one.language == language), mark.contents[0])
