"""Writes Outlook mails for tests: the compound file of MS-CFB around the properties of MS-OXMSG."""

import struct
from typing import Union

Tree = dict[str, Union[bytes, "Tree"]]

SECTOR, MINI = 512, 64
END, FREE, FAT, NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
TEXT, BINARY, TIME, INTEGER = 0x001F, 0x0102, 0x0040, 0x0003


def outlook_mail(
    properties: dict[tuple[int, int], bytes | int | str],
    attachments: tuple[dict[tuple[int, int], object], ...] = (),
) -> bytes:
    """Returns the bytes of a ``.msg``; a property is ``(identifier, type) -> value``."""
    tree = storage(properties, header=32)
    for number, each in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = storage(each, header=8)  # type: ignore[arg-type]
    return compound(tree)


def storage(properties: dict[tuple[int, int], bytes | int | str], header: int) -> Tree:
    tree: Tree = {}
    listed = bytes(header)
    for (number, kind), value in sorted(properties.items()):
        if isinstance(value, int):
            listed += struct.pack("<HHIQ", kind, number, 6, value)
            continue
        raw = value.encode("utf-16-le") if isinstance(value, str) else value
        listed += struct.pack("<HHIII", kind, number, 6, len(raw), 0)
        tree[f"__substg1.0_{number:04X}{kind:04X}"] = raw
    return {**tree, "__properties_version1.0": listed}


def compound(tree: Tree) -> bytes:
    """Returns a compound file; small streams lie in the mini stream, the others in sectors of their own."""
    mini = bytearray()
    mini_fat: list[int] = []
    sectors: list[bytes] = []
    fat: list[int] = []
    entries: list[list[int | str | bytes]] = []  # name, kind, right sibling, first child, first sector, size

    def chain(raw: bytes) -> int:
        pieces = [raw[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(raw), SECTOR)]
        start = len(sectors)
        for piece in pieces:
            sectors.append(piece)
            fat.append(len(sectors))
        if pieces:
            fat[-1] = END
        return start if pieces else END

    def stream(raw: bytes) -> int:
        if len(raw) >= 4096:
            return chain(raw)
        start = len(mini_fat)
        count = -(-len(raw) // MINI)
        mini.extend(raw.ljust(count * MINI, b"\0"))
        mini_fat.extend([start + i + 1 for i in range(count)])
        if count:
            mini_fat[-1] = END
        return start if count else END

    def add(name: str, node: bytes | Tree, kind: int) -> int:
        index = len(entries)
        entries.append([name, kind, NONE, NONE, 0, 0])
        if isinstance(node, bytes):
            entries[index][4:] = [stream(node), len(node)]
            return index
        last = None
        for inner in sorted(node, key=lambda text: (len(text), text.upper())):
            child = add(inner, node[inner], 2 if isinstance(node[inner], bytes) else 1)
            if last is None:
                entries[index][3] = child
            else:
                entries[last][2] = child
            last = child
        return index

    add("Root Entry", tree, 5)
    entries[0][4:] = [chain(bytes(mini)), len(mini)]
    mini_start = (
        chain(struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(SECTOR, b"\xff")) if mini_fat else END
    )
    mini_count = -(-4 * len(mini_fat) // SECTOR)
    directory = b"".join(_entry(*entry) for entry in entries)  # type: ignore[arg-type]
    directory_start = chain(directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0"))
    fat_count = 1
    while (len(fat) + fat_count) * 4 > fat_count * SECTOR:
        fat_count += 1
    fat_start = len(sectors)
    table = [*fat, *[FAT] * fat_count]
    table += [FREE] * (fat_count * SECTOR // 4 - len(table))
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    counts = (fat_count, directory_start, 0, 4096, mini_start, mini_count, END, 0)
    head = struct.pack("<8s16xHHHHH6xIIIIIIIII", magic, 0x3E, 3, 0xFFFE, 9, 6, 0, *counts)
    places = [fat_start + i for i in range(fat_count)]
    head += struct.pack("<109I", *places, *[FREE] * (109 - len(places)))
    return head + b"".join(sectors) + struct.pack(f"<{len(table)}I", *table)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text) + 2, kind, 1, NONE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
