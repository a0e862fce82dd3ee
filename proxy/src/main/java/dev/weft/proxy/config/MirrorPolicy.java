package dev.weft.proxy.config;

/**
 * {@code envoy.config.route.v3.RouteAction.RequestMirrorPolicy}: another upstream that gets a copy
 * of requests and whose answers are dropped.
 *
 * @param share of the requests
 * @param markHost whether {@code -shadow} is added to the Host
 */
public record MirrorPolicy(String upstream, Fraction share, boolean markHost) {}
