package dev.weft.policy.istio.decide;

import dev.weft.policy.istio.compile.TokenFilter;
import dev.weft.policy.istio.decide.Question.Header;
import dev.weft.policy.jwt.JwtPolicy;
import dev.weft.policy.jwt.JwtRefusal;
import dev.weft.policy.match.IpAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/**
 * Verifies the tokens of requests that somebody else holds, as a sidecar's filter does, with the
 * keys that are in the configuration. Belongs to one thread at a time.
 */
public final class RequestTokens {
  private static final IpAddress NOWHERE = new IpAddress(false, 0, 0);

  private final TokenCheck check;

  /**
   * @param policy what tokens have to be
   * @param clock that their lifetimes are held against
   */
  public RequestTokens(JwtPolicy<String> policy, InstantSource clock) {
    this.check = new TokenCheck(policy, clock);
  }

  /** What became of a request's tokens. */
  public sealed interface Outcome permits Refused, Taken {}

  /**
   * One is not taken.
   *
   * @param status of the answer, 401, 403 or 400
   */
  public record Refused(int status, String reason) implements Outcome {}

  /**
   * All that are there are genuine.
   *
   * @param told what the filter tells those behind it; empty: there was none
   */
  public record Taken(Map<String, ?> told) implements Outcome {
    public Taken {
      told = Map.copyOf(told);
    }
  }

  /**
   * Looks at a request.
   *
   * @param path with its query
   * @param headers by lower-case name
   */
  public Outcome check(String method, String host, String path, Map<String, String> headers) {
    List<Header> all =
        headers.entrySet().stream()
            .filter(header -> !header.getKey().startsWith(":"))
            .map(header -> new Header(header.getKey(), header.getValue()))
            .toList();
    SampleRequest request =
        SampleRequest.of(
            new Question(
                "", NOWHERE, "", method, host, path.isEmpty() ? "/" : path, all, null, Map.of()));
    if (request == null) {
      return new Refused(400, "the path cannot be normalized");
    }
    JwtRefusal refusal = check.check(request);
    if (refusal != null) {
      return new Refused(refusal == JwtRefusal.AUDIENCE_NOT_ALLOWED ? 403 : 401, refusal.text());
    }
    Map<String, ?> told = request.said(TokenFilter.NAME);
    return new Taken(told == null ? Map.of() : told);
  }
}
