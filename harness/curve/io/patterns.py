"""Where the next I/O goes: generators of offsets in a working set, for one of several workers (`parts` in all)."""
import bisect
import random

ZIPF_RANKS = 1 << 16
ZIPF_EXPONENT = 1.1


def share(count, worker, workers):
    """The worker's part of `count` places: neighbours without overlap."""
    return count * worker // workers, count * (worker + 1) // workers


def offsets(job, size):
    """Endless offsets. With `overlap` every worker goes everywhere, else each has a part of its own."""
    length, start = job['block_size'], job['offset']
    count = size // length
    first, last = (0, count) if job.get('overlap') else share(count, job['worker'], job['parts'])
    places = last - first
    if places <= 0:
        raise ValueError('a working set of %d bytes has no place of %d bytes for each of %d workers' % (
            size, length, job['parts']))
    pick = random.Random('%s offsets %d' % (job['seed'], job['worker'])).random
    kind = job['pattern']
    base = start + first * length
    if kind == 'sequential':
        while True:
            for at in range(base, base + places * length, length):
                yield at
    if kind == 'random':
        while True:
            yield base + int(pick() * places) * length
    if kind == 'zipf':
        ranks = min(places, ZIPF_RANKS)
        total, sums = 0.0, []
        for rank in range(ranks):
            total += 1.0 / (rank + 1) ** ZIPF_EXPONENT
            sums.append(total)
        while True:
            rank = bisect.bisect_left(sums, pick() * total)
            # neighbouring ranks lie apart, as hot data does
            yield base + (rank * 2654435761 % places) * length
    if kind == 'list':
        own = job['offsets'] if job.get('overlap') else job['offsets'][job['worker']::job['parts']]
        while own:
            for at in own:
                yield at
        raise ValueError('there are fewer offsets (%d) than workers' % len(job['offsets']))
    raise ValueError('there is no pattern "%s"' % kind)
