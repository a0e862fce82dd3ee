package dev.weft.proxy.config;

/** Versions of the PROXY protocol. */
public enum ProxyVersion {
  V1,
  V2
}
