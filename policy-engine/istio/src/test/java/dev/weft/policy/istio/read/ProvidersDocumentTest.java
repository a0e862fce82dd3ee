package dev.weft.policy.istio.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import dev.weft.policy.istio.Provider;
import dev.weft.policy.istio.Provider.Body;
import dev.weft.policy.istio.Provider.Host;
import dev.weft.policy.istio.Provider.Protocol;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProvidersDocumentTest {

  private static List<Provider> valid(String yaml) {
    return switch (ProvidersDocument.read(yaml.getBytes(UTF_8))) {
      case Validated.Valid<ProvidersDocument>(ProvidersDocument read) -> read.providers();
      case Validated.Invalid<ProvidersDocument> invalid -> throw new AssertionError(invalid);
    };
  }

  private static List<Problem> problems(String yaml) {
    return ProvidersDocument.read(yaml.getBytes(UTF_8))
            instanceof Validated.Invalid<ProvidersDocument>(List<Problem> problems)
        ? problems
        : List.of();
  }

  private static Host host(String service) {
    return valid(
            "extensionProviders: [{name: a, envoyExtAuthzGrpc: {service: \""
                + service
                + "\", port: 9000}}]")
        .getFirst()
        .host();
  }

  @Test
  void everyFieldIsRead() {
    assertThat(
            valid(
                """
                extensionProviders:
                - name: grpc
                  envoyExtAuthzGrpc:
                    service: ext-authz.foo.svc.cluster.local
                    port: 9000
                    timeout: 0.25s
                    failOpen: true
                    statusOnError: "503"
                    clearRouteCache: true
                    includeRequestBodyInCheck: {maxRequestBytes: 1024, allowPartialMessage: true, packAsBytes: true}
                - name: http
                  envoyExtAuthzHttp:
                    service: 10.0.0.1
                    port: 8000
                    pathPrefix: /check
                    includeRequestHeadersInCheck: [cookie, x-a-*, "*-z"]
                    includeAdditionalHeadersInCheck: {x-from: mesh}
                    headersToUpstreamOnAllow: [authorization]
                    headersToDownstreamOnDeny: [location]
                    headersToDownstreamOnAllow: [set-cookie]
                - name: older
                  envoyExtAuthzHttp: {service: a.b, includeHeadersInCheck: [cookie]}
                """))
        .containsExactly(
            new Provider(
                "grpc",
                new Host.Service("foo", "ext-authz"),
                250,
                true,
                503,
                true,
                Optional.of(new Body(1024, true, true)),
                new Protocol.Grpc()),
            new Provider(
                "http",
                new Host.Outside("10.0.0.1", 8000, List.of("10.0.0.1")),
                600_000,
                false,
                0,
                false,
                Optional.empty(),
                new Protocol.Http(
                    "/check",
                    List.of("cookie", "x-a-*", "*-z"),
                    Map.of("x-from", "mesh"),
                    List.of("authorization"),
                    List.of("location"),
                    List.of("set-cookie"))),
            new Provider(
                "older",
                new Host.Service("b", "a"),
                600_000,
                false,
                0,
                false,
                Optional.empty(),
                new Protocol.Http(
                    "", List.of("cookie"), Map.of(), List.of(), List.of(), List.of())));
    assertThat(valid("extensionProviders: []")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "authz.shop, shop, authz",
    "authz.mesh, default, authz",
    "authz.shop.mesh, shop, authz",
    "shop/authz, shop, authz",
    "shop/authz.shop.svc.cluster.local, shop, authz",
    "authz.shop.svc, shop, authz"
  })
  void aServiceOfTheMesh(String service, String namespace, String name) {
    assertThat(host(service)).isEqualTo(new Host.Service(namespace, name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "authz.example.com", "example.com.", "10.0.0.1", "::1"})
  void aHostOutside(String service) {
    assertThat(host(service)).isInstanceOf(Host.Outside.class);
    String yaml =
        "extensionProviders: [{name: a, envoyExtAuthzGrpc: {service: \"" + service + "\"}}]";
    assertThat(problems(yaml))
        .singleElement()
        .satisfies(problem -> assertThat(problem.field()).endsWith("envoyExtAuthzGrpc.port"));
  }

  @Test
  void numbersMayBeTextsOfDigits() {
    String provider =
        "extensionProviders: [{name: a, envoyExtAuthzGrpc: {service: 10.0.0.1, port: ";
    assertThat(
            problems(provider + "'9000', includeRequestBodyInCheck: {maxRequestBytes: '4096'}}}]"))
        .isEmpty();
    assertThat(problems(provider + "'0'}}]")).hasSize(1);
    assertThat(problems(provider + "'70000'}}]")).hasSize(1);
    assertThat(problems(provider + "'nine'}}]")).hasSize(1);
  }

  @Test
  void statusesAreThoseOfEnvoy() {
    assertThat(ProviderReader.STATUS)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(StatusCode.values())
                .filter(code -> code != StatusCode.UNRECOGNIZED && code.getNumber() >= 200)
                .map(StatusCode::getNumber)
                .toList());
  }

  @Test
  void whatIsWrongIsNamed() {
    List<Problem> problems =
        problems(
            """
            extensionProviders:
            - {name: a, envoyExtAuthzGrpc: {service: a.b}}
            - {name: a, envoyExtAuthzGrpc: {service: a.b}}
            - {name: Upper, envoyExtAuthzGrpc: {service: a.b}}
            - {name: neither}
            - {name: both, envoyExtAuthzGrpc: {service: a.b}, envoyExtAuthzHttp: {service: a.b}}
            - {name: tracer, zipkin: {service: a.b}}
            - name: grpc
              envoyExtAuthzGrpc:
                service: "http://a"
                port: 70000
                timeout: 1h
                failOpen: "yes"
                statusOnError: "199"
                pathPrefix: /x
                includeRequestBodyInCheck: {maxRequestBytes: 0}
            - name: http
              envoyExtAuthzHttp:
                port: 1
                pathPrefix: x
                statusOnError: "999"
                timeout: 0s
                includeRequestHeadersInCheck: ["*", "a b"]
                includeAdditionalHeadersInCheck: {"a b": "1", b: "\\n"}
                includeRequestBodyInCheck: {}
                headersToUpstreamOnAllow: [""]
            """);
    Set<String> fields = new TreeSet<>();
    problems.forEach(problem -> fields.add(problem.field()));
    assertThat(fields)
        .containsExactlyInAnyOrder(
            "extensionProviders[1].name",
            "extensionProviders[2].name",
            "extensionProviders[3].envoyExtAuthzGrpc",
            "extensionProviders[4].envoyExtAuthzGrpc",
            "extensionProviders[5].envoyExtAuthzGrpc",
            "extensionProviders[5].zipkin",
            "extensionProviders[6].envoyExtAuthzGrpc.service",
            "extensionProviders[6].envoyExtAuthzGrpc.port",
            "extensionProviders[6].envoyExtAuthzGrpc.timeout",
            "extensionProviders[6].envoyExtAuthzGrpc.failOpen",
            "extensionProviders[6].envoyExtAuthzGrpc.statusOnError",
            "extensionProviders[6].envoyExtAuthzGrpc.pathPrefix",
            "extensionProviders[6].envoyExtAuthzGrpc.includeRequestBodyInCheck.maxRequestBytes",
            "extensionProviders[7].envoyExtAuthzHttp.service",
            "extensionProviders[7].envoyExtAuthzHttp.pathPrefix",
            "extensionProviders[7].envoyExtAuthzHttp.statusOnError",
            "extensionProviders[7].envoyExtAuthzHttp.timeout",
            "extensionProviders[7].envoyExtAuthzHttp.includeRequestHeadersInCheck[0]",
            "extensionProviders[7].envoyExtAuthzHttp.includeRequestHeadersInCheck[1]",
            "extensionProviders[7].envoyExtAuthzHttp.includeAdditionalHeadersInCheck[\"a b\"]",
            "extensionProviders[7].envoyExtAuthzHttp.includeAdditionalHeadersInCheck[\"b\"]",
            "extensionProviders[7].envoyExtAuthzHttp.includeRequestBodyInCheck.maxRequestBytes",
            "extensionProviders[7].envoyExtAuthzHttp.headersToUpstreamOnAllow[0]");
    assertThat(problems("extensionProviders: [")).hasSize(1);
    assertThat(problems("other: 1")).hasSize(1);
  }
}
