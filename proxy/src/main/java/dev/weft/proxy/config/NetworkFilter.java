package dev.weft.proxy.config;

/** What a connection passes before the filter that a chain ends in. */
public sealed interface NetworkFilter permits NetworkRbac, NetworkExtAuthz {}
