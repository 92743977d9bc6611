"""The loop without verification: as little as can be around the call that is measured. Reads and writes have each their own,
since one for both would ask, or call, once more per operation."""
import os
from itertools import islice

from figures import SLOT_BITS
from oracle import now


def plain(loop, fd, pace):
    length = loop.job['block_size']
    data = os.urandom(length)
    going = True
    while going:
        reads, most = pace.run()
        places = islice(pace.places, most)
        if reads:
            ended, number = _read(loop, fd, places, length, pace.check)
        else:
            ended, number = _write(loop, fd, places, data, pace.check)
        going = pace.goes_on(ended, number)


def _read(loop, fd, places, length, check):
    """Reads place by place, up to the time of the next report. Gives when the last ended, and how many there were."""
    read, figures, clock = loop.client.Read, loop.reads, now
    slots = figures.slots
    number = failed = total = ended = 0
    for at in places:
        started = clock()
        answer = read(fd, '', at, length)
        ended = clock()
        number += 1
        if answer.__class__ is int:
            failed += 1
            loop.failed('Read', answer)
        else:
            latency = ended - started
            total += latency
            try:
                slots[latency >> SLOT_BITS] += 1
            except IndexError:
                figures.slow.append(latency)
        if ended >= check:
            break
    figures.total += total
    figures.bytes += (number - failed) * length
    return ended, number


def _write(loop, fd, places, data, check):
    """The same for writes, all of the same bytes."""
    write, figures, clock, length = loop.client.Write, loop.writes, now, len(data)
    slots = figures.slots
    number = failed = total = ended = 0
    for at in places:
        started = clock()
        answer = write(fd, data, at, length)
        ended = clock()
        number += 1
        if answer != length:
            failed += 1
            loop.failed('Write', answer)
        else:
            latency = ended - started
            total += latency
            try:
                slots[latency >> SLOT_BITS] += 1
            except IndexError:
                figures.slow.append(latency)
        if ended >= check:
            break
    figures.total += total
    figures.bytes += (number - failed) * length
    return ended, number
