package dev.weft.policy.jwt;

import java.util.List;

/**
 * Where in a request tokens are looked for: everywhere that is named.
 *
 * @param params of the query
 */
public record TokenLocations(List<Header> headers, List<String> params, List<String> cookies) {

  /** Where nothing is named: RFC 6750 sections 2.1 and 2.3. */
  public static final TokenLocations USUAL =
      new TokenLocations(
          List.of(new Header("authorization", "Bearer ")), List.of("access_token"), List.of());

  /** Nothing is named. */
  public static final TokenLocations NONE = new TokenLocations(List.of(), List.of(), List.of());

  /** Copies. */
  public TokenLocations {
    headers = List.copyOf(headers);
    params = List.copyOf(params);
    cookies = List.copyOf(cookies);
  }

  /**
   * A header.
   *
   * @param name lower case
   * @param prefix what stands before the token, found anywhere in the value; empty: nothing
   */
  public record Header(String name, String prefix) {}

  /** Those that count: the usual ones where none is named. */
  public TokenLocations orUsual() {
    return equals(NONE) ? USUAL : this;
  }
}
