package dev.weft.policy.istio.cases;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.policy.identity.TrustDomain;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaseFilesTest {
  private static final String POLICIES =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: payments}
      ---
      apiVersion: security.istio.io/v1
      kind: AuthorizationPolicy
      metadata: {namespace: shop, name: readers}
      spec:
        selector: {matchLabels: {app: payments}}
        rules: [{to: [{operation: {methods: [GET]}}]}]
      ---
      apiVersion: v1
      kind: List
      items:
      - apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {namespace: shop, name: no-admin}
        spec:
          action: DENY
          rules: [{to: [{operation: {paths: ["/admin*"]}}]}]
      """;

  private static CaseFiles files(String... contents) {
    CaseFiles files = new CaseFiles(new Mesh(new TrustDomain("prod.acme"), "istio-system"));
    for (int i = 0; i < contents.length; i++) {
      files.add("file-" + i, contents[i].getBytes(UTF_8));
    }
    return files;
  }

  private static List<String> failures(CaseFiles files) {
    return files.run(InstantSource.system()).stream()
        .filter(result -> !result.passed())
        .map(result -> result.origin() + ": " + result.asked().name() + ": " + result.why())
        .toList();
  }

  @Test
  void casesInAFileOfTheirOwnAreForAllPoliciesBesideThem() {
    CaseFiles files =
        files(
            """
            workload: {namespace: shop, service: payments}
            cases:
            - {name: reads, expect: allow, by: shop/readers}
            - {name: writes, request: {method: POST}, expect: deny}
            - {name: reads secrets, request: {path: /admin}, expect: deny, by: shop/no-admin}
            - {name: wrong, request: {method: PUT}, expect: allow}
            - {name: for the wrong reason, request: {path: /admin}, expect: deny, by: shop/readers}
            """,
            POLICIES);
    assertThat(files.problems()).isEmpty();
    assertThat(files.policies()).isEqualTo(2);
    assertThat(files.leftOut()).containsExactly("file-1: Service payments");
    assertThat(failures(files))
        .containsExactly(
            "file-0: wrong: expected allow, got deny: denied: no rule allows it;"
                + " ns[shop]-policy[readers]-rule[0] wants header :method \"GET\"",
            "file-0: for the wrong reason: expected deny by shop/readers, got it by shop/no-admin:"
                + " denied by rule ns[shop]-policy[no-admin]-rule[0]");
  }

  @Test
  void policiesOfAFileOfCasesAreForThatFileAlone() {
    CaseFiles files =
        files(
            POLICIES,
            """
            workload: {namespace: shop, service: payments}
            policies: []
            cases: [{name: nobody says anything, request: {path: /admin}, expect: allow}]
            """);
    assertThat(files.problems()).isEmpty();
    assertThat(failures(files)).isEmpty();
  }

  @Test
  void casesThatAPolicyCarriesAreForAWorkloadThatItSelects() {
    CaseFiles files =
        files(
            POLICIES,
            """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata:
              namespace: shop
              name: callers
              annotations:
                weft.dev/cases: |
                  - {name: orders, identity: "spiffe://prod.acme/ns/shop/sa/orders", request: {method: POST}, expect: allow}
                  - {name: the rest, request: {method: POST}, expect: allow}
                  - {name: another cluster, identity: "spiffe://west.acme/ns/shop/sa/orders", expect: refused}
            spec:
              selector: {matchLabels: {app: payments}}
              rules: [{from: [{source: {principals: ["cluster.local/ns/shop/sa/orders"]}}]}]
            """);
    assertThat(files.problems()).isEmpty();
    assertThat(failures(files))
        .singleElement()
        .asString()
        .startsWith(
            "file-1 (AuthorizationPolicy shop/callers): the rest: expected allow, got deny:")
        .contains("ns[shop]-policy[callers]-rule[0] wants peer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cases: [{expect: allow}] | cases[0].name | required",
        "cases: [{name: a, expect: maybe}] | cases[0].expect"
            + " | expected allow, deny, unauthenticated or refused, found \"maybe\"",
        "cases: [{name: a, expect: deny, request: {path: a}}] | cases[0].request.path"
            + " | expected a path that begins with / and has no spaces, found \"a\"",
        "cases: [{name: a, expect: deny, identity: me}] | cases[0].identity"
            + " | not a workload's SPIFFE id: \"me\"",
        "cases: [{name: a, expect: deny, token: 1}] | cases[0].token | expected claims or a token",
        "cases: [{name: a, expect: deny, wishes: 1}] | cases[0].wishes | unknown field",
        "cases: [{name: a, expect: deny}, {name: a, expect: deny}] | cases[1].name"
            + " | another case has it already",
        "{workload: {port: 0}, cases: []} | workload.port | expected a number from 1 to 65535, found 0",
        "hello: world | hello | unknown field",
        "workload: {} | cases | required, or kind where it is a policy",
        "{cases: [], policies: [{kind: Pod}]} | policies[0].kind"
            + " | expected one of AuthorizationPolicy, PeerAuthentication, RequestAuthentication",
        "{kind: AuthorizationPolicy, apiVersion: security.istio.io/v1, metadata: {name: a},"
            + " spec: {action: NONE}} | spec.action"
            + " | expected ALLOW, DENY, AUDIT or CUSTOM, found \"NONE\"",
      })
  void whatCannotBeUsedIsNamed(String content, String field, String message) {
    assertThat(files(content).problems())
        .contains(new CaseFiles.FileProblem("file-0", field, message));
  }

  @Test
  void providersThatWouldBeAskedAnswerAsTheCaseSays() {
    CaseFiles files =
        files(
            """
            providers: [opa, {name: other, envoyExtAuthzHttp: {service: 127.0.0.1, port: 80}}]
            policies:
            - apiVersion: security.istio.io/v1
              kind: AuthorizationPolicy
              metadata: {namespace: foo, name: ask}
              spec: {action: CUSTOM, provider: {name: opa}, rules: [{to: [{operation: {paths: [/opa]}}]}]}
            - apiVersion: security.istio.io/v1
              kind: AuthorizationPolicy
              metadata: {namespace: foo, name: ask-nobody}
              spec: {action: CUSTOM, provider: {name: nobody}, rules: [{to: [{operation: {paths: [/nobody]}}]}]}
            cases:
            - {name: it allows, request: {path: /opa}, expect: allow}
            - {name: it denies, request: {path: /opa}, answers: {opa: deny}, expect: deny}
            - {name: it is not asked, answers: {opa: deny}, expect: allow}
            - {name: nobody can be asked, request: {path: /nobody}, expect: deny, by: foo/ask-nobody}
            - {name: wrong, request: {path: /opa}, expect: deny}
            """);
    assertThat(files.problems()).isEmpty();
    assertThat(failures(files))
        .containsExactly(
            "file-0: wrong: expected deny, got allow: provider \"opa\" is asked, and taken to allow");
    assertThat(files.run(InstantSource.system()).getLast().verdict().asked())
        .containsExactly("opa");
    assertThat(files("{cases: [], providers: [UPPER]}").problems())
        .extracting(CaseFiles.FileProblem::field)
        .containsExactly("providers[0].name");
  }

  @Test
  void ofSeveralDocumentsTheOneIsNamed() {
    assertThat(files("{cases: []}\n---\n{cases: [{name: 1}]}\n---\n{cases: [").problems())
        .extracting(CaseFiles.FileProblem::field)
        .contains("document 2: cases[0].name", "document 2: cases[0].expect")
        .anyMatch(field -> field.startsWith("line "));
  }

  @Test
  void aPolicyThatIsThereTwiceIsRefused() {
    assertThat(files(POLICIES, POLICIES).problems())
        .extracting(CaseFiles.FileProblem::field)
        .containsExactly("document 2: metadata.name", "document 3: items[0]: metadata.name");
  }

  @Test
  void carriedCasesAreBounded() {
    String text =
        """
        {"kind": "AuthorizationPolicy", "apiVersion": "security.istio.io/v1",
         "metadata": {"name": "a", "annotations": {"weft.dev/cases": "%s"}}, "spec": {}}
        """;
    assertThat(files(text.replace("%s", "x".repeat(16 * 1024 + 1))).problems())
        .containsExactly(
            new CaseFiles.FileProblem("file-0", CarriedCases.AT, "has 16385 bytes, at most 16384"));
    String many = "- {name: a, expect: deny}\\n".repeat(65);
    assertThat(files(text.replace("%s", many)).problems())
        .contains(
            new CaseFiles.FileProblem(
                "file-0", CarriedCases.AT + ".cases", "expected at most 64, found 65"));
    assertThat(files(text.replace("%s", "[")).problems())
        .singleElement()
        .extracting(CaseFiles.FileProblem::field)
        .isEqualTo(CarriedCases.AT);
  }
}
