package dev.weft.policy.istio.decide;

import dev.weft.policy.match.IpAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that nobody sent; of a target without requests, a connection.
 *
 * @param identity the caller's URI; empty: it comes without TLS
 * @param from the other end of the connection
 * @param serverName empty: the one that sidecars ask for
 * @param path with its query, beginning with {@code /}
 * @param headers in their order
 * @param token it comes with; {@code null}: none but what headers hold
 * @param answers of providers that would be asked, by name; of one that is missing: it allows
 */
public record Question(
    String identity,
    IpAddress from,
    String serverName,
    String method,
    String host,
    String path,
    List<Header> headers,
    @Nullable Token token,
    Map<String, Boolean> answers) {

  /** Stands in the path or a header where the token belongs. */
  public static final String PLACE = "${token}";

  public Question {
    headers = List.copyOf(headers);
    answers = Map.copyOf(answers);
  }

  /**
   * A header.
   *
   * @param name lower case
   */
  public record Header(String name, String value) {}

  /** A token. */
  public sealed interface Token {

    /**
     * One that is made up: its signature is what is said of it, and all else is judged.
     *
     * @param json an object
     * @param genuine whether its signature is one of the issuer's keys
     */
    record Claims(String json, boolean genuine) implements Token {
      @Override
      public String toString() {
        return "Claims";
      }
    }

    /** One that somebody made: its signature is checked. */
    record Text(String token) implements Token {
      @Override
      public String toString() {
        return "Text";
      }
    }
  }
}
