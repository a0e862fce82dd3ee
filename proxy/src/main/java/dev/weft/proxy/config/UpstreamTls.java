package dev.weft.proxy.config;

/**
 * TLS towards a peer that we dial.
 *
 * @param sni server name; empty: none is sent. An endpoint's own server name takes its place
 */
public record UpstreamTls(TlsParams params, String sni) {}
