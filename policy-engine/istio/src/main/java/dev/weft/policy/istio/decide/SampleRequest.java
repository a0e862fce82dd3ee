package dev.weft.policy.istio.decide;

import dev.weft.policy.istio.decide.Question.Header;
import dev.weft.policy.istio.decide.Question.Token;
import dev.weft.policy.match.PathNormalizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A question as filters see and change it, with the dynamic metadata that they leave to those
 * behind them. Belongs to one thread.
 */
final class SampleRequest {
  /** What no real token ends in: whoever gets hold of one finds it worth nothing. */
  private static final String NO_SIGNATURE = encode("hypothetical");

  private static final String HEADER = encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");

  private final String method;
  private final String authority;
  private String path;
  private final List<Header> headers = new ArrayList<>();
  private final String assumed;
  private final boolean genuine;
  private final Map<String, Map<String, ?>> metadata = new HashMap<>();

  private SampleRequest(Question question, String path, String text, boolean assumed) {
    this.method = question.method();
    this.authority = question.host();
    this.path = path;
    this.assumed = assumed ? text : "";
    this.genuine = question.token() instanceof Token.Claims(String json, boolean so) && so;
    boolean placed = question.path().contains(Question.PLACE);
    for (Header header : question.headers()) {
      placed |= header.value().contains(Question.PLACE);
      headers.add(new Header(header.name(), header.value().replace(Question.PLACE, text)));
    }
    if (!text.isEmpty() && !placed) {
      headers.add(new Header("authorization", "Bearer " + text));
    }
  }

  /** {@code null}: its path cannot be normalized, and the proxy would answer 400. */
  static @Nullable SampleRequest of(Question question) {
    String text =
        switch (question.token()) {
          case Token.Claims(String json, boolean genuine) ->
              HEADER + "." + encode(json) + "." + NO_SIGNATURE;
          case Token.Text(String token) -> token;
          case null -> "";
        };
    String path =
        PathNormalizer.normalize(question.path().replace(Question.PLACE, text), true, false);
    return path == null
        ? null
        : new SampleRequest(question, path, text, question.token() instanceof Token.Claims);
  }

  private static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether this is the token that was made up, whose signature nobody can check. */
  boolean isAssumed(String token) {
    return !assumed.isEmpty() && assumed.equals(token);
  }

  /** Whether that token's signature is taken for one of the issuer's keys. */
  boolean isGenuine() {
    return genuine;
  }

  String path() {
    return path;
  }

  void path(String other) {
    path = other;
  }

  List<Header> headers() {
    return headers;
  }

  void add(String name, String value) {
    headers.add(new Header(name, value));
  }

  void remove(String name) {
    headers.removeIf(header -> header.name().equals(name));
  }

  /** As {@link dev.weft.policy.authz.Headers} has it. */
  @Nullable String field(String name) {
    return switch (name) {
      case ":method" -> method;
      case ":path" -> path;
      case ":authority", "host" -> authority;
      case ":scheme" -> "http";
      default -> joined(name);
    };
  }

  private @Nullable String joined(String name) {
    List<String> values =
        headers.stream()
            .filter(header -> header.name().equals(name))
            .map(Header::value)
            .collect(Collectors.toList());
    return values.isEmpty() ? null : String.join(",", values);
  }

  /** What a filter said. */
  @Nullable Map<String, ?> said(String namespace) {
    return metadata.get(namespace);
  }

  /** Adds to what a filter said. */
  void say(String namespace, Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>();
    Map<String, ?> before = metadata.get(namespace);
    if (before != null) {
      all.putAll(before);
    }
    all.putAll(more);
    metadata.put(namespace, all);
  }
}
