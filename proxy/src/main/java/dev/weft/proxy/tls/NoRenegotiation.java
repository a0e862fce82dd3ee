package dev.weft.proxy.tls;

/**
 * Makes the JDK's TLS refuse a second handshake that the peer asks for on a connection of TLS 1.2,
 * as BoringSSL does: it would let a peer change its certificate after it was checked, and costs us
 * more than the peer. The JDK reads this once, when its TLS is first used.
 */
final class NoRenegotiation {
  private static final String REFUSE = "jdk.tls.rejectClientInitiatedRenegotiation";

  private NoRenegotiation() {}

  static void apply() {
    if (System.getProperty(REFUSE) == null) {
      System.setProperty(REFUSE, "true");
    }
  }
}
