package dev.weft.policy.istio.read;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.identity.DnsLabel;
import dev.weft.policy.istio.Provider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The file of providers: {@code extensionProviders} as Istio's {@code meshConfig} has them, those
 * of authorization. Immutable.
 *
 * @param providers their names are different
 */
public record ProvidersDocument(List<Provider> providers) {
  private static final int MOST = 64;

  /** The fields of an entry. */
  static final Set<String> ENTRY = Set.of("name", "envoyExtAuthzGrpc", "envoyExtAuthzHttp");

  public ProvidersDocument {
    providers = List.copyOf(providers);
  }

  /** Reads YAML; every problem has its path in the document, or its line and column. */
  public static Validated<ProvidersDocument> read(byte[] text) {
    return switch (Document.parse(text, Document.Format.YAML)) {
      case Document.Malformed(String message, int line, int column) ->
          new Validated.Invalid<>(
              List.of(new Problem("line " + line + ", column " + column, message)));
      case Document.Parsed(JsonNode tree) -> read(tree);
    };
  }

  /** Reads a document; every problem has its path in it. */
  public static Validated<ProvidersDocument> read(JsonNode tree) {
    List<Problem> problems = new ArrayList<>();
    List<Provider> providers = new ArrayList<>();
    Fields document = Fields.of(tree, problems, Set.of("extensionProviders"));
    List<JsonNode> elements = document.array("extensionProviders");
    if (elements.size() > MOST) {
      document.problem("extensionProviders", "expected at most " + MOST);
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < Math.min(MOST, elements.size()); i++) {
      entry(document.element(elements.get(i), "extensionProviders[" + i + "]", ENTRY), names)
          .ifPresent(providers::add);
    }
    return Validated.of(problems, () -> new ProvidersDocument(providers));
  }

  private static Optional<Provider> entry(Fields entry, Set<String> names) {
    String name = entry.requiredText("name").orElse("");
    if (!name.isEmpty() && !DnsLabel.matches(name)) {
      entry.problem("name", "expected a DNS label in lower case of at most 63 characters");
    } else if (!name.isEmpty() && !names.add(name)) {
      entry.problem("name", "\"" + name + "\" is there already");
    }
    boolean grpc = entry.has("envoyExtAuthzGrpc");
    boolean http = entry.has("envoyExtAuthzHttp");
    if (grpc == http) {
      entry.problem("envoyExtAuthzGrpc", "expected one of envoyExtAuthzGrpc and envoyExtAuthzHttp");
      return Optional.empty();
    }
    return grpc
        ? ProviderReader.grpc(name, entry.object("envoyExtAuthzGrpc", ProviderReader.GRPC))
        : ProviderReader.http(name, entry.object("envoyExtAuthzHttp", ProviderReader.HTTP));
  }
}
