package dev.weft.agent.policycases;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.policycases.CaseFile.Case;
import dev.weft.agent.policycases.CaseFile.Decision;
import dev.weft.agent.policycases.EnvoyDecisions.Seen;
import dev.weft.policy.istio.read.SecuritySchema;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every field and enum value of the three kinds decides something: of the cases that cover it some
 * are let through and some are not, and without the field one of them would be decided otherwise. A
 * real Envoy decides, with what is compiled for a sidecar.
 */
class PolicyCasesTest {

  /** What no request can tell, and why. */
  private static final Map<String, String> UNOBSERVABLE =
      Map.of(
          "AuthorizationPolicy.spec.targetRef.group", "only one group is taken",
          "AuthorizationPolicy.spec.targetRefs.group", "only one group is taken",
          "RequestAuthentication.spec.targetRef.group", "only one group is taken",
          "RequestAuthentication.spec.targetRefs.group", "only one group is taken",
          "AuthorizationPolicy.spec.targetRef.namespace", "must not be there",
          "AuthorizationPolicy.spec.targetRefs.namespace", "must not be there",
          "RequestAuthentication.spec.targetRef.namespace", "must not be there",
          "RequestAuthentication.spec.targetRefs.namespace", "must not be there",
          "RequestAuthentication.spec.jwtRules.timeout", "is for the agent's fetch: KeyFetcherTest",
          "AuthorizationPolicy.spec.rules.when.key=experimental.envoy.filters.[]",
              "no filter in front says anything but the one of tokens, whose are structures");

  @TempDir Path directory;

  @Test
  void everyFieldHasCases() throws Exception {
    List<CaseFile> files = CaseFile.all();
    CaseCompiler compiler = new CaseCompiler(new TestTokens());
    Set<String> missing = new TreeSet<>(SecuritySchema.all());
    missing.removeAll(UNOBSERVABLE.keySet());
    assertThat(SecuritySchema.all()).containsAll(UNOBSERVABLE.keySet());
    for (CaseFile file : files) {
      assertThat(compiler.problems(file)).as(file.name()).isEmpty();
      assertThat(file.covers()).as(file.name()).isSubsetOf(SecuritySchema.all());
      assertThat(file.cases()).as(file.name()).anyMatch(one -> one.expect() == Decision.ALLOW);
      assertThat(file.cases()).as(file.name()).anyMatch(one -> one.expect() != Decision.ALLOW);
      file.covers().forEach(missing::remove);
    }
    assertThat(missing).as("fields without cases").isEmpty();
  }

  @Test
  void anEnvoyDecidesAsTheCasesSay() throws Exception {
    List<CaseFile> files = CaseFile.all();
    TestTokens tokens = new TestTokens();
    CaseCompiler compiler = new CaseCompiler(tokens);
    Map<String, Listener> listeners = new TreeMap<>();
    List<String> idle = new ArrayList<>();
    for (CaseFile file : files) {
      listeners.put(file.name(), compiler.listener(file, file.policies()).orElseThrow());
      for (String field : file.covers()) {
        idle.addAll(variants(compiler, file, field, listeners));
      }
    }
    Map<String, String> asked = new TreeMap<>();
    for (CaseFile file : files) {
      file.providers()
          .forEach(provider -> asked.put(provider.upstream(), CaseFile.answers(provider)));
    }
    List<String> wrong = new ArrayList<>();
    try (EnvoyDecisions envoy = new EnvoyDecisions(directory, tokens, listeners, asked)) {
      for (CaseFile file : files) {
        for (Case one : file.cases()) {
          Seen seen = envoy.ask(file.name(), file, one);
          check(file, one, seen).ifPresent(wrong::add);
        }
        for (String field : file.covers()) {
          if (!matters(envoy, file, field, listeners.keySet())) {
            idle.add(file.name() + ": without " + field + " nothing would be decided otherwise");
          }
        }
      }
    }
    assertThat(wrong).as("decisions").isEmpty();
    assertThat(idle).as("fields that do nothing").isEmpty();
  }

  /** Those of the proxy run the same cases, without an agent. */
  @Test
  void whatProxiesAreTestedWithIsUpToDate() throws Exception {
    Path compiled =
        Path.of(Objects.requireNonNull(System.getProperty("weft.root"), "run by Maven"))
            .resolve("cluster-agent/src/test/resources/policy-cases/compiled");
    boolean update = Boolean.getBoolean("weft.golden.update");
    Set<String> names = new TreeSet<>();
    TestTokens tokens = new TestTokens();
    CaseCompiler compiler = new CaseCompiler(tokens);
    for (CaseFile file : CaseFile.all()) {
      Listener listener = compiler.listener(file, file.policies()).orElseThrow();
      String now = CompiledCases.of(file, listener, tokens);
      Path golden = compiled.resolve(file.name() + ".json");
      names.add(golden.toString());
      if (update) {
        Files.createDirectories(compiled);
        Files.writeString(golden, now);
      }
      assertThat(golden).exists();
      assertThat(now).as(file.name()).isEqualTo(Files.readString(golden));
    }
    try (Stream<Path> there = Files.list(compiled)) {
      assertThat(there.map(Path::toString)).hasSameElementsAs(names);
    }
  }

  private static String variant(CaseFile file, String field, int index) {
    return file.name() + " without " + field + " " + index;
  }

  /** Adds the listeners without the field; a document that is refused then is proof enough. */
  private static List<String> variants(
      CaseCompiler compiler, CaseFile file, String field, Map<String, Listener> listeners)
      throws Exception {
    List<List<JsonNode>> variants = SecuritySchema.without(file.policies(), field);
    if (variants.isEmpty()) {
      return List.of(file.name() + ": its policies have no " + field);
    }
    for (int i = 0; i < variants.size(); i++) {
      Optional<Listener> listener = compiler.listener(file, variants.get(i));
      if (listener.isPresent()) {
        listeners.put(variant(file, field, i), listener.get());
      }
    }
    return List.of();
  }

  private static boolean matters(
      EnvoyDecisions envoy, CaseFile file, String field, Set<String> listeners) throws Exception {
    List<List<JsonNode>> variants = SecuritySchema.without(file.policies(), field);
    for (int i = 0; i < variants.size(); i++) {
      String name = variant(file, field, i);
      if (!listeners.contains(name)) {
        return true;
      }
      for (Case one : file.cases()) {
        if (check(file, one, envoy.ask(name, file, one)).isPresent()) {
          return true;
        }
      }
    }
    return variants.isEmpty();
  }

  /** What is not as the case says. */
  private static Optional<String> check(CaseFile file, Case one, Seen seen) {
    String name = file.name() + ": " + one.name();
    if (seen.decision() != one.expect()) {
      return Optional.of(
          name + ": expected " + one.expect() + ", was " + seen.decision() + " " + seen.answer());
    }
    String lower = seen.answer().toLowerCase(Locale.ROOT);
    for (Map.Entry<String, String> header : one.upstream().entrySet()) {
      String line = "\n" + header.getKey().toLowerCase(Locale.ROOT) + ":";
      boolean there =
          header.getValue().isEmpty()
              ? !lower.contains(line)
              : lower.contains(line + " " + header.getValue().toLowerCase(Locale.ROOT));
      if (!there) {
        return Optional.of(name + ": the application did not see " + header + " " + seen.answer());
      }
    }
    return Optional.empty();
  }
}
