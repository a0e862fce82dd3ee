package dev.weft.proxy.http;

import org.jspecify.annotations.Nullable;

/**
 * The head of a request, the same for HTTP/1.1 and HTTP/2. Mutable through {@code headers} only;
 * used on one event loop.
 *
 * @param method as sent
 * @param scheme {@code http} or {@code https}
 * @param authority the Host, with its port where one was sent; never empty
 * @param path path and query, beginning with {@code /}, or {@code *}; already normalised as
 *     configured
 * @param headers lower-case names; without Host, hop-by-hop headers and pseudo-headers
 */
public record RequestHead(
    String method, String scheme, String authority, String path, HeaderList headers) {

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
    return new RequestHead(method, scheme, newAuthority, newPath, headers);
  }

  /** Whether the request is a gRPC call: {@code application/grpc}, {@code +} or {@code ;} after. */
  public boolean isGrpc() {
    String type = headers.get("content-type");
    return type != null
        && type.startsWith("application/grpc")
        && (type.length() == 16 || type.charAt(16) == '+' || type.charAt(16) == ';');
  }
}
