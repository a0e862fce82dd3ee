package dev.weft.bench.comparison;

/**
 * How much is measured.
 *
 * @param rounds quiet rounds wanted for each mode
 * @param seconds of load in a slice
 * @param warmup seconds of load before the first round, for a peer that gets faster; others get one
 *     slice
 * @param furtherWarmups how many slices of load may follow that while requests become cheaper
 * @param foreign the largest share of a processor that others may use in a slice, 0 to 1
 * @param attempts how often a slice is tried before its round is given up
 */
record Plan(
    int rounds, int seconds, int warmup, int furtherWarmups, double foreign, int attempts) {}
