package dev.weft.proxy.http;

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
    String method, String scheme, String authority, String path, HeaderList headers) {}
