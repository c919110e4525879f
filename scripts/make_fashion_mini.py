#!/usr/bin/env python3
"""Cut fashion-mini out of Fashion-MNIST: a fixed, class-balanced slice, small enough to embed.

    scripts/make_fashion_mini.py /usr/share/datasets/fashion-mnist assets

The 8,000 images, in this order:

    0..5000      training     the first 500 of each class of the training file
    5000..6000   validation   the next 100 of each class of the training file
    6000..8000   test         the first 200 of each class of the t10k file

Within each part the images keep the order they have in their file, so the classes are mixed.
Only the standard library is used, and the gzip header carries neither a name nor a time: the same
files come out byte for byte wherever Python was built with the classic zlib. (zlib-ng compresses
to other bytes; the SHA-256 of the *uncompressed* files, printed too, is the same everywhere.)
"""

import gzip
import hashlib
import pathlib
import struct
import sys
import zlib

CLASSES = 10
IMAGE_BYTES = 28 * 28
TRAIN, VALIDATION, TEST = 500, 100, 200  # of each class


def read_idx(path, rank):
    """The dimensions and the bytes of a gzip-compressed IDX file of bytes."""
    data = gzip.decompress(path.read_bytes())
    header = 4 + 4 * rank
    if data[:4] != bytes([0, 0, 8, rank]):
        sys.exit(f"{path}: not an IDX file of bytes in {rank} dimensions")
    return struct.unpack(f">{rank}I", data[4:header]), data[header:]


def read_images(folder, stem):
    """The images and the labels of one file pair."""
    shape, pixels = read_idx(folder / f"{stem}-images-idx3-ubyte.gz", 3)
    _, labels = read_idx(folder / f"{stem}-labels-idx1-ubyte.gz", 1)
    if shape != (len(labels), 28, 28) or len(pixels) != len(labels) * IMAGE_BYTES:
        sys.exit(f"{folder}: the {stem} images and labels do not fit together")
    return pixels, labels


def ranks_within_class(labels):
    """For each image, how many of its class stand before it."""
    seen = [0] * CLASSES
    ranks = []
    for label in labels:
        ranks.append(seen[label])
        seen[label] += 1
    return ranks


def write_idx(path, shape, data):
    """An IDX file of bytes in a gzip member without name, time or system."""
    content = bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + data
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    body = deflate.compress(content) + deflate.flush()
    header = bytes([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255])  # no flags, time 0, best, system unknown
    trailer = struct.pack("<II", zlib.crc32(content), len(content))
    path.write_bytes(header + body + trailer)
    for what, held in (("file", path.read_bytes()), ("content", content)):
        print(f"{hashlib.sha256(held).hexdigest()}  {path.name} ({what}, {len(held)} bytes)")


def main(source, target):
    pixels, labels = b"", b""
    for stem, low, high in (
        ("train", 0, TRAIN),
        ("train", TRAIN, TRAIN + VALIDATION),
        ("t10k", 0, TEST),
    ):
        all_pixels, all_labels = read_images(source, stem)
        ranks = ranks_within_class(all_labels)
        chosen = [index for index, rank in enumerate(ranks) if low <= rank < high]
        labels += bytes(all_labels[index] for index in chosen)
        pixels += b"".join(
            all_pixels[index * IMAGE_BYTES : (index + 1) * IMAGE_BYTES] for index in chosen
        )
        print(f"{stem}: {len(chosen)} images, the last at index {chosen[-1]}")
    write_idx(target / "fashion-mini-images-idx3-ubyte.gz", (len(labels), 28, 28), pixels)
    write_idx(target / "fashion-mini-labels-idx1-ubyte.gz", (len(labels),), labels)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
