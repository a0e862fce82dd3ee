package dev.weft.agent.policycases;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Fields;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.PeerAuthentication.Mode;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.read.ProvidersDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file of cases: a workload, what is written for it, and what becomes of requests. Its form is
 * described in {@code docs/policy.md}.
 *
 * @param covers fields of {@link dev.weft.policy.istio.read.SecuritySchema}
 * @param providers who can be asked; those at an address are there, those at a name are gone
 * @param unfetched whether keys that would have to be fetched are not there
 * @param mode where no {@code PeerAuthentication} says one
 */
public record CaseFile(
    String name,
    Workload workload,
    List<String> covers,
    boolean unfetched,
    Mode mode,
    List<Provider> providers,
    List<JsonNode> policies,
    List<Case> cases) {

  /**
   * @param settings as its registration's metadata says
   * @param consumers clusters that the service is exported to
   */
  public record Workload(
      String namespace,
      String service,
      int port,
      Map<String, String> settings,
      Map<String, String> labels,
      List<String> consumers) {}

  /**
   * What its {@code answers} say is what the providers of these tests do.
   *
   * @param identity the caller's; empty: it comes without TLS
   * @param token its claims; {@code null}: none
   * @param upstream headers that the application sees; an empty value: it does not see one
   */
  public record Case(
      String name,
      String method,
      String path,
      String host,
      Map<String, String> headers,
      String from,
      String identity,
      @Nullable JsonNode token,
      String signedBy,
      Decision expect,
      Map<String, String> upstream) {}

  /** What becomes of a request. */
  public enum Decision {
    ALLOW,
    DENY,
    UNAUTHENTICATED,
    /** There is no answer: the connection is closed. */
    REFUSED
  }

  static List<CaseFile> all() {
    Path directory =
        Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"))
            .resolve("cluster-agent/src/test/resources/policy-cases");
    try (Stream<Path> files = Files.list(directory);
        Stream<Path> asked = Files.list(directory.resolve("asked"))) {
      return Stream.concat(files, asked)
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .map(CaseFile::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CaseFile read(Path file) {
    String name = Objects.requireNonNull(file.getFileName()).toString().replace(".yaml", "");
    try {
      if (!(Document.parse(Files.readAllBytes(file), Document.Format.YAML)
          instanceof Document.Parsed(JsonNode tree))) {
        throw new AssertionError(
            name + ": " + Document.parse(Files.readAllBytes(file), Document.Format.YAML));
      }
      List<Problem> problems = new ArrayList<>();
      CaseFile read = read(name, tree, problems);
      if (!problems.isEmpty()) {
        throw new AssertionError(name + ": " + problems);
      }
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CaseFile read(String name, JsonNode tree, List<Problem> problems) {
    Fields file =
        Fields.of(
            tree,
            problems,
            Set.of("workload", "covers", "unfetched", "mesh", "providers", "policies", "cases"));
    Fields workload = file.object("workload", WORKLOAD);
    List<Case> cases = new ArrayList<>();
    for (JsonNode element : file.array("cases")) {
      cases.add(one(file.element(element, "cases[" + cases.size() + "]", CASE)));
    }
    return new CaseFile(
        name,
        new Workload(
            workload.text("namespace").orElse("foo"),
            workload.text("service").orElse("httpbin"),
            workload.number("port", 1, 65_535).orElse(8000),
            settings(workload),
            workload.textMap("labels"),
            workload.has("consumers") ? workload.texts("consumers") : List.of("west")),
        file.texts("covers"),
        file.flag("unfetched").orElse(false),
        file.object("mesh", Set.of("defaultMode"))
            .text("defaultMode")
            .map(Mode::ofMesh)
            .orElse(Mode.USUAL),
        providers(file),
        file.array("policies"),
        cases);
  }

  private static Map<String, String> settings(Fields workload) {
    Map<String, String> settings = new HashMap<>();
    settings.put("protocol", workload.text("protocol").orElse("http"));
    workload
        .number("trustedHops", 0, 99)
        .ifPresent(hops -> settings.put("trusted-hops", Integer.toString(hops)));
    return settings;
  }

  private static final Set<String> WORKLOAD =
      Set.of("namespace", "service", "port", "protocol", "trustedHops", "labels", "consumers");

  private static final Set<String> CASE =
      Set.of("name", "request", "identity", "token", "signedBy", "answers", "expect", "upstream");

  private static List<Provider> providers(Fields file) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.putArray("extensionProviders").addAll(file.array("providers"));
    return switch (ProvidersDocument.read(document)) {
      case Validated.Valid<ProvidersDocument>(ProvidersDocument read) -> read.providers();
      case Validated.Invalid<ProvidersDocument> invalid -> throw new AssertionError(invalid);
    };
  }

  /** Who answers for the upstream of a provider: {@code grpc}, {@code http} or {@code gone}. */
  static String answers(Provider provider) {
    boolean there =
        provider.host() instanceof Provider.Host.Outside outside && !outside.addresses().isEmpty();
    boolean grpc = provider.protocol() instanceof Provider.Protocol.Grpc;
    return there ? (grpc ? "grpc" : "http") : (grpc ? "gone" : "gone-http");
  }

  private static Case one(Fields fields) {
    Fields request = fields.object("request", Set.of("method", "path", "host", "headers", "from"));
    Map<String, String> upstream = new HashMap<>(fields.textMap("upstream"));
    JsonNode token = fields.has("token") ? fields.node("token") : null;
    return new Case(
        fields.requiredText("name").orElse(""),
        request.text("method").orElse("GET"),
        request.text("path").orElse("/"),
        request.text("host").orElse("httpbin.mesh"),
        request.textMap("headers"),
        request.text("from").orElse("127.0.0.1"),
        fields.text("identity").orElse("spiffe://east.demo/ns/foo/sa/caller"),
        token,
        fields.text("signedBy").orElse("issuer"),
        Decision.valueOf(
            fields.requiredText("expect").orElse("").toUpperCase(java.util.Locale.ROOT)),
        upstream);
  }

  static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
