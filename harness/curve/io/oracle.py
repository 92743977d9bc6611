"""What every block may hold: for each writer its last acknowledged write of the block, and what is in flight.

One file, mapped by all sidecars of a run and outliving any of them: what a killed process had in flight stays known. Seven
numbers per writer and block; a writer changes only its own.
"""
import mmap
import os
import time
from array import array

ACKED, PREVIOUS, STARTED, ENDED, PENDING, PENDING_SINCE, UNKNOWN = range(7)
KINDS = 7
# a block that nobody wrote: never-written is the one version
UNTOUCHED = ([(0, 0)], {})
HEADER = 4096 // 8

now = getattr(time, 'monotonic_ns', None) or (lambda: int(time.monotonic() * 1e9))


class Oracle(object):
    def __init__(self, path, writers, blocks):
        self.writers = writers
        self.blocks = blocks
        size = (HEADER + KINDS * writers * blocks) * 8
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(file, size)
            page = mmap.mmap(file, size)
        finally:
            os.close(file)
        self.words = memoryview(page).cast('Q')

    def column(self, kind, writer):
        start = HEADER + (kind * self.writers + writer) * self.blocks
        return self.words[start:start + self.blocks]

    def of(self, writer):
        return [self.column(kind, writer) for kind in range(KINDS)]


class Writer(object):
    """One sidecar's side of the oracle."""

    def __init__(self, oracle, number):
        self.number = number
        self.words = oracle.words
        (self.acked, self.previous, self.started, self.ended, self.pending, self.since,
         self.unknown) = oracle.of(number)

    def begin(self, block, count):
        """Notes a write of blocks before it is sent; gives its sequence number."""
        sequence = self.words[self.number] + 1
        self.words[self.number] = sequence
        for at in range(block, block + count):
            # the outcome of the one before was never told: it may still be what the block holds
            if self.pending[at]:
                self.unknown[at] = self.pending[at]
        if count == 1:
            self.since[block] = now()
            self.pending[block] = sequence
        else:
            self.since[block:block + count] = array('Q', [now()]) * count
            self.pending[block:block + count] = array('Q', [sequence]) * count
        return sequence

    def acknowledge(self, block, count, sequence):
        end = block + count
        if count == 1:
            self.previous[block] = self.acked[block]
            self.acked[block] = sequence
            self.started[block] = self.since[block]
            self.ended[block] = now()
            self.unknown[block] = 0
            self.pending[block] = 0
            return
        nothing = array('Q', [0]) * count
        self.previous[block:end] = self.acked[block:end]
        self.acked[block:end] = array('Q', [sequence]) * count
        self.started[block:end] = self.since[block:end]
        self.ended[block:end] = array('Q', [now()]) * count
        self.unknown[block:end] = nothing
        self.pending[block:end] = nothing

    def withdraw(self, block, count):
        """The write was refused before anything was written."""
        for at in range(block, block + count):
            self.pending[at] = 0


class Reader(object):
    """What a read may give. A look is taken before the read: for each block (versions it may hold, acknowledged numbers by writer)."""

    def __init__(self, oracle, writers):
        # columns of writers that no run has used hold nothing
        used = [number for number in range(oracle.writers) if number < writers or oracle.words[number]]
        self.columns = dict((number, oracle.of(number)) for number in used)

    def _busy(self, block, count):
        """The writers that have anything to do with some of these blocks."""
        nothing = bytes(8 * count)
        return [(number, columns) for number, columns in self.columns.items()
                if columns[ACKED][block:block + count].tobytes() != nothing
                or columns[PENDING][block:block + count].tobytes() != nothing]

    def touched(self, block, count):
        return bool(self._busy(block, count))

    def look(self, block, count):
        busy = self._busy(block, count)
        if not busy:
            return [UNTOUCHED] * count
        return [self._before(at, busy) for at in range(block, block + count)]

    @staticmethod
    def _before(block, busy):
        acked, open_ended, numbers = [], [], {}
        for writer, columns in busy:
            number = columns[ACKED][block]
            if number:
                numbers[writer] = number
                acked.append((columns[STARTED][block], columns[ENDED][block], (writer, number)))
            for kind in (PENDING, UNKNOWN):
                if columns[kind][block]:
                    open_ended.append((writer, columns[kind][block]))
        if not acked:
            return ([(0, 0)] + open_ended, numbers) if open_ended else UNTOUCHED
        if len(acked) == 1:
            return [acked[0][2]] + open_ended, numbers
        latest = max(started for started, _, _ in acked)
        # a write that ended before another began cannot be what the block holds
        return [version for _, ended, version in acked if ended >= latest] + open_ended, numbers

    def during(self, block, numbers, version):
        """Whether this version came while the block was read."""
        writer, number = version
        if writer not in self.columns:
            return False
        columns = self.columns[writer]
        return numbers.get(writer, 0) < number <= max(columns[ACKED][block], columns[PENDING][block])

    def older(self, block):
        return [(writer, columns[kind][block]) for writer, columns in self.columns.items()
                for kind in (ACKED, PREVIOUS) if columns[kind][block]]
