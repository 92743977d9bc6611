"""When a loop of I/O goes on, where it goes next, and when it stops."""
import random
import time

from oracle import now
from patterns import offsets

TICK = 200000000
MOST = 1000  # I/Os of one kind that a mix makes at once


class Pace(object):
    """`loop` is the Loop of io_job.py; `until` (0 without end) and `count` (0 without) bound it."""

    def __init__(self, loop, until, count):
        job = loop.job
        self.loop = loop
        self.until = until
        self.count = count
        self.done = 0
        self.read_share = job['read_share'] / 100.0
        self.interval = int(1e9 / job['rate']) if job.get('rate') else 0
        self.due = self.check = now()
        self.pick = random.Random('%s mix %d' % (job['seed'], job['worker'])).random
        self._drawn = None
        self._size = loop.size
        self.places = offsets(job, loop.size)

    def reads_next(self):
        return self.read_share > 0 and self.pick() < self.read_share

    def run(self):
        """(whether they read, how many) I/Os of one kind that may follow each other."""
        if self.interval:
            return self.reads_next(), 1
        most, reads = 1 << 30, self.read_share == 1.0
        if 0 < self.read_share < 1:
            reads = self.reads_next() if self._drawn is None else self._drawn
            most, self._drawn = 1, None
            while most < MOST and self._drawn is None:
                drawn = self.reads_next()
                if drawn == reads:
                    most += 1
                else:
                    # the first of the next run
                    self._drawn = drawn
        return reads, min(most, self.count - self.done) if self.count else most

    def goes_on(self, ended, number):
        """To be told of every I/O, or of several at once: the last of `number` ended then."""
        self.done += number
        last = self.done == self.count
        if last or ended >= self.check:
            self.check = self.loop.tick()
            if self.loop.stopped or last or (self.until and ended >= self.until):
                return False
            if self.loop.size != self._size:
                self._size = self.loop.size
                self.places = offsets(self.loop.job, self._size)
            if self.until:
                self.check = min(self.check, self.until)
        if self.interval:
            self.due += self.interval
            wait = self.due - now()
            if wait > 0:
                time.sleep(wait / 1e9)
        return True
