package dev.weft.proxy.config;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of TLS towards a server outside of the mesh is another than between the mesh's own ends.
 * Immutable; two of the same digest are equal, since comparing certificates would cost more than a
 * connection.
 */
public final class Origination {
  /** Nothing: the peer is of the mesh, or not checked. */
  public static final Origination NONE = new Origination(null, List.of(), false, "");

  private final @Nullable ClientCredential credential;
  private final List<X509Certificate> authorities;
  private final boolean nameFromSni;
  private final String digest;

  /**
   * @param credential presented where the server asks; {@code null}: what the TLS context says
   * @param authorities whose servers are believed; empty: as the TLS context says
   * @param nameFromSni whether the server's certificate has to carry the server name that is sent,
   *     in place of the context's own matchers
   * @param digest of all of it
   */
  public Origination(
      @Nullable ClientCredential credential,
      List<X509Certificate> authorities,
      boolean nameFromSni,
      String digest) {
    this.credential = credential;
    this.authorities = List.copyOf(authorities);
    this.nameFromSni = nameFromSni;
    this.digest = digest;
  }

  public @Nullable ClientCredential credential() {
    return credential;
  }

  public List<X509Certificate> authorities() {
    return authorities;
  }

  public boolean nameFromSni() {
    return nameFromSni;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Origination that
        && nameFromSni == that.nameFromSni
        && digest.equals(that.digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return "Origination[" + digest + (nameFromSni ? ", name by SNI]" : "]");
  }
}
