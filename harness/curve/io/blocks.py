"""4 KiB blocks that say what they are, so that a block that is not the expected one shows what it is instead.

    ASSAY1 <tag 8> <volume 16> <block 16> <writer 4> <sequence 16> <crc 8>\\n  then bytes of a pool that the seed fills

All numbers in hex. The checksum is zlib's crc32 (crc32c is not in Python's library) over the line without it, and the rest. One writer
numbers its writes from 1 on, so writer and sequence name a version.
"""
import random
import zlib

BLOCK = 4096
HEAD = b'ASSAY1 %08x %016x %016x %04x %016x '
HEAD_SIZE = 7 + 8 + 1 + 16 + 1 + 16 + 1 + 4 + 1 + 16 + 1
LINE_SIZE = HEAD_SIZE + 9
BODY_SIZE = BLOCK - LINE_SIZE
POOL_SIZE = 1 << 16
SECTOR = 512
ZEROS = bytes(BLOCK)
NEVER = (0, 0)


class Blocks(object):
    def __init__(self, tag, volume, seed, as_text):
        self.tag = tag
        self.volume = volume
        pool = random.Random('assay blocks %s' % seed).getrandbits(8 * (POOL_SIZE + BODY_SIZE)).to_bytes(
            POOL_SIZE + BODY_SIZE, 'little')
        # wrappers that move text hold no byte above 127
        self.pool = bytes(byte & 0x7f or 0x20 for byte in pool) if as_text else pool

    def make(self, block, version):
        """The one right content of a block in a version (writer, sequence); sequence 0 is a block never written."""
        writer, sequence = version
        if sequence == 0:
            return ZEROS
        head = HEAD % (self.tag, self.volume, block, writer, sequence)
        start = (block * 0x9E3779B1 + sequence * 0x85EBCA6B + writer * 0xC2B2AE35) & (POOL_SIZE - 1)
        body = self.pool[start:start + BODY_SIZE]
        return b'%s%08x\n%s' % (head, zlib.crc32(body, zlib.crc32(head)), body)

    def parse(self, data):
        """(tag, volume, block, version) of a block whose checksum holds, or None."""
        if not data.startswith(b'ASSAY1 '):
            return None
        head = bytes(data[:HEAD_SIZE])
        try:
            checksum = int(data[HEAD_SIZE:HEAD_SIZE + 8], 16)
            tag, volume, block, writer, sequence = (int(word, 16) for word in head[7:].split())
        except ValueError:
            return None
        if zlib.crc32(data[LINE_SIZE:], zlib.crc32(head)) != checksum:
            return None
        return tag, volume, block, (writer, sequence)

    def classify(self, data, block, allowed, older):
        """What a block is that is in none of the allowed versions: (kind, details). `older` are versions it once had."""
        if data == ZEROS:
            return 'zero', {}
        said = self.parse(data)
        if said is not None:
            tag, volume, number, version = said
            details = {'tag': tag, 'volume': volume, 'block': number, 'writer': version[0], 'sequence': version[1]}
            if tag != self.tag or volume != self.volume:
                return 'foreign', details
            return ('misplaced' if number != block else 'stale'), details
        known = [self.make(block, version) for version in list(allowed) + list(older) + [NEVER]]
        sources = []
        for at in range(0, BLOCK, SECTOR):
            piece = data[at:at + SECTOR]
            sources.append(next((index for index, whole in enumerate(known) if whole[at:at + SECTOR] == piece), None))
        if None not in sources:
            return 'torn', {'sectors': sources}
        if data.startswith(b'ASSAY1 ') or any(source is not None for source in sources):
            return 'corrupt', {'sectors': [at for at, source in enumerate(sources) if source is None]}
        return 'foreign', {}
