package dev.weft.proxy.http;

/**
 * The head of a response, the same for HTTP/1.1 and HTTP/2.
 *
 * @param status 100 to 599
 * @param headers lower-case names; without hop-by-hop headers and pseudo-headers
 */
public record ResponseHead(int status, HeaderList headers) {}
