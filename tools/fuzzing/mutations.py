"""Seeded ways to damage a film: the same bytes and the same number give the same damage."""
import random
import struct

# Where arithmetic on sizes, counts and times goes wrong.
EDGES = [0, 1, 2, 7, 8, 15, 16, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0xFFFFFF, 0x7FFFFFF0, 0x7FFFFFFF,
         0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF]
# Boxes of ISO base media files and QuickTime (ISO/IEC 14496-12) that hold boxes, with the bytes before the first.
NESTING = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0, b"edts": 0, b"udta": 0, b"dinf": 0, b"moof": 0,
           b"traf": 0, b"mvex": 0, b"meta": 4, b"stsd": 8, b"dref": 8, b"avc1": 78, b"hev1": 78, b"av01": 78, b"mp4a": 28, b"s263": 78}
# Elements of Matroska (RFC 9559) that hold elements.
MASTERS = {0x1A45DFA3, 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0, 0xE1, 0x1F43B675, 0xA0, 0x1C53BB6B, 0xBB, 0xB7, 0x114D9B74,
           0x4DBB, 0x1043A770, 0x45B9, 0xB6, 0x1254C367, 0x7373, 0x6D80, 0x6240}


def place(random, data):
    """An offset: as often in the first kilobytes, or the last, as anywhere, since headers and indexes are there."""
    end = len(data)
    near = min(end, 4096)
    return random.choice([lambda: random.randrange(end), lambda: random.randrange(near), lambda: end - 1 - random.randrange(near)])()


def length(random, most):
    """A length from 1 to `most`, short ones as likely as long ones."""
    return max(1, min(most, int(2 ** random.uniform(0, max(1, most).bit_length()))))


def flip(random, data, _):
    for _ in range(length(random, 200)):
        data[place(random, data)] ^= 1 << random.randrange(8)


def overwrite(random, data, _):
    at = place(random, data)
    size = min(length(random, 4096), len(data) - at)
    data[at:at + size] = random.choice([random.randbytes(size), bytes(size), b"\xff" * size])


def cut(random, data, _):
    del data[random.choice([random.randrange(len(data)), place(random, data)]):]


def drop(random, data, _):
    at = place(random, data)
    del data[at:at + length(random, len(data) - at)]


def insert(random, data, _):
    size = length(random, 65536)
    data[place(random, data):0] = random.choice([random.randbytes(size), bytes(size)])


def repeat(random, data, _):
    at = place(random, data)
    part = data[at:at + length(random, 65536)]
    data[at:at] = part * random.randrange(1, 5)


def swap(random, data, _):
    size = length(random, max(1, len(data) // 4))
    first, second = sorted((random.randrange(len(data)), random.randrange(len(data))))
    second = max(second, first + size)
    data[first:first + size], data[second:second + size] = data[second:second + size], data[first:first + size]


def numbers(random, data, _):
    """Writes a few numbers of 16, 32 or 64 bits, either end first."""
    for _ in range(random.randrange(1, 6)):
        at, kind = place(random, data), random.choice([">H", "<H", ">I", "<I", ">Q", "<Q"])
        size = struct.calcsize(kind)
        if at + size <= len(data):
            data[at:at + size] = struct.pack(kind, random.choice(EDGES) % (1 << 8 * size))


def splice(random, data, others):
    """The beginning of this film and the end of another."""
    other = random.choice(others)
    del data[random.randrange(len(data)):]
    data += other[random.randrange(len(other)):]


def boxes(random, data, _):
    """Resizes, renames, repeats, moves or removes a part that the container itself names."""
    parts = parts_of(data)
    if not parts:
        return numbers(random, data, _)
    for _ in range(random.randrange(1, 4)):
        at, end, size_at, size_bytes, order = random.choice(parts)
        what = random.randrange(8)
        if what < 4:
            value = random.choice(EDGES + [end - at - 1, end - at + 1, 2 * (end - at), len(data) - at])
            data[size_at:size_at + size_bytes] = (value % (1 << 8 * size_bytes)).to_bytes(size_bytes, order)
        elif what == 4:
            data[at:end] = data[at:end] * 2
            return
        elif what == 5:
            del data[at:end]
            return
        elif what == 6:
            part = bytes(data[at:end])
            other = random.choice(parts)[0]
            data[other:other] = part
            return
        else:
            name = random.choice(parts)[0]
            data[at:at + 8] = data[name:name + 8]


def parts_of(data):
    """Parts of a container as (offset, end, offset of the size, bytes of the size, byte order), nested ones too."""
    if data[4:8] in (b"ftyp", b"moov", b"wide", b"mdat"):
        return list(iso_boxes(data, 0, len(data)))
    if data[:4] == b"\x1aE\xdf\xa3":
        return list(matroska_elements(data, 0, len(data)))
    if data[:4] == b"RIFF":
        return list(riff_chunks(data, 0, len(data)))
    if data[:4] == b"OggS":
        return list(marked(data, b"OggS", 26, 1))
    if data[:3] == b"FLV":
        return list(flv_tags(data))
    if data[:1] == b"\x47" and data[188:189] == b"\x47":
        return [(at, min(len(data), at + 188), at + 1, 3, "big") for at in range(0, len(data), 188)]
    if data[:4] == b"\x06\x0e\x2b\x34":
        return list(marked(data, b"\x06\x0e\x2b\x34", 17, 3))
    if data[:4] == b"\x00\x00\x01\xba":
        return list(marked(data, b"\x00\x00\x01", 4, 2))
    if data[:4] == b"\x30\x26\xb2\x75":
        return list(asf_objects(data, 0, len(data)))
    return []


def iso_boxes(data, at, end):
    while at + 8 <= end:
        size, name = struct.unpack(">I4s", data[at:at + 8])
        stop = at + size if size >= 8 else end
        if stop > end:
            return
        yield at, stop, at, 4, "big"
        if name in NESTING:
            yield from iso_boxes(data, at + 8 + NESTING[name], stop)
        at = stop


def matroska_elements(data, at, end):
    def number(at, keep):
        width = 9 - data[at].bit_length()
        value = int.from_bytes(data[at:at + width], "big")
        return width, value if keep else value & ~(1 << 7 * width)

    # A number is 8 bytes at most.
    while at + 16 <= end and data[at] and data[at + 9 - data[at].bit_length()]:
        id_bytes, identifier = number(at, True)
        size_bytes, size = number(at + id_bytes, False)
        body = at + id_bytes + size_bytes
        # All ones: until the end.
        stop = end if size == (1 << 7 * size_bytes) - 1 else body + size
        if stop > end:
            return
        yield at, stop, at + id_bytes, size_bytes, "big"
        if identifier in MASTERS:
            yield from matroska_elements(data, body, stop)
        at = stop


def riff_chunks(data, at, end):
    while at + 8 <= end:
        name, size = struct.unpack("<4sI", data[at:at + 8])
        stop = min(end, at + 8 + size + size % 2)
        yield at, stop, at + 4, 4, "little"
        if name in (b"RIFF", b"LIST"):
            yield from riff_chunks(data, at + 12, stop)
        at = stop


def asf_objects(data, at, end):
    while at + 24 <= end:
        stop = at + int.from_bytes(data[at + 16:at + 24], "little")
        if stop < at + 24 or stop > end:
            return
        yield at, stop, at + 16, 8, "little"
        # The header object holds objects, behind their number and two reserved bytes.
        if at == 0:
            yield from asf_objects(data, 30, stop)
        at = stop


def flv_tags(data):
    at = 13
    while at + 11 <= len(data):
        end = min(len(data), at + 15 + int.from_bytes(data[at + 1:at + 4], "big"))
        yield at, end, at + 1, 3, "big"
        at = end


def marked(data, mark, size_at, size_bytes):
    """Parts that begin with a mark and hold their size somewhere behind it."""
    at = data.find(mark)
    while at >= 0:
        following = data.find(mark, at + len(mark))
        end = following if following >= 0 else len(data)
        if at + size_at + size_bytes <= len(data):
            yield at, end, at + size_at, size_bytes, "big"
        at = following


WAYS = [flip, overwrite, cut, drop, insert, repeat, swap, numbers, numbers, splice, boxes, boxes, boxes]


def damage(data, seed, others):
    """A damaged copy of `data`, and the names of what was done to it. `others`: films to splice with."""
    chance = random.Random(seed)
    copy, names = bytearray(data), []
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        if not copy:
            break
        way = chance.choice(WAYS)
        way(chance, copy, others)
        names.append(way.__name__)
    return bytes(copy), names
