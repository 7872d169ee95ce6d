"""A second decoder of .hgl files, after docs/format.md and written to be read beside it.

usage: python decode_hgl.py PACKAGE DECODER.onnx FILE.hgl OUT.png

PACKAGE is the folder of the hourglass package: dist/compression/coder.wasm reads the symbols, assets/codec.bin says what it
begins with. DECODER.onnx is its floating-point part; examples/export-decoder.mjs writes it. Needs numpy, onnxruntime and
wasmtime. Orientation, ICC profile and EXIF are read but not applied or written.
"""
import hashlib
import pathlib
import struct
import sys
import zlib

import numpy
import onnxruntime
import wasmtime

SIGNATURE = b"\x89HGL\r\n\x1a\n"
COLOUR, PROFILE, EXIF, ALPHA, MODEL = 1, 2, 4, 8, 16
BLOCK, TILE, PASSES, PLACES = 16, 64, 5, 768


# The layout of a block: passes, bands, places ("Tiles, blocks, places").


def place_of(plane, u, v):
    return 256 * plane + 16 * v + u


def bands_of(level):
    """The bands of a pass: of each its plane and its places in their order."""
    if level == 0:
        return [(plane, [place_of(plane, 0, 0)]) for plane in range(3)]
    octave = 2 ** (level - 1)
    side = min(octave, 4)
    squares = range(0, octave, side)
    bands = []
    for plane in range(3):
        for left, top in ((octave, 0), (0, octave), (octave, octave)):
            for down in squares:
                for right in squares:
                    cells = [(left + right + i, top + down + j) for j in range(side) for i in range(side)]
                    cells.sort(key=lambda cell: (cell[0] + cell[1], cell[0]))
                    bands.append((plane, [place_of(plane, u, v) for u, v in cells]))
    return bands


BANDS = [(plane, level, places) for level in range(PASSES) for plane, places in bands_of(level)]
SCAN = [place for _, _, places in BANDS for place in places]
POSITION = {place: i for i, place in enumerate(SCAN)}
BAND_OF = {place: band for band, (_, _, places) in enumerate(BANDS) for place in places}
PASS_OF = {place: BANDS[band][1] for place, band in BAND_OF.items()}


def band_facts():
    """Of each band: plane, pass, the band at half the frequency, the same band of the plane before (255: none)."""
    facts = []
    for plane, level, places in BANDS:
        u, v = places[0] % 16, places[0] % 256 // 16
        before = BAND_OF[place_of(plane - 1, u, v)] if plane > 0 else 255
        facts += [plane, level, BAND_OF[place_of(plane, u // 2, v // 2)], before]
    return facts


# Neighbours ("Neighbours").

NEXT = [(1, 0), (0, 1), (-1, 0), (0, -1)]
NEAR = NEXT + [(-1, -1), (-2, 0), (0, -2), (1, -1), (-1, 1), (1, 1), (-2, -1), (-1, -2)]
BEFORE = [(-1, 0), (0, -1), (-1, -1), (1, -1), (-2, 0), (0, -2)]


def neighbours_of(place):
    """The three parts of a coefficient's neighbours: of each the blocks to the right, the blocks down, its place."""
    plane, u, v = place // 256, place % 16, place % 256 // 16
    same = [(right, down, place) for right, down in BEFORE]
    if u == v == 0:
        return [same, [], [(0, 0, place_of(other, 0, 0)) for other in range(plane)]]

    def at(other, steps):
        cells = [(u + du, v + dv) for du, dv in steps]
        return [place_of(other, x, y) for x, y in cells if 0 <= x < 16 and 0 <= y < 16 and x + y > 0]

    for other in at(plane, NEXT):
        if PASS_OF[other] <= PASS_OF[place]:
            same += [(-1, 0, other), (0, -1, other)]
    inside = [(0, 0, other) for other in at(plane, NEAR) if POSITION[other] < POSITION[place]]
    parent = place_of(plane, u // 2, v // 2)
    rest = []
    if parent % 256 != 0 and PASS_OF[parent] < PASS_OF[place]:
        rest += [(right, down, parent) for right, down in NEXT]
    rest += [(0, 0, place_of(other, u, v)) for other in range(plane)]
    if plane > 0:
        rest += [(0, 0, other) for other in at(0, NEXT) if POSITION[other] < POSITION[place]]
    return [same, inside, rest]


# The model ("The model's file").


def read_model(data):
    """The entropy model's tables; before it stand the version, the border of the transform, and the shrinkage."""
    if data[0] != 3:
        raise ValueError(f"the model is of version {data[0]}, this program reads 3")
    at = 1 + 4 * 64 + 2 * PLACES
    (length,) = struct.unpack_from("<I", data, at)
    whole = zlib.decompress(data[at + 4 : at + 4 + length])
    parts = [part for place in range(PLACES) for part in neighbours_of(place)]
    count = sum(map(len, parts))
    mixtures = 4 * 6 * 1152
    counters = (len(whole) - 8192 - 8192 - 2048 - 4096 - mixtures - count) // 3
    sizes = [8192, 8192, 2048, 4096, 2 * counters, counters, mixtures, count]
    pieces, start = [], 0
    for size in sizes:
        pieces.append(whole[start : start + size])
        start += size
    squash, stretch, share, levels, chances, meetings, mixtures, weights = pieces
    states = numpy.frombuffer(chances, "<u2").astype("<u4") * 65536 + numpy.frombuffer(meetings, "u1")
    kept, starts, at = [], [0], 0
    for part in parts:
        kept += [(*neighbour, weights[at + i]) for i, neighbour in enumerate(part) if weights[at + i] > 0]
        at += len(part)
        starts.append(len(kept))
    return {
        "id": hashlib.sha256(data).digest()[:8],
        "squash": squash,
        "stretch": stretch,
        "share": share,
        "levels": numpy.minimum(numpy.frombuffer(levels, "u1"), 31).tobytes(),
        "counters": states.astype("<u4").tobytes(),
        "mixtures": mixtures,
        "starts": numpy.array(starts, "<u2").tobytes(),
        "weights": bytes(weight for *_, weight in kept),
        "neighbours": numpy.array([neighbour for *neighbour, _ in kept], "i4").reshape(-1, 3),
    }


class Coder:
    """coder.wasm with its tables in memory; `decode` gives the values of one tile."""

    def __init__(self, code, model):
        self.store = wasmtime.Store()
        module = wasmtime.Module(self.store.engine, code)
        self.memory = wasmtime.Memory(self.store, wasmtime.MemoryType(wasmtime.Limits(64, 65535)))
        stop = wasmtime.Func(self.store, wasmtime.FuncType([wasmtime.ValType.i32()] * 4, []), lambda *_: None)
        given = {"memory": self.memory, "abort": stop}
        imports = [given[item.name] for item in module.imports]
        self.kernels = wasmtime.Instance(self.store, module, imports).exports(self.store)
        self.model, self.top = model, 1024
        tables = [self.place(model[name]) for name in ("stretch", "squash", "share")]
        self.call("setTables", *tables, 255)
        self.counters, self.mixtures = self.place(model["counters"]), self.place(model["mixtures"])
        starts = numpy.cumsum([0] + [len(places) for _, _, places in BANDS])
        passes = [sum(1 for _, level, _ in BANDS if level < first) for first in range(PASSES + 1)]
        self.call(
            "setLayout",
            PLACES,
            len(BANDS),
            self.place(numpy.array(SCAN, "<u2").tobytes()),
            self.place(starts.astype("<u2").tobytes()),
            self.place(numpy.array(passes, "<u2").tobytes()),
            self.place(bytes(band_facts())),
            self.place(model["starts"]),
            self.place(model["weights"]),
            self.place(model["levels"]),
            self.counters,
            self.mixtures,
        )
        self.offsets = self.room(4 * len(model["neighbours"]))
        self.tiles_from = self.top

    def call(self, name, *numbers):
        return self.kernels[name](self.store, *map(int, numbers))

    def room(self, size):
        start = -(-self.top // 64) * 64
        self.top = start + size
        missing = -(-(self.top - self.memory.data_len(self.store)) // 65536)
        if missing > 0:
            self.memory.grow(self.store, missing)
        return start

    def write(self, data, at):
        self.memory.write(self.store, data, at)

    def place(self, data):
        at = self.room(len(data))
        self.write(data, at)
        return at

    def decode(self, columns, rows, planes, passes):
        """Values, [rows, columns, 768], of a tile; passes are pairs of bytes and whether they were cut."""
        self.top = self.tiles_from
        padded = (columns + 4) * (rows + 3)
        magnitudes = self.room(padded * PLACES)
        energies = self.room(padded * len(BANDS))
        values = self.room(2 * columns * rows * PLACES)
        self.write(bytes(self.top - magnitudes), magnitudes)
        right, down, place = self.model["neighbours"].T
        self.write(((down * (columns + 4) + right) * PLACES + place).astype("<i4").tobytes(), self.offsets)
        self.write(self.model["counters"], self.counters)
        self.write(self.model["mixtures"], self.mixtures)
        self.call("setTile", columns, rows, planes, self.offsets, magnitudes, energies, values)
        room = self.room(max(1, *(len(data) for data, _ in passes)))
        for level, (data, is_cut) in enumerate(passes):
            if data or not is_cut:
                self.write(data, room)
                self.call("decodePass", level, room, len(data), is_cut)
        read = self.memory.read(self.store, values, values + 2 * columns * rows * PLACES)
        return numpy.frombuffer(bytes(read), "<i2").reshape(rows, columns, PLACES)


# The file ("The file").


def read_file(data):
    """The header's fields, and the parts in their order as pairs of bytes and whether they were cut."""
    if data[:8] != SIGNATURE or data[8] != 1:
        raise ValueError("no compressed image of version 1")
    at = 19

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
            if byte < 128:
                return value

    head = {"model": data[9:17], "flags": data[17], "orientation": data[18], "width": varint(), "height": varint()}
    head["step"] = 2 ** (struct.unpack_from("<H", data, at)[0] / 32 - 2)
    at += 2
    grid = blocks_of(head["width"]), blocks_of(head["height"])
    tiles = -(-grid[0] // TILE) * -(-grid[1] // TILE)
    extras = [flag for flag in (MODEL, PROFILE, EXIF, ALPHA) if head["flags"] & flag]
    lengths = [varint() for _ in range(len(extras) + PASSES * tiles)]
    checks, rest = data[at : at + 16], data[at + 16 :]
    if hashlib.sha256(data[:at]).digest()[:8] != checks[:8]:
        raise ValueError("the header is damaged")
    if len(rest) == sum(lengths) and hashlib.sha256(rest).digest()[:8] != checks[8:]:
        raise ValueError("the file was altered")
    parts, start = [], 0
    for length in lengths:
        piece = rest[start : start + length]
        parts.append((piece, len(piece) < length))
        start += length
    head["extras"] = dict(zip(extras, parts))
    passes = parts[len(extras) :]
    head["tiles"] = [[passes[level * tiles + tile] for level in range(PASSES)] for tile in range(tiles)]
    return head


def blocks_of(pixels):
    return -(-pixels // BLOCK)


def read_values(head, coder):
    """Values of the whole image, [rows, columns, 768]."""
    columns, rows = blocks_of(head["width"]), blocks_of(head["height"])
    values = numpy.zeros((rows, columns, PLACES), "i2")
    passes = iter(head["tiles"])
    planes = 3 if head["flags"] & COLOUR else 1
    for top in range(0, rows, TILE):
        for left in range(0, columns, TILE):
            wide, high = min(TILE, columns - left), min(TILE, rows - top)
            values[top : top + high, left : left + wide] = coder.decode(wide, high, planes, next(passes))
    return values


# Pixels ("Pixels").


def mirrored(start, count, size):
    """Which blocks stand at `count` places from `start` on, and which of them are seen in the mirror."""
    turn = numpy.arange(start, start + count) % (2 * size)
    return numpy.where(turn < size, turn, 2 * size - 1 - turn), turn >= size


def windows(values, session, step):
    """Pixels of the blocks, [16 rows, 16 columns, 3], decoded window after window."""
    high, wide = (size - 6 for size in session.get_inputs()[0].shape[:2])
    rows, columns = values.shape[:2]
    odd_u = numpy.arange(PLACES) % 2 == 1
    odd_v = numpy.arange(PLACES) % 256 // 16 % 2 == 1
    one = lambda number: numpy.full((1, 1, 1, 1), number, "f4")
    pixels = numpy.zeros((BLOCK * rows, BLOCK * columns, 3), "f4")
    for top in range(0, rows, high):
        for left in range(0, columns, wide):
            down, down_turned = mirrored(top - 3, high + 6, rows)
            right, right_turned = mirrored(left - 3, wide + 6, columns)
            around = values[down][:, right].astype("f4")
            around[:, right_turned] *= numpy.where(odd_u, -1, 1)
            around[down_turned] *= numpy.where(odd_v, -1, 1)
            feeds = {"values": around.reshape(high + 6, wide + 6, 3, 256), "step": one(step), "logStep": one(numpy.log2(step))}
            (window,) = session.run(["pixels"], {item.name: feeds[item.name] for item in session.get_inputs()})
            place = pixels[BLOCK * top : BLOCK * (top + high), BLOCK * left : BLOCK * (left + wide)]
            place[:] = window[0].transpose(1, 2, 0)[: place.shape[0], : place.shape[1]]
    return pixels


def read_image(head, values, session):
    """Pixels, [height, width, channels], 0 to 255."""
    height, width = head["height"], head["width"]
    pixels = (windows(values, session, head["step"])[:height, :width] + 0.5).astype("u1")
    pixels = pixels if head["flags"] & COLOUR else pixels[:, :, :1]
    data, is_cut = head["extras"].get(ALPHA, (b"", True))
    if is_cut:
        return pixels
    differences = numpy.frombuffer(zlib.decompress(data), "u1").reshape(height, width)
    alpha = numpy.add.accumulate(differences, axis=0, dtype="u1")
    return numpy.concatenate([pixels, alpha[:, :, None]], axis=2)


def png(pixels):
    """The bytes of a PNG file."""
    height, width, channels = pixels.shape
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", width, height, 8, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    lines = b"".join(b"\0" + row.tobytes() for row in pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def decoder(package, graph):
    """A function from the bytes of a file to its header, values and pixels."""
    package = pathlib.Path(package)
    model = read_model((package / "assets/codec.bin").read_bytes())
    coder = Coder((package / "dist/compression/coder.wasm").read_bytes(), model)
    session = onnxruntime.InferenceSession(str(graph), providers=["CPUExecutionProvider"])

    def decode(data):
        head = read_file(data)
        if head["model"] != model["id"]:
            raise ValueError("another model wrote this file")
        values = read_values(head, coder)
        return head, values, read_image(head, values, session)

    return decode


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    package, graph, source, target = sys.argv[1:]
    _, _, pixels = decoder(package, graph)(pathlib.Path(source).read_bytes())
    pathlib.Path(target).write_bytes(png(pixels))
