package dev.weft.proxy.config;

/**
 * What becomes of a caller's headers and trailers with an underscore in their name ({@code
 * headers_with_underscores_action}): applications that follow CGI take {@code x_user} and {@code
 * x-user} for the same, while routing and authorization tell them apart.
 */
public enum UnderscoreNames {
  /** They are headers like others. */
  ALLOW,
  /** The request is refused. */
  REJECT,
  /** They go no further; nothing in the proxy sees them. */
  DROP
}
