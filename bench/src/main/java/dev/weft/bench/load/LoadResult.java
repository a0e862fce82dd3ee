package dev.weft.bench.load;

/**
 * What a load generator counted.
 *
 * @param requests answered completely
 * @param errors failed, or answered with another status than 2xx
 * @param seconds how long it took
 * @param p50Micros median latency, microseconds
 * @param p99Micros 99th percentile of latency, microseconds
 */
public record LoadResult(
    long requests, long errors, double seconds, double p50Micros, double p99Micros) {}
