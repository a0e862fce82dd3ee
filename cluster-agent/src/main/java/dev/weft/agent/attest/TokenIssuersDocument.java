package dev.weft.agent.attest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.attest.TokenIssuer.Keys;
import dev.weft.agent.attest.TokenIssuer.Mapping;
import dev.weft.agent.attest.TokenIssuer.Source;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.DnsLabel;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The file that says whose tokens enrol whom. Immutable. */
record TokenIssuersDocument(List<TokenIssuer> issuers) {
  private static final int MOST_ISSUERS = 32;
  private static final int MOST_AUDIENCES = 8;

  /** The fields of an issuer; no other is taken. */
  static final Set<String> FIELDS =
      Set.of(
          "name",
          "issuer",
          "audiences",
          "keys",
          "ca",
          "token",
          "kubernetes",
          "claims",
          "identity",
          "services",
          "role",
          "review");

  /** The fields of {@code identity}; no other is taken. */
  static final Set<String> IDENTITY =
      Set.of("namespace", "namespaceClaim", "serviceAccount", "serviceAccountClaim");

  /** The fields of {@code review}; no other is taken. */
  static final Set<String> REVIEW = Set.of("server", "ca", "token");

  TokenIssuersDocument {
    issuers = List.copyOf(issuers);
  }

  /** The keys that are fetched. */
  Set<Keys.At> remote() {
    return issuers.stream()
        .map(TokenIssuer::keys)
        .filter(Keys.At.class::isInstance)
        .map(Keys.At.class::cast)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Reads it; every problem has its path in the document, or its line and column. */
  static Validated<TokenIssuersDocument> read(byte[] text) {
    List<Problem> problems = new ArrayList<>();
    List<TokenIssuer> issuers = new ArrayList<>();
    switch (Document.parse(text, Document.Format.YAML)) {
      case Document.Malformed(String message, int line, int column) ->
          problems.add(new Problem("line " + line + ", column " + column, message));
      case Document.Parsed(JsonNode tree) -> {
        Fields document = Fields.of(tree, problems, Set.of("issuers"));
        List<JsonNode> elements = document.array("issuers");
        if (elements.size() > MOST_ISSUERS) {
          document.problem("issuers", "at most " + MOST_ISSUERS);
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < Math.min(elements.size(), MOST_ISSUERS); i++) {
          issuers.add(
              issuer(document.element(elements.get(i), "issuers[" + i + "]", FIELDS), seen));
        }
      }
    }
    return Validated.of(problems, () -> new TokenIssuersDocument(issuers));
  }

  private static TokenIssuer issuer(Fields fields, Set<String> seen) {
    String name = fields.requiredText("name").orElse("");
    if (!name.isEmpty() && !seen.add(name)) {
      fields.problem("name", "\"" + Fields.brief(name) + "\" is there already");
    }
    List<String> audiences = fields.texts("audiences");
    if (audiences.isEmpty() || audiences.size() > MOST_AUDIENCES) {
      fields.problem("audiences", "expected 1 to " + MOST_AUDIENCES);
    }
    Set<String> services = new HashSet<>(fields.texts("services"));
    services.forEach(service -> label(fields, "services", service));
    return new TokenIssuer(
        name,
        fields.requiredText("issuer").orElse(""),
        audiences,
        keys(fields),
        fields.textMap("claims"),
        mapping(fields),
        services,
        JoinTokenDocument.role(fields),
        review(fields));
  }

  private static Keys keys(Fields fields) {
    String keys = fields.requiredText("keys").orElse("");
    if (!keys.contains("://")) {
      for (String only : List.of("ca", "token")) {
        if (fields.has(only)) {
          fields.problem(only, "is for keys that are fetched, of an https address");
        }
      }
      return new Keys.InFile(keys);
    }
    URI uri = uri(keys);
    if (!isSafe(uri)) {
      fields.problem("keys", "expected a file, or an https address without user information");
    }
    return new Keys.At(
        new IssuerServer(uri, fields.text("ca").orElse(""), fields.text("token").orElse("")));
  }

  private static Optional<IssuerServer> review(Fields fields) {
    if (!fields.has("review")) {
      return Optional.empty();
    }
    Fields review = fields.object("review", REVIEW);
    String server = review.requiredText("server").orElse("");
    URI uri = uri(server.endsWith("/") ? server.substring(0, server.length() - 1) : server);
    if (!server.isEmpty()
        && (!isSafe(uri) || uri.getRawQuery() != null || uri.getRawFragment() != null)) {
      review.problem("server", "expected the https address of an API server");
    }
    return Optional.of(
        new IssuerServer(
            uri.resolve(uri.getRawPath() + TokenReviews.PATH),
            review.text("ca").orElse(""),
            review.requiredText("token").orElse("")));
  }

  private static boolean isSafe(URI uri) {
    return "https".equals(uri.getScheme()) && uri.getHost() != null && uri.getUserInfo() == null;
  }

  private static URI uri(String text) {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      return URI.create("none:none");
    }
  }

  private static Mapping mapping(Fields fields) {
    boolean kubernetes = fields.flag("kubernetes").orElse(false);
    if (kubernetes == fields.has("identity")) {
      fields.problem("identity", "expected either kubernetes: true or an identity");
    }
    if (kubernetes) {
      return new Mapping.Kubernetes();
    }
    Fields identity = fields.object("identity", IDENTITY);
    return new Mapping.Named(source(identity, "namespace"), source(identity, "serviceAccount"));
  }

  private static Source source(Fields identity, String name) {
    String claim = name + "Claim";
    if (identity.has(name) == identity.has(claim)) {
      identity.problem(name, "expected either " + name + " or " + claim);
    }
    if (identity.has(claim)) {
      return new Source.Claim(identity.text(claim).orElse(""));
    }
    String text = identity.text(name).orElse("");
    if (!text.isEmpty()) {
      label(identity, name, text);
    }
    return new Source.Literal(text);
  }

  private static void label(Fields fields, String name, String text) {
    if (!DnsLabel.matches(text)) {
      fields.problem(
          name, "expected a DNS label in lower case, found \"" + Fields.brief(text) + "\"");
    }
  }
}
