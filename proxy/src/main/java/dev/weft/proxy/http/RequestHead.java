package dev.weft.proxy.http;

import org.jspecify.annotations.Nullable;

/**
 * The head of a request, the same for HTTP/1.1 and HTTP/2. Mutable through {@code headers} only;
 * used on one event loop.
 *
 * @param method as sent; GET for an extended CONNECT (RFC 8441)
 * @param scheme {@code http} or {@code https}
 * @param authority the Host, with its port where one was sent; never empty
 * @param path path and query, beginning with {@code /}, or {@code *}; already normalised as
 *     configured; empty for CONNECT
 * @param headers lower-case names; without Host, hop-by-hop headers and pseudo-headers
 * @param upgrade protocol to change to, as sent; {@link #CONNECT} for the method. What follows the
 *     head are bytes of that protocol, after 101 or, for CONNECT, 2xx. Empty: none
 */
public record RequestHead(
    String method,
    String scheme,
    String authority,
    String path,
    HeaderList headers,
    String upgrade) {
  /** The upgrade of a CONNECT. */
  public static final String CONNECT = "CONNECT";

  /** Of a CONNECT that is ended here: the host gets the bytes alone. */
  public static final String RAW = "raw";

  /** A request that is no more than a request. */
  public RequestHead(
      String method, String scheme, String authority, String path, HeaderList headers) {
    this(method, scheme, authority, path, headers, "");
  }

  /** Whether it asks for another protocol. */
  public boolean upgrades() {
    return !upgrade.isEmpty();
  }

  /** Whether an answer with the status begins the other protocol. */
  public boolean upgradedBy(int status) {
    if (upgrade.isEmpty()) {
      return false;
    }
    return (upgrade.equals(CONNECT) || upgrade.equals(RAW))
        ? status >= 200 && status < 300
        : status == 101;
  }

  /** The value of a header or pseudo-header, several joined by a comma; {@code null}: none. */
  public @Nullable String field(String name) {
    return switch (name) {
      case ":method" -> method;
      case ":path" -> path;
      case ":authority", "host" -> authority;
      case ":scheme" -> scheme;
      default -> headers.joined(name);
    };
  }

  /** The same request, with the same headers, for another target. */
  public RequestHead target(String newAuthority, String newPath) {
    return new RequestHead(method, scheme, newAuthority, newPath, headers, upgrade);
  }

  /** Whether the request is a gRPC call: {@code application/grpc}, {@code +} or {@code ;} after. */
  public boolean isGrpc() {
    String type = headers.get("content-type");
    return type != null
        && type.startsWith("application/grpc")
        && (type.length() == 16 || type.charAt(16) == '+' || type.charAt(16) == ';');
  }
}
