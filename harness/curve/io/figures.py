"""Counts and latencies of one kind of operation. The loop adds to `slots`, 256 ns each; what is longer goes to `slow`."""

SLOT_BITS = 8
SLOTS = 1 << 14  # 4.2 ms


def bucket(value):
    """Log-bucketed, 32 to an octave: an error of 3 percent. TypeScript's side: harness/curve/io/histogram.ts."""
    if value < 32:
        return value
    shift = value.bit_length() - 6
    return (shift << 5) + (value >> shift)


class Figures(object):
    def __init__(self):
        self.slots = [0] * SLOTS
        self.slow = []
        self.total = 0
        self.bytes = 0

    def add(self, latency):
        if latency >> SLOT_BITS < SLOTS:
            self.slots[latency >> SLOT_BITS] += 1
        else:
            self.slow.append(latency)

    def count(self):
        return sum(self.slots) + len(self.slow)

    def result(self):
        buckets = {}
        for slot, count in enumerate(self.slots):
            if count:
                key = bucket((slot << SLOT_BITS) + (1 << SLOT_BITS >> 1))
                buckets[key] = buckets.get(key, 0) + count
        for latency in self.slow:
            key = bucket(latency)
            buckets[key] = buckets.get(key, 0) + 1
        slots = [slot for slot, count in enumerate(self.slots) if count]
        longest = max(self.slow) if self.slow else ((slots[-1] + 1) << SLOT_BITS if slots else 0)
        return {'buckets': sorted(buckets.items()), 'total': self.total, 'bytes': self.bytes, 'max': longest}
