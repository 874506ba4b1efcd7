// How often each latency was seen: a log-linear histogram, as HdrHistogram's. Each power of two has 128 parts, so that a
// percentile is at most 0.8 % above what was seen, from a nanosecond to half a millennium.
#pragma once
#include <stdint.h>
#include <string.h>

enum { HISTOGRAM_PART_BITS = 7, HISTOGRAM_PARTS = 1 << HISTOGRAM_PART_BITS };

struct histogram {
    uint64_t count, largest;
    uint64_t counts[(64 - HISTOGRAM_PART_BITS + 1) * HISTOGRAM_PARTS];
};

static inline void histogram_clear(struct histogram *self) { memset(self, 0, sizeof *self); }

static inline void histogram_add(struct histogram *self, uint64_t value, uint64_t count) {
    int shift = value < HISTOGRAM_PARTS ? 0 : 63 - __builtin_clzll(value) - HISTOGRAM_PART_BITS;
    // A value that is shifted keeps its highest bit, which counts as one row of parts more.
    self->counts[(uint64_t)shift * HISTOGRAM_PARTS + (value >> shift)] += count;
    self->count += count;
    if (value > self->largest) self->largest = value;
}

// The largest value of the part in which the percentile lies: 0.5 for the median.
static inline uint64_t histogram_percentile(const struct histogram *self, double percentile) {
    uint64_t rank = (uint64_t)(percentile * (double)self->count), seen = 0;
    if (rank >= self->count) return self->largest;
    for (uint64_t index = 0;; index++) {
        seen += self->counts[index];
        if (seen > rank) {
            uint64_t shift = index < 2 * HISTOGRAM_PARTS ? 0 : index / HISTOGRAM_PARTS - 1;
            uint64_t value = ((index - shift * HISTOGRAM_PARTS + 1) << shift) - 1;
            return value < self->largest ? value : self->largest;
        }
    }
}
