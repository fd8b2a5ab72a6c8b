"""The errors of the collector, split by what the caller can do about them.

CollectorError
├── LinkError                the wire: reconnect later, the device is unknown
│   ├── LinkRefused          nobody listens, or one client only and the place is taken
│   ├── LinkTimeout          the deadline passed without a whole answer
│   └── LinkViolation        an answer that is not the answer to our request (the connection was dropped)
├── DeviceException          the device answered "no" (Modbus exception code): the link is fine
├── MapError                 what the device holds is not what the map or the SunSpec chain promised
├── SpoolError               the spool cannot be used
├── StoreError               the store did not take (or give) data
│   ├── StoreUnavailable     try again later, by itself (down, busy, HTML instead of an answer)
│   ├── StoreDenied          401/403: somebody must give another token; keep queueing
│   ├── StoreTooLarge        413: halve the batch
│   └── StoreRejected        the batch, or a point of it, will never be taken: bisect, quarantine
├── ChannelError             a message was not sent
│   ├── ChannelDown          it may be sent later: nobody listens, busy, refused for now, a secret is wrong
│   └── ChannelRefused       this recipient, or this message, will never be taken
└── WeatherError             no weather from this source: take the next one, and ask again later
    ├── WeatherUnreachable   down, unknown name, 5xx, half an answer: it comes back by itself
    ├── WeatherSlow          the time ran out
    ├── WeatherRefused       4xx: a key, a quota or the request; often somebody must look
    └── WeatherFormat        the answer is not what the documentation promises: tepos must learn the new form
"""

from __future__ import annotations


class CollectorError(Exception):
    """Base of all errors of the collector."""


class LinkError(CollectorError):
    """The wire failed; the state of the device is unknown."""


class LinkRefused(LinkError):
    """Nobody listens there, or the device accepts one client and another one holds the place."""


class LinkTimeout(LinkError):
    """The total deadline passed without a whole answer."""


class LinkViolation(LinkError):
    """The bytes received are no answer to the request sent."""


EXCEPTION_CODES = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledge",
    6: "device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
}


class DeviceException(CollectorError):
    """The device answered with a Modbus exception code; the connection stays."""

    def __init__(self, code: int, where: str) -> None:
        self.code = code
        super().__init__(f"{where}: exception {code} ({EXCEPTION_CODES.get(code, 'unknown code')})")


class MapError(CollectorError):
    """What the device holds is not what its map, or its SunSpec chain, promised."""


class SpoolError(CollectorError):
    """The spool cannot be used."""


class StoreError(CollectorError):
    """The store did not take or give data."""


class StoreUnavailable(StoreError):
    """The store cannot be reached or is busy; `retry_after` is in seconds when the server named it."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class StoreDenied(StoreError):
    """The store refuses our credentials."""


class StoreTooLarge(StoreError):
    """The batch is larger than the store takes at once."""


class StoreRejected(StoreError):
    """The store will never take this batch, or one point of it."""


class ChannelError(CollectorError):
    """A message was not sent, as far as anybody knows."""


class ChannelDown(ChannelError):
    """Try again later, with the same key: it may even have arrived."""


class ChannelRefused(ChannelError):
    """There is no sense in trying again."""


class WeatherError(CollectorError):
    """A source gave no weather."""


class WeatherUnreachable(WeatherError):
    """The service cannot be reached, or fails by itself."""


class WeatherSlow(WeatherError):
    """The service did not answer in time."""


class WeatherRefused(WeatherError):
    """The service does not want to answer; `retry_after` is in seconds when it named them."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class WeatherFormat(WeatherError):
    """The answer, or the file, is not of the form that was promised, or its light is not of this place and time."""
