package dev.weft.proxy.config;

/**
 * TLS towards a peer that we dial.
 *
 * @param sni server name; empty: none is sent. An endpoint's own server name takes its place
 * @param origination what is another towards servers outside of the mesh
 */
public record UpstreamTls(TlsParams params, String sni, Origination origination) {

  /** Towards a peer of the mesh, or one that is not checked. */
  public UpstreamTls(TlsParams params, String sni) {
    this(params, sni, Origination.NONE);
  }
}
