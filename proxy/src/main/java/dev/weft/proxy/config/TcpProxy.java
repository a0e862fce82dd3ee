package dev.weft.proxy.config;

import java.time.Duration;

/**
 * Bytes both ways to an upstream.
 *
 * @param upstream its name
 * @param idleTimeout without bytes in either direction; zero: none. Envoy's default is one hour
 */
public record TcpProxy(String upstream, Duration idleTimeout, String statPrefix)
    implements FilterChain.Terminal {}
