"""Holds blocks that were read against what they may be."""
from blocks import BLOCK

KEPT = 50
DUMPED = 96


class Verifier(object):
    def __init__(self, loop, reader):
        self.loop = loop
        self.reader = reader
        self.blocks = loop.blocks
        self.verified = 0
        self.mismatches = 0
        self.stale_zeros = 0
        self.failures = []
        self.any_unwritten = loop.job.get('unwritten') == 'any'

    def look(self, block, count):
        """To be taken before the read: what each block may hold."""
        return self.reader.look(block, count)

    def check(self, data, block, looks, phase):
        for index, (allowed, numbers) in enumerate(looks):
            piece = data[index * BLOCK:(index + 1) * BLOCK]
            self.verified += 1
            if not self._right(piece, block + index, allowed, numbers):
                self._report(piece, block + index, allowed, phase)

    def _right(self, piece, block, allowed, numbers):
        for version in allowed:
            if piece == self.blocks.make(block, version):
                return True
        if self.any_unwritten and (0, 0) in allowed:
            return True
        said = self.blocks.parse(piece)
        return (said is not None and said[:3] == (self.blocks.tag, self.blocks.volume, block)
                and self.reader.during(block, numbers, said[3]))

    def _report(self, piece, block, allowed, phase):
        kind, found = self.blocks.classify(piece, block, allowed, self.reader.older(block))
        persists = None
        if kind in ('stale', 'zero'):
            persists = self._persists(block)
            # libcurve's way: an opening that has seen a chunk empty goes on giving zeros there after another client wrote it
            if kind == 'zero' and not persists and all(writer != self.loop.job['worker'] for writer, _ in allowed):
                self.stale_zeros += 1
                return
            # An older version that a fresh opening does not see was this opening's; one that stays means that a write was lost.
            kind = 'stale' if not persists else ('lost' if kind == 'stale' else kind)
        self.mismatches += 1
        if len(self.failures) < KEPT:
            self.failures.append({
                'kind': kind, 'block': block, 'offset': block * BLOCK, 'phase': phase,
                'expected': [{'writer': version[0], 'sequence': version[1]} for version in allowed],
                'found': found, 'persists': persists, 'start': bytes(piece[:DUMPED]).hex()})

    def _persists(self, block):
        """Whether a fresh opening sees the wrong content as well."""
        allowed, numbers = self.reader.look(block, 1)[0]
        fd = self.loop.open()
        try:
            piece = self.loop.wrapper.read(fd, block * BLOCK, BLOCK)
        finally:
            self.loop.client.Close(fd)
        return isinstance(piece, int) or not self._right(piece, block, allowed, numbers)


