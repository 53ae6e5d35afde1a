"""The alerts an agent knows: each at its highest revision, remembered past its end so that nothing old comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from devices.contract.messages import AlertMessage
from schedules.model import Alert, ContentRef

REMEMBER = timedelta(days=1)


class AlertBook:
    """Sealed alerts by id. Reads with a function that verifies."""

    def __init__(self, read: Callable[[bytes], AlertMessage]) -> None:
        """`read(sealed)` raises WireError for what must not be obeyed."""
        self._read = read
        self._messages: dict[str, AlertMessage] = {}
        self._sealed: dict[str, bytes] = {}

    def take(self, sealed: bytes) -> AlertMessage | None:
        """The alert, if it says something new; None if it, or a newer one of its id, is known. WireError if it is bad."""
        message = self._read(sealed)
        known = self._messages.get(message.id)
        if known is not None and known.revision >= message.revision:
            return None
        self._messages[message.id], self._sealed[message.id] = message, sealed
        return message

    def forget_old(self, now: datetime) -> bool:
        """Drop what ended more than a day ago; True if there was any."""
        old = [one.id for one in self._messages.values() if one.until + REMEMBER < now]
        for name in old:
            del self._messages[name], self._sealed[name]
        return bool(old)

    def sealed(self) -> Mapping[str, bytes]:
        """What to keep on disk."""
        return dict(self._sealed)

    def for_device(self, device: str) -> tuple[Alert, ...]:
        """The living alerts as a device meets them; past ones are told by their time."""
        found = (message.for_device(device) for message in self._messages.values())
        return tuple(alert for alert in found if alert is not None)

    def revisions(self, device: str) -> dict[str, int]:
        """Of every alert that concerns a device, ended ones too."""
        return {one.id: one.revision for one in self._messages.values() if one.concerns(device)}

    def contents(self, devices: tuple[str, ...]) -> tuple[ContentRef, ...]:
        """Files of the living alerts."""
        items = [item for device in devices for alert in self.for_device(device) for item in (alert.item, alert.mark)]
        return tuple(ref for item in items if item for ref in item.contents)
