"""A loop of I/O inside the sidecar: one call after the other on a volume of its own opening, with what the oracle knows.

The job is a map (harness/curve/io/plan.ts builds it). Every tick a frame { progress } goes out, and one is read if the caller has
sent one: { op: stop } or { op: grow, size }.
"""
import os
import tempfile

from blocks import BLOCK, Blocks
from figures import Figures
from oracle import Oracle, Reader, Writer, now
from pace import TICK, Pace
from patterns import share
from plain import plain
from verify import Verifier

SPAN = 256  # blocks of one read of the sweep
MAX_ERRORS = 1000
SAMPLE = 64  # of the spans that nobody wrote to, one in so many is looked at


class Loop(object):
    def __init__(self, job, wrapper, frames):
        self.job = job
        self.wrapper = wrapper
        self.frames = frames
        self.client = wrapper.client
        self.user = wrapper.user(job['user'])
        self.reads = Figures()
        self.writes = Figures()
        self.errors = {}
        self.stopped = False
        self.size = job['size']
        self.sent = (0, 0, 0)
        self.verifier = None
        self.blocks = None
        if job.get('oracle'):
            oracle = Oracle(job['oracle'], job['workers'], job['oracle_blocks'])
            self.blocks = Blocks(job['tag'], job['volume'], job['seed'], wrapper.uses_text or job.get('text', False))
            self.writer = Writer(oracle, job['worker'])
            self.verifier = Verifier(self, Reader(oracle, job['parts']))

    def open(self):
        fd = self.client.Open(self.job['path'], self.user)
        if fd < 0:
            raise RuntimeError('Open(%s) gave %d' % (self.job['path'], fd))
        return fd

    # -- what happened

    def failed(self, call, code):
        key = '%s %d' % (call, code)
        self.errors[key] = self.errors.get(key, 0) + 1
        if sum(self.errors.values()) >= MAX_ERRORS:
            self.stopped = True

    def tick(self, force=False):
        """Reports, and listens. The longest of the latencies since the last report is not known; the total is."""
        reads, writes, count = self.reads.count(), self.writes.count(), sum(self.errors.values())
        seen = self.verifier.verified if self.verifier else 0
        self.frames.write({'progress': {
            'reads': reads, 'writes': writes, 'bytes': self.reads.bytes + self.writes.bytes, 'errors': count,
            'verified': seen, 'mismatches': self.verifier.mismatches if self.verifier else 0}})
        while self.frames.waiting():
            message, _ = self.frames.read()
            if message.get('op') == 'stop':
                self.stopped = True
            elif message.get('op') == 'grow':
                self.size = message['size']
        return now() + TICK

    def result(self):
        return {
            'reads': self.reads.result(), 'writes': self.writes.result(), 'errors': self.errors,
            'verified': self.verifier.verified if self.verifier else 0,
            'mismatches': self.verifier.mismatches if self.verifier else 0,
            'stale_zeros': self.verifier.stale_zeros if self.verifier else 0,
            'failures': self.verifier.failures if self.verifier else [],
        }

    # -- the loops

    def run(self):
        job = self.job
        fd = self.open()
        try:
            began = now()
            if job.get('ramp'):
                self.loop(fd, began + int(job['ramp'] * 1e9), 0)
                self.reads, self.writes = Figures(), Figures()
                began = now()
            until = began + int(job['duration'] * 1e9) if job.get('duration') else 0
            self.loop(fd, until, job.get('count') or 0)
            elapsed = now() - began
        finally:
            self.client.Close(fd)
        return dict(self.result(), elapsed=elapsed)

    def loop(self, fd, until, count):
        pace = Pace(self, until, count)
        if self.blocks is None and not self.wrapper.uses_text:
            plain(self, fd, pace)
        else:
            self.careful(fd, pace)

    def careful(self, fd, pace):
        """With blocks that say what they are."""
        length = self.job['block_size']
        per = length // BLOCK
        inline = self.verifier is not None and self.job.get('inline', True)
        going = True
        while going:
            at = next(pace.places)
            if pace.reads_next():
                before = self.verifier.look(at // BLOCK, per) if inline else None
                started = now()
                data = self.wrapper.read(fd, at, length)
                ended = now()
                if isinstance(data, int):
                    self.failed('Read', data)
                else:
                    self.note(self.reads, ended - started, length)
                    if inline:
                        self.verifier.check(data, at // BLOCK, before, 'inline')
            else:
                ended = self.write(fd, at, length)
            going = pace.goes_on(ended, 1)

    def write(self, fd, at, length):
        if self.blocks is None:
            data, sequence = b'a' * length, 0
        else:
            block, per = at // BLOCK, length // BLOCK
            sequence = self.writer.begin(block, per)
            version = (self.writer.number, sequence)
            data = b''.join([self.blocks.make(number, version) for number in range(block, block + per)])
        started = now()
        code = self.wrapper.write(fd, data, at, length)
        ended = now()
        if code == length:
            if sequence:
                self.writer.acknowledge(block, per, sequence)
            self.note(self.writes, ended - started, length)
        else:
            # -22, -23 and out of bounds (-2) come before anything is written; of the rest nobody knows
            if sequence and code in (-22, -23, -2):
                self.writer.withdraw(block, per)
            self.failed('Write', code)
        return ended

    @staticmethod
    def note(figures, latency, length):
        figures.add(latency)
        figures.total += latency
        figures.bytes += length

    def fill(self):
        """Writes the worker's part of the working set once, in order."""
        job = self.job
        first, last = share(job['size'] // BLOCK, job['worker'], job['parts'])
        fd = self.open()
        began = check = now()
        try:
            for block in range(first, last, SPAN):
                count = min(SPAN, last - block)
                if self.write(fd, job['offset'] + block * BLOCK, count * BLOCK) >= check:
                    check = self.tick()
                if self.stopped:
                    break
        finally:
            self.client.Close(fd)
        return dict(self.result(), elapsed=now() - began)

    def sweep(self):
        """Reads the worker's part of the working set on a fresh opening: every span that somebody wrote to, and some that nobody did."""
        job = self.job
        first, last = share((job['size'] + BLOCK - 1) // BLOCK, job['worker'], job['parts'])
        first, last = first + job['offset'] // BLOCK, last + job['offset'] // BLOCK
        fd = self.open()
        check = now() + TICK
        began = now()
        try:
            for number, block in enumerate(range(first, last, SPAN)):
                count = min(SPAN, last - block)
                if not self.verifier.reader.touched(block, count) and number % SAMPLE:
                    continue
                before = self.verifier.look(block, count)
                started = now()
                data = self.wrapper.read(fd, block * BLOCK, count * BLOCK)
                ended = now()
                if isinstance(data, int):
                    self.failed('Read', data)
                    continue
                self.note(self.reads, ended - started, count * BLOCK)
                self.verifier.check(data, block, before, 'sweep')
                if ended >= check:
                    check = self.tick()
                    if self.stopped:
                        break
        finally:
            self.client.Close(fd)
        return dict(self.result(), elapsed=now() - began)


def run(job, wrapper, frames):
    what = job['what']
    if what == 'oracle':
        # on the machine where the sidecars run, wherever that is
        file, path = tempfile.mkstemp(prefix='assay-oracle-')
        os.close(file)
        return {'path': path}
    if what == 'forget':
        os.unlink(job['path'])
        return {}
    loop = Loop(job, wrapper, frames)
    return {'verify': loop.sweep, 'fill': loop.fill, 'io': loop.run}[what]()
