package dev.weft.proxy.config;

/**
 * A literal IP address or host name, and a port.
 *
 * @param port 0 to 65535; 0 only where a free port may be chosen
 */
public record HostPort(String host, int port) {

  public HostPort {
    if (host.isEmpty() || port < 0 || port > 65_535) {
      throw new IllegalArgumentException("not a host and port: " + host + ":" + port);
    }
  }

  /**
   * Reads {@code host:port} or {@code [v6]:port}; throws {@link IllegalArgumentException} for
   * anything else.
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[") && colon > 0 && text.charAt(colon - 1) == ']';
    if (colon <= 0 || (!bracketed && text.indexOf(':') != colon)) {
      throw new IllegalArgumentException("expected host:port, found \"" + text + "\"");
    }
    String host = bracketed ? text.substring(1, colon - 1) : text.substring(0, colon);
    try {
      return new HostPort(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("expected host:port, found \"" + text + "\"", e);
    }
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
