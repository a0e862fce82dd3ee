package dev.weft.policy.svid;

/**
 * Tickets of the JDK's TLS, sessions that peers keep. Who resumes one shows no certificate, so that
 * no verifier is asked.
 */
public final class JdkTickets {
  private JdkTickets() {}

  /**
   * Has none handed out, also by contexts that keep no sessions, unless the command line says
   * otherwise. {@code newSessionTicketCount} is TLS 1.3's, read when the JDK's TLS is first used;
   * the other is TLS 1.2's, read for each context. Any thread, before the first context is made.
   */
  public static void turnOff() {
    unlessSet("jdk.tls.server.newSessionTicketCount", "0");
    unlessSet("jdk.tls.server.enableSessionTicketExtension", "false");
  }

  private static void unlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
