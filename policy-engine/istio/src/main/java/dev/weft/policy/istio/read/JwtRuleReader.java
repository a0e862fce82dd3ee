package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Fields;
import dev.weft.policy.istio.RequestAuthentication.ClaimHeader;
import dev.weft.policy.istio.RequestAuthentication.Header;
import dev.weft.policy.istio.RequestAuthentication.JwtRule;
import dev.weft.policy.istio.RequestAuthentication.Keys;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a rule of a {@code RequestAuthentication}. */
final class JwtRuleReader {
  /** {@code jwks_uri} is how earlier versions wrote {@code jwksUri}. */
  static final Set<String> RULE =
      Set.of(
          "issuer",
          "audiences",
          "jwksUri",
          "jwks_uri",
          "jwks",
          "fromHeaders",
          "fromParams",
          "fromCookies",
          "outputPayloadToHeader",
          "forwardOriginalToken",
          "outputClaimToHeaders",
          "timeout",
          "spaceDelimitedClaims");

  static final Set<String> FROM_HEADER = Set.of("name", "prefix");
  static final Set<String> CLAIM_HEADER = Set.of("header", "claim");

  private static final long TIMEOUT_MILLIS = 5_000;
  private static final long LONGEST_TIMEOUT_MILLIS = 60_000;
  private static final long MOST_TIMEOUT_MILLIS = Duration.ofDays(3_650).toMillis();
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");
  private static final Pattern STRICT_NAME = Pattern.compile("[-_A-Za-z0-9]{1,256}");
  private static final Pattern PREFIX = Pattern.compile("[\\x20-\\x7e]{0,256}");

  private JwtRuleReader() {}

  static JwtRule read(Fields rule) {
    String issuer = rule.text("issuer").orElse("");
    return new JwtRule(
        issuer,
        filled(rule, "audiences"),
        keys(rule, issuer),
        headers(rule),
        filled(rule, "fromParams"),
        filled(rule, "fromCookies"),
        rule.flag("forwardOriginalToken").orElse(false),
        payloadHeader(rule),
        claimHeaders(rule),
        filled(rule, "spaceDelimitedClaims"),
        // A fetch that takes longer is tried again, as any that failed.
        Math.min(
            LONGEST_TIMEOUT_MILLIS,
            Waiting.millis(rule, "timeout", TIMEOUT_MILLIS, MOST_TIMEOUT_MILLIS)));
  }

  private static List<String> filled(Fields rule, String name) {
    List<String> texts = rule.texts(name);
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).isEmpty()) {
        rule.problem(name + "[" + i + "]", "expected a text that is not empty");
      }
    }
    return texts;
  }

  /** Written down before fetched, as Istio does. */
  private static Keys keys(Fields rule, String issuer) {
    String field = rule.has("jwks_uri") ? "jwks_uri" : "jwksUri";
    if (rule.has("jwks_uri") && rule.has("jwksUri")) {
      rule.problem("jwks_uri", "stands beside jwksUri, which is the same field");
    }
    Optional<String> uri = rule.text(field).filter(text -> !text.isEmpty());
    uri.filter(text -> !isHttp(text))
        .ifPresent(text ->
            rule.problem(
                field, "expected http://… or https://…, found \"" + Fields.brief(text) + "\""));
    Optional<String> jwks = rule.text("jwks").filter(text -> !text.isEmpty());
    if (jwks.isPresent()) {
      return switch (KeySet.read(jwks.get())) {
        case KeySet.Public(String json) -> new Keys.Inline(json);
        case KeySet.Refused(String reason) -> {
          rule.problem("jwks", reason);
          yield new Keys.Inline("");
        }
      };
    }
    if (uri.isPresent()) {
      return new Keys.At(uri.get());
    }
    if (issuer.isEmpty()) {
      rule.problem("issuer", "expected issuer, jwksUri or jwks");
    } else if (issuer.matches("https?://.*") && !isHttp(issuer)) {
      rule.problem("jwksUri", "required: the issuer is no URL that keys could be looked for at");
    }
    // One that is a name and no URL has no keys: no token is taken, and a warning says so.
    return new Keys.Discovered(issuer);
  }

  private static boolean isHttp(String text) {
    try {
      URI uri = new URI(text);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null;
    } catch (java.net.URISyntaxException e) {
      return false;
    }
  }

  private static List<Header> headers(Fields rule) {
    List<Header> headers = new ArrayList<>();
    for (JsonNode element : rule.array("fromHeaders")) {
      String at = rule.at("fromHeaders[" + headers.size() + "]");
      Fields header = rule.element(element, at, FROM_HEADER);
      String name = header.requiredText("name").orElse("x");
      String prefix = header.text("prefix").orElse("");
      if (!TOKEN.matcher(name).matches() || isHost(name)) {
        header.problem("name", "expected a header's name, and not Host");
      }
      if (!PREFIX.matcher(prefix).matches()) {
        header.problem("prefix", "expected at most 256 printable characters");
      }
      headers.add(new Header(name, prefix));
    }
    return headers;
  }

  /** Tokens cannot say what is asked for; sidecars refuse such rules. */
  private static boolean isHost(String header) {
    return header.equalsIgnoreCase("host");
  }

  private static String payloadHeader(Fields rule) {
    String name = rule.text("outputPayloadToHeader").orElse("");
    if (!name.isEmpty() && (!TOKEN.matcher(name).matches() || isHost(name))) {
      rule.problem("outputPayloadToHeader", "expected a header's name, and not Host");
    }
    return name;
  }

  private static List<ClaimHeader> claimHeaders(Fields rule) {
    List<ClaimHeader> headers = new ArrayList<>();
    for (JsonNode element : rule.array("outputClaimToHeaders")) {
      String at = rule.at("outputClaimToHeaders[" + headers.size() + "]");
      Fields entry = rule.element(element, at, CLAIM_HEADER);
      String header = entry.requiredText("header").orElse("x");
      String claim = entry.requiredText("claim").orElse("x");
      if (!STRICT_NAME.matcher(header).matches() || isHost(header)) {
        entry.problem("header", "expected a header's name of letters, digits, - and _, not Host");
      }
      if (claim.isEmpty()) {
        entry.problem("claim", "expected a text that is not empty");
      }
      headers.add(new ClaimHeader(header, claim));
    }
    return headers;
  }
}
