"""Reads a SunSpec device: finds its models, binds their points to fields, polls them in the fewest requests.

A value and its scale factor come from the same request wherever a request can hold both; the models' headers come along
each time, so that a map that has shifted (another firmware, a module that was switched on) is noticed at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from collector.errors import MapError
from collector.reader import Identity, Problem, Reading, Wire
from collector.readplan import Span, plan
from collector.registers import text
from collector.sample import Value
from collector.sunspec.asking import Asking, Refused
from collector.sunspec.binding import Bound, Repetitions, bind, chosen, common_of, import_is_positive
from collector.sunspec.chain import Found, find_base, not_read, walk
from collector.sunspec.decoder import ModelDecoder
from collector.sunspec.models import COMMON, HEADER, PLATE, definition
from collector.sunspec.pieces import Pieces, read_pieces, shifted
from collector.sunspec.resync import bridged
from config.quantities import QUANTITIES, Role, split_field
from config.sunspec_map import SunSpecMap


@dataclass(frozen=True, slots=True)
class _Request:
    """One request at every poll, and the models that it brings whole."""

    address: int
    count: int
    decoders: tuple[ModelDecoder, ...]


class SunSpecReader:
    """A DeviceReader for one SunSpec unit behind a link.

    `role` says what of the chain is meant (None: all of it), `instance` which meter, counted along the chain. `bases`
    are tried after those of the map. `thorough`, for a probe: read what every model offers, halve what the device
    refuses down to single points, and take from the next model what the first could not give; that costs requests
    which a poll has no time for.
    """

    def __init__(
        self,
        sunspec_map: SunSpecMap,
        link: Wire,
        unit: int,
        *,
        role: Role | None = None,
        instance: int = 1,
        bases: tuple[int, ...] = (),
        thorough: bool = False,
    ) -> None:
        if instance < 1:
            raise ValueError(f"instance counts from 1, not {instance}")
        self.map, self.link, self.unit = sunspec_map, link, unit
        self.role, self.instance, self.thorough = role, instance, thorough
        self.bases = (*sunspec_map.bases, *bases)
        self.identity = Identity()
        self.addresses: dict[str, int] = {}
        limits = sunspec_map.read
        self._asking = Asking(link, unit, limits.function, limits.max_block)
        self._problems: list[Problem] = []
        self._beyond: dict[str, str] = {}
        self._requests: list[_Request] = []
        self._in_pieces: list[ModelDecoder] = []
        """The models that take several requests; all of them when `thorough`."""

    async def discover(self) -> None:
        """Walk the chain, read the name plate, plan the requests. MapError when this is not what the role needs."""
        base = await find_base(self._asking, self.bases)
        chain = await walk(self._asking, base, self._read_along)
        if self.thorough:
            chain = await bridged(self._asking, chain, self._read_along)
        try:
            models = chosen(self.map, chain, self.role, self.instance)
        except MapError:  # perhaps behind a hole
            chain = await bridged(self._asking, chain, self._read_along)
            models = chosen(self.map, chain, self.role, self.instance)
        self._problems = list(chain.problems)
        meter = next((m for m in models if self.map.models[m.id].role is Role.METER), None)
        plate = await self._plate(common_of(chain, meter))
        self.identity = plate if self.role is Role.METER else await self._plate(common_of(chain, None))
        repetitions = {m.address: await self._repetitions(m) for m in models}
        positive = import_is_positive(self.map, plate.manufacturer)
        self._plan(bind(self.map, models, repetitions, positive))

    async def read(self) -> Reading:
        """Read all fields once. MapError when the models are no longer where `discover` found them."""
        reading = Reading(dict.fromkeys(self.addresses), dict(self._beyond), list(self._problems))
        if self.thorough:
            await self._read_thoroughly(reading)
            return reading
        for request in tuple(self._requests):
            data = await self._asking.ask(request.address, request.count)
            if isinstance(data, Refused):
                await self._read_singly(request, data, reading)
            else:
                self._decode(request, data, reading.values, reading.masked)
        for decoder in self._in_pieces:
            pieces = await read_pieces(self._asking, decoder, bisect=False)
            decoder.decode(pieces.data, 0, reading.values, reading.masked, pieces.unread)
            reading.problems += pieces.problems
        return reading

    def _decode(self, request: _Request, data: bytes, values: dict[str, Value], masked: dict[str, str]) -> None:
        for decoder in request.decoders:
            at = 2 * (decoder.address - request.address)
            if data[at : at + 2 * HEADER] != decoder.header:
                raise shifted(self._asking, decoder.model, data[at : at + 2 * HEADER])
            decoder.decode(data, at, values, masked)

    async def _read_singly(self, request: _Request, refused: Refused, reading: Reading) -> None:
        """Ask model by model what the device refused as one block; from then on for good."""
        if len(request.decoders) == 1:
            decoder = request.decoders[0]
            reading.problems.append(not_read(decoder.model, refused.code))
            for field in (f for row in decoder.rows for f in row.fields):
                reading.masked[field] = f"not read ({refused})"
            return
        at = self._requests.index(request)
        singles = [_Request(d.address, d.count, (d,)) for d in request.decoders]
        self._requests[at : at + 1] = singles
        for single in singles:
            data = await self._asking.ask(single.address, single.count)
            if isinstance(data, Refused):
                await self._read_singly(single, data, reading)
            else:
                self._decode(single, data, reading.values, reading.masked)

    async def _read_thoroughly(self, reading: Reading) -> None:
        settled: set[str] = set()
        for decoder in self._in_pieces:
            pieces = await self._whole_or_pieces(decoder)
            values: dict[str, Value] = {}
            masked: dict[str, str] = {}
            decoder.decode(pieces.data, 0, values, masked, pieces.unread)
            reading.problems += pieces.problems
            failed = {f for row in pieces.unread for f in row.fields if values.get(f) is None}
            for field, address in _addresses(decoder).items():
                if field in settled:
                    continue
                if field in failed:  # the next model that offers it may do better
                    reading.masked.setdefault(field, masked[field])
                    continue
                settled.add(field)
                self.addresses[field] = address
                reading.values[field] = values.get(field)
                reading.masked.pop(field, None)
                if field in masked:
                    reading.masked[field] = masked[field]

    async def _whole_or_pieces(self, decoder: ModelDecoder) -> Pieces:
        if decoder.count <= self._asking.max_block:
            data = await self._asking.ask(decoder.address, decoder.count)
            if not isinstance(data, Refused):
                if data[: 2 * HEADER] != decoder.header:
                    raise shifted(self._asking, decoder.model, data[: 2 * HEADER])
                return Pieces(data, {}, [])
        return await read_pieces(self._asking, decoder, bisect=True)

    def _read_along(self, model_id: int) -> bool:
        """Bodies that come with the walk: name plates, and for a probe what no later request will touch."""
        return model_id == COMMON or (self.thorough and model_id not in self.map.models)

    async def _plate(self, common: Found | None) -> Identity:
        if common is None:
            return Identity()
        words = []
        for name in PLATE:
            point = definition(COMMON).points[name]
            data: bytes | Refused = b""
            if point.offset + point.words <= common.length + HEADER:
                at = point.offset - HEADER
                if common.body is not None:
                    data = common.body[2 * at : 2 * (at + point.words)]
                else:
                    data = await self._asking.ask_long(common.address + point.offset, point.words)
            words.append("" if isinstance(data, Refused) else text(data))
        return Identity(*words)

    async def _repetitions(self, model: Found) -> Repetitions:
        """The repetitions of a model's group that its length holds, its count says and the map's `only` allows."""
        layout, entry = definition(model.id), self.map.models[model.id]
        if layout.group is None:
            return Repetitions()
        numbers = range(1, layout.room(model.length) + 1)
        if layout.group.count is not None:
            said = await self._number(model, layout.group.count, None)
            numbers = numbers if said is None else numbers[:said]
        counting = []
        for number in numbers:
            held = [await self._number(model, name, number) == wanted for name, wanted in entry.only.items()]
            if all(held):
                counting.append(number)
        return Repetitions(tuple(counting), len(counting) == len(numbers))

    async def _number(self, model: Found, name: str, repetition: int | None) -> int | None:
        """One register that says what the device is made of."""
        _, offset = definition(model.id).locate(name, repetition)
        data = await self._asking.ask(model.address + offset, 1)
        if isinstance(data, Refused):
            self._problems.append(Problem(data.address, f"{data}: {name} of model {model.id} not read"))
            return None
        return int.from_bytes(data, "big")

    def _plan(self, bounds: list[Bound]) -> None:
        inputs_of = next((b.model.id for b in bounds for r in b.rows if _is_input(r.fields[0])), None)
        owner: dict[str, Bound] = {}
        self.addresses, self._beyond = {}, {}
        for bound in bounds:
            for row in bound.rows:
                for field in row.fields:
                    # Inputs are numbered within one kind of model: two kinds in one device count the same inputs.
                    if field not in owner and (not _is_input(field) or bound.model.id == inputs_of):
                        owner[field] = bound
                        self.addresses[field] = bound.model.address + row.offset
        for bound in bounds:
            for field, beyond in bound.beyond.items():
                if field not in self.addresses:
                    self.addresses[field] = bound.model.address + beyond.offset
                    self._beyond[field] = beyond.reason
        self.addresses = dict(sorted(self.addresses.items(), key=lambda item: _order(item[0])))
        decoders = []
        for bound in bounds:
            rows = [
                r for r in bound.rows if any(owner.get(f) is bound or (self.thorough and f in owner) for f in r.fields)
            ]
            if rows:
                decoders.append(ModelDecoder(bound, rows))
        whole = [d for d in decoders if d.count <= self._asking.max_block and not self.thorough]
        self._in_pieces = [d for d in decoders if d not in whole]
        by_span = {Span(self._asking.function, d.address, d.count): d for d in whole}
        blocks = plan(by_span, max_block=self._asking.max_block, max_gap=self.map.read.max_gap)
        self._requests = [_Request(b.address, b.count, tuple(by_span[s] for s in b.spans)) for b in blocks]


def _addresses(decoder: ModelDecoder) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in decoder.rows:
        for field in row.fields:
            found.setdefault(field, decoder.address + row.offset)
    return found


def _is_input(field: str) -> bool:
    return split_field(field)[1] is not None


_PLACE = {name: i for i, name in enumerate(QUANTITIES)}


def _order(field: str) -> tuple[int, int]:
    quantity, number = split_field(field)
    return number or 0, _PLACE[quantity.name]
