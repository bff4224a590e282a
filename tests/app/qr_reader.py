"""Reads a clean QR symbol, versions 1 to 16, as ISO/IEC 18004 has it; every check byte must fit, nothing is mended."""

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
CENTRES = {1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38], 8: [6, 24, 42], 9: [6, 26, 46],
           10: [6, 28, 50], 11: [6, 30, 54], 12: [6, 32, 58], 13: [6, 34, 62], 14: [6, 26, 46, 66], 15: [6, 26, 48, 70],
           16: [6, 26, 50, 74]}
# Level M: check bytes of a block, then data bytes of each block.
BLOCKS_M = {1: (10, [16]), 2: (16, [28]), 3: (26, [44]), 4: (18, [32] * 2), 5: (24, [43] * 2), 6: (16, [27] * 4), 7: (18, [31] * 4),
            8: (22, [38] * 2 + [39] * 2), 9: (22, [36] * 3 + [37] * 2), 10: (26, [43] * 4 + [44]), 11: (30, [50] + [51] * 4),
            12: (22, [36] * 6 + [37] * 2), 13: (22, [37] * 8 + [38]), 14: (24, [40] * 4 + [41] * 5), 15: (24, [41] * 5 + [42] * 5),
            16: (28, [45] * 7 + [46] * 3)}
MASKS = [lambda y, x: (y + x) % 2, lambda y, x: y % 2, lambda y, x: x % 3, lambda y, x: (y + x) % 3, lambda y, x: (y // 2 + x // 3) % 2,
         lambda y, x: y * x % 2 + y * x % 3, lambda y, x: (y * x % 2 + y * x % 3) % 2, lambda y, x: ((y + x) % 2 + y * x % 3) % 2]
LEVEL_M = 0


def mask_of(dark):
    """The number of the mask, from both copies of the format bits."""
    size = len(dark)
    first = [(8, x) for x in (0, 1, 2, 3, 4, 5, 7, 8)] + [(y, 8) for y in (7, 5, 4, 3, 2, 1, 0)]
    second = [(size - 1 - i, 8) for i in range(7)] + [(8, size - 8 + i) for i in range(8)]
    words = [int("".join(str(int(dark[y][x])) for y, x in places), 2) ^ 0x5412 for places in (first, second)]
    assert words[0] == words[1], "the two copies of the format differ"
    rest = words[0]
    for bit in range(14, 9, -1):
        if rest >> bit & 1:
            rest ^= 0x537 << bit - 10
    assert rest == 0 and words[0] >> 13 == LEVEL_M, "format bits"
    return words[0] >> 10 & 7


def reserved_of(version, size):
    taken = [[False] * size for _ in range(size)]

    def take(y0, y1, x0, x1):
        for y in range(y0, y1):
            for x in range(x0, x1):
                taken[y][x] = True
    take(0, 9, 0, 9)
    take(0, 9, size - 8, size)
    take(size - 8, size, 0, 9)
    take(6, 7, 0, size)
    take(0, size, 6, 7)
    for y in CENTRES[version]:
        for x in CENTRES[version]:
            if (y, x) not in ((6, 6), (6, size - 7), (size - 7, 6)):
                take(y - 2, y + 3, x - 2, x + 3)
    if version >= 7:
        take(0, 6, size - 11, size - 8)
        take(size - 11, size - 8, 0, 6)
    return taken


def codewords_of(dark, version):
    size, mask, taken = len(dark), MASKS[mask_of(dark)], reserved_of(version, len(dark))
    bits, up = [], True
    for right in [x for x in range(size - 1, 0, -2) if x > 6] + [5, 3, 1]:
        for y in range(size - 1, -1, -1) if up else range(size):
            for x in (right, right - 1):
                if not taken[y][x]:
                    bits.append(int(dark[y][x]) ^ (mask(y, x) == 0))
        up = not up
    return [int("".join(map(str, bits[i:i + 8])), 2) for i in range(0, len(bits) - 7, 8)]


def check_block(block, check_bytes):
    power, log = [1], {}
    for _ in range(254):
        power.append(power[-1] << 1 ^ (0x11d if power[-1] & 128 else 0))
    for i, value in enumerate(power):
        log[value] = i
    for root in range(check_bytes):
        total = 0
        for byte in block:
            total = (power[(log[total] + root) % 255] if total else 0) ^ byte
        assert total == 0, "a check byte does not fit"


def data_of(codewords, version):
    check_bytes, lengths = BLOCKS_M[version]
    stream, blocks = iter(codewords), [[] for _ in lengths]
    for i in range(max(lengths)):
        for block, length in zip(blocks, lengths):
            if i < length:
                block.append(next(stream))
    data = [byte for block in blocks for byte in block]
    for _ in range(check_bytes):
        for block in blocks:
            block.append(next(stream))
    for block in blocks:
        check_block(block, check_bytes)
    return data


def text_of(data, version):
    bits = "".join("{:08b}".format(byte) for byte in data)
    out, at = b"", 0

    def number(count):
        nonlocal at
        at += count
        return int(bits[at - count:at], 2)
    wide = version >= 10
    while len(bits) - at >= 4:
        mode = number(4)
        if mode == 0:
            break
        if mode == 1:
            count = number(12 if wide else 10)
            while count:
                digits = min(count, 3)
                out += str(number({3: 10, 2: 7, 1: 4}[digits])).zfill(digits).encode()
                count -= digits
        elif mode == 2:
            count = number(11 if wide else 9)
            for _ in range(count // 2):
                pair = number(11)
                out += (ALPHANUMERIC[pair // 45] + ALPHANUMERIC[pair % 45]).encode()
            if count % 2:
                out += ALPHANUMERIC[number(6)].encode()
        else:
            assert mode == 4, "mode %d" % mode
            out += bytes(number(8) for _ in range(number(16 if wide else 8)))
    return out.decode()


def read(dark):
    """dark: rows of booleans without the quiet zone."""
    version = (len(dark) - 17) // 4
    return text_of(data_of(codewords_of(dark, version), version), version)
