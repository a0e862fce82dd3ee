package dev.weft.policy.istio.read;

import dev.weft.policy.document.Fields;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Body;
import dev.weft.policy.istio.Provider.Host;
import dev.weft.policy.istio.Provider.Protocol;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads {@code envoyExtAuthzGrpc} and {@code envoyExtAuthzHttp}. What proxies would refuse is
 * refused here, where it is said to somebody who can change it.
 */
final class ProviderReader {
  /** The fields of {@code envoyExtAuthzGrpc}. */
  static final Set<String> GRPC =
      Set.of(
          "service",
          "port",
          "timeout",
          "failOpen",
          "statusOnError",
          "clearRouteCache",
          "includeRequestBodyInCheck");

  /** The fields of {@code envoyExtAuthzHttp}; {@code includeHeadersInCheck} is an older name. */
  static final Set<String> HTTP =
      Set.of(
          "service",
          "port",
          "timeout",
          "failOpen",
          "statusOnError",
          "clearRouteCache",
          "includeRequestBodyInCheck",
          "pathPrefix",
          "includeRequestHeadersInCheck",
          "includeHeadersInCheck",
          "includeAdditionalHeadersInCheck",
          "headersToUpstreamOnAllow",
          "headersToDownstreamOnDeny",
          "headersToDownstreamOnAllow");

  private static final Set<String> BODY =
      Set.of("maxRequestBytes", "allowPartialMessage", "packAsBytes");

  /** What proxies hold of a body. */
  private static final int MOST_BODY = 1024 * 1024;

  private static final int MOST_HEADERS = 64;

  /** Istio's; it is long, since a provider may ask a person. */
  private static final long TIMEOUT_MILLIS = 600_000;

  /** Those that Envoy knows, and that an answer may have. */
  static final Set<Integer> STATUS =
      Set.of(
          200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307, 308,
          400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417,
          421, 422, 423, 424, 426, 428, 429, 431, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510,
          511);

  private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@%/-]{0,255}");
  private static final Pattern HEADER = Pattern.compile("[!#$%&'+.^_`|~0-9A-Za-z-]{1,256}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]{0,1024}");

  private ProviderReader() {}

  static Optional<Provider> grpc(String name, Fields fields) {
    return provider(name, fields, new Protocol.Grpc());
  }

  static Optional<Provider> http(String name, Fields fields) {
    String prefix = fields.text("pathPrefix").orElse("");
    if (!prefix.isEmpty() && !PATH.matcher(prefix).matches()) {
      fields.problem(
          "pathPrefix", "expected the begin of a path, found \"" + Fields.brief(prefix) + "\"");
    }
    Set<String> told = new LinkedHashSet<>(headers(fields, "includeRequestHeadersInCheck"));
    List<String> older = headers(fields, "includeHeadersInCheck");
    if (told.isEmpty()) {
      told.addAll(older);
    }
    Map<String, String> added = fields.textMap("includeAdditionalHeadersInCheck");
    added.forEach((header, value) -> {
      String at = "includeAdditionalHeadersInCheck[\"" + Fields.brief(header) + "\"]";
      if (!HEADER.matcher(header).matches()) {
        fields.problem(at, "expected a header's name");
      }
      if (!VALUE.matcher(value).matches()) {
        fields.problem(at, "expected at most 1024 printable characters");
      }
    });
    return provider(
        name,
        fields,
        new Protocol.Http(
            prefix,
            List.copyOf(told),
            added,
            headers(fields, "headersToUpstreamOnAllow"),
            headers(fields, "headersToDownstreamOnDeny"),
            headers(fields, "headersToDownstreamOnAllow")));
  }

  private static Optional<Provider> provider(String name, Fields fields, Protocol protocol) {
    Optional<Host> host = ProviderHost.read(fields);
    long timeout = Waiting.millis(fields, "timeout", TIMEOUT_MILLIS, TIMEOUT_MILLIS);
    boolean failOpen = fields.flag("failOpen").orElse(false);
    int status = status(fields);
    boolean clearRoute = fields.flag("clearRouteCache").orElse(false);
    Optional<Body> body = body(fields);
    return host.map(
        at -> new Provider(name, at, timeout, failOpen, status, clearRoute, body, protocol));
  }

  private static Optional<Body> body(Fields fields) {
    if (!fields.has("includeRequestBodyInCheck")) {
      return Optional.empty();
    }
    Fields body = fields.object("includeRequestBodyInCheck", BODY);
    if (!body.has("maxRequestBytes")) {
      body.problem("maxRequestBytes", "required");
    }
    return Optional.of(
        new Body(
            body.numberOrDigits("maxRequestBytes", 1, MOST_BODY).orElse(1),
            body.flag("allowPartialMessage").orElse(false),
            body.flag("packAsBytes").orElse(false)));
  }

  /** A text, as Istio has it. */
  private static int status(Fields fields) {
    Optional<String> text = fields.text("statusOnError").filter(found -> !found.isEmpty());
    if (text.isEmpty()) {
      return 0;
    }
    int code = text.get().matches("\\d{3}") ? Integer.parseInt(text.get()) : 0;
    if (!STATUS.contains(code)) {
      fields.problem(
          "statusOnError",
          "expected a status that Envoy knows, like \"503\", found \""
              + Fields.brief(text.get())
              + "\"");
    }
    return code;
  }

  private static List<String> headers(Fields fields, String field) {
    List<String> headers = fields.texts(field);
    if (headers.size() > MOST_HEADERS) {
      fields.problem(field, "expected at most " + MOST_HEADERS);
    }
    for (int i = 0; i < headers.size(); i++) {
      String header = headers.get(i);
      String plain =
          header.startsWith("*")
              ? header.substring(1)
              : header.endsWith("*") ? header.substring(0, header.length() - 1) : header;
      if (!HEADER.matcher(plain).matches()) {
        fields.problem(
            field + "[" + i + "]",
            "expected a header's name, prefix* or *suffix, found \"" + Fields.brief(header) + "\"");
      }
    }
    return headers;
  }
}
