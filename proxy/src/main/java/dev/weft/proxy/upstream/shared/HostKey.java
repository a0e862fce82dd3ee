package dev.weft.proxy.upstream.shared;

import dev.weft.proxy.config.HostPort;

/**
 * Tells hosts of an upstream apart: several instances stand behind the address of one gateway, each
 * with its own server name.
 *
 * @param sni from the endpoint's {@code weft} metadata; empty: none
 */
public record HostKey(HostPort address, String sni) {}
