package dev.weft.cli.policy;

import dev.weft.policy.istio.cases.Mesh;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/**
 * A run of {@code weft policy test} over a bit of everything, so that the command line's AOT cache
 * has its classes.
 */
public final class PolicyRehearsal {
  private static final int TIMES = 20;

  private static final String CASES =
      """
      policies:
      - apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {namespace: foo, name: default}
        spec: {mtls: {mode: PERMISSIVE}}
      - apiVersion: security.istio.io/v1
        kind: RequestAuthentication
        metadata: {namespace: foo, name: tokens}
        spec:
          jwtRules:
          - issuer: "https://issuer.example"
            jwks: TEST-KEYS
            fromHeaders: [{name: x-jwt, prefix: "Token "}]
            fromParams: [jwt]
            fromCookies: [session]
            outputClaimToHeaders: [{header: x-sub, claim: sub}]
          - {issuer: "https://other.example", jwksUri: "https://other.example/keys"}
      - apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata:
          namespace: foo
          name: callers
          annotations: {weft.dev/cases: "[{name: nobody, identity: '', expect: deny}]"}
        spec:
          selector: {matchLabels: {app: httpbin}}
          rules:
          - from: [{source: {principals: ["cluster.local/ns/foo/sa/a*"], ipBlocks: ["127.0.0.0/8"]}}]
            to: [{operation: {methods: [GET], paths: ["/a/{*}", "/b*", "*.css"], hosts: ["*.mesh"], ports: ["8000"]}}]
          - from: [{source: {requestPrincipals: ["*/alice"], namespaces: ["f*o"]}}]
            when: [{key: "request.auth.claims[realm][roles]", values: [admin]}, {key: "request.headers[x-a]", notValues: [b]}]
      - apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {namespace: weft-system, name: told, annotations: {istio.io/dry-run: "true"}}
        spec: {action: DENY, rules: [{from: [{source: {remoteIpBlocks: ["10.0.0.0/8", "2001:db8::/32"]}}]}]}
      - apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {namespace: foo, name: ask}
        spec: {action: CUSTOM, provider: {name: nobody}, rules: [{to: [{operation: {paths: [/ask]}}]}]}
      cases:
      - {name: allowed, identity: "spiffe://east.demo/ns/foo/sa/a", request: {path: /a/1}, expect: allow}
      - {name: denied, request: {path: /c, headers: {x-forwarded-for: 10.1.1.1}}, expect: deny}
      - {name: a token, request: {path: "/x?jwt=${token}"}, token: {iss: "https://issuer.example", sub: alice, realm: {roles: [admin]}}, expect: allow}
      - {name: a stranger's, request: {headers: {cookie: "session=${token}"}}, signedBy: stranger, token: {iss: "https://issuer.example", sub: alice}, expect: unauthenticated}
      - {name: not as expected, request: {path: /ask}, expect: allow}
      """;

  private static final String CONNECTIONS =
      """
      workload: {protocol: tcp, consumers: []}
      cases:
      - {name: a connection, expect: allow}
      - {name: a foreign one, identity: "spiffe://west.demo/ns/foo/sa/a", expect: refused}
      ---
      kind: AuthorizationPolicy
      apiVersion: security.istio.io/v1beta1
      metadata: {namespace: foo, name: callers}
      spec: {rules: [{from: [{source: {namespaces: [foo], trustDomains: [cluster.local]}}]}]}
      """;

  private PolicyRehearsal() {}

  /**
   * Runs it, and says nothing.
   *
   * @param directory for the files; they stay there
   */
  public static void run(Path directory) throws IOException {
    Path place = Files.createDirectories(directory.resolve("policy-cases"));
    for (int i = 0; i < TIMES; i++) {
      Files.writeString(place.resolve("cases-" + i + ".yaml"), CASES);
    }
    Files.writeString(place.resolve("connections.yaml"), CONNECTIONS);
    for (boolean json : List.of(false, true)) {
      try (PrintStream nothing =
          new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
        new TestRun(Mesh.USUAL, InstantSource.system(), json, nothing, nothing).run(List.of(place));
      }
    }
  }
}
