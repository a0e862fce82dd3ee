package dev.weft.agent.model;

/** A literal IP address or host name, and a port from 1 to 65535. */
public record Address(String host, int port) {

  public Address {
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("not a host and port: " + host + ":" + port);
    }
  }

  /**
   * Reads {@code host:port} or {@code [v6]:port}; throws {@link IllegalArgumentException} for
   * anything else.
   */
  public static Address parse(String text) {
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[") && colon > 0 && text.charAt(colon - 1) == ']';
    if (colon <= 0 || (!bracketed && text.indexOf(':') != colon)) {
      throw new IllegalArgumentException("expected host:port, found \"" + text + "\"");
    }
    try {
      return new Address(
          bracketed ? text.substring(1, colon - 1) : text.substring(0, colon),
          Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected host:port, found \"" + text + "\"", e);
    }
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
