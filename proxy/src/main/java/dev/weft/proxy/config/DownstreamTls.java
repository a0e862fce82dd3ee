package dev.weft.proxy.config;

/**
 * TLS towards a peer that dialled us.
 *
 * @param requireClientCertificate whether a handshake without a client certificate is refused
 */
public record DownstreamTls(TlsParams params, boolean requireClientCertificate) {}
