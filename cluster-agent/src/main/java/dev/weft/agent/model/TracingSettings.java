package dev.weft.agent.model;

/**
 * How the cluster's nodes trace requests.
 *
 * @param samplingPercent share of the traces that begin here that are sampled, 0 to 100; a caller's
 *     decision holds
 * @param collector {@code host:port} of a receiver of spans, OTLP over gRPC without TLS, as the
 *     nodes reach it; empty: the receiver of each node's bootstrap file
 */
public record TracingSettings(double samplingPercent, String collector) {}
