package dev.weft.agent.model.validate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.agent.model.Address;
import dev.weft.agent.model.ExternalService;
import dev.weft.agent.model.ExternalService.Name;
import dev.weft.agent.model.ExternalService.OwnCertificate;
import dev.weft.agent.model.ExternalService.Tls;
import dev.weft.agent.model.ServiceKey;
import dev.weft.policy.document.Document;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExternalServiceDocumentTest {
  private static final String HEAD = "apiVersion: mesh.weft.dev/v1\nkind: ExternalService\n";
  private static final String SIMPLE = "tls: {mode: SIMPLE, caFile: /ca.pem}";

  private static Validated<ExternalService> read(String text) {
    JsonNode tree =
        Document.parse(text.getBytes(UTF_8), Document.Format.YAML)
                instanceof Document.Parsed(JsonNode parsed)
            ? parsed
            : com.fasterxml.jackson.databind.node.NullNode.instance;
    return ExternalServiceDocument.read(tree, "default", "bank");
  }

  private static ExternalService valid(String spec) {
    Validated<ExternalService> read = read(HEAD + "spec: " + spec + "\n");
    assertThat(read).as(spec).isInstanceOf(Validated.Valid.class);
    return ((Validated.Valid<ExternalService>) read).value();
  }

  private static List<Problem> problems(String text) {
    return read(text) instanceof Validated.Invalid<ExternalService>(List<Problem> problems)
        ? problems
        : List.of();
  }

  private static Tls tls(String spec) {
    return valid(spec).tls().orElseThrow();
  }

  private static Name dns(String name) {
    return new Name(Name.Type.DNS, name);
  }

  @Test
  void everyFieldIsRead() {
    ExternalService bank =
        valid(
            """
            {hosts: [api.bank.example, www.bank.example], address: edge.bank.example, port: 8443,
             protocol: http2,
             tls: {mode: MUTUAL, sni: tls.bank.example, caFile: /etc/bank/ca.pem,
                   certificateFile: /etc/bank/own.pem, keyFile: /etc/bank/own-key.pem,
                   subjectAltNames: [a.bank.example, "spiffe://bank/api", 192.0.2.7, "2001:DB8:0:0::1"],
                   minVersion: TLSV1_2}}
            """);
    assertThat(bank)
        .isEqualTo(
            new ExternalService(
                new ServiceKey("default", "bank"),
                List.of("api.bank.example", "www.bank.example"),
                new Address("edge.bank.example", 8443),
                true,
                Optional.of(
                    new Tls(
                        "tls.bank.example",
                        List.of(
                            dns("a.bank.example"),
                            new Name(Name.Type.URI, "spiffe://bank/api"),
                            new Name(Name.Type.IP_ADDRESS, "192.0.2.7"),
                            new Name(Name.Type.IP_ADDRESS, "2001:db8::1")),
                        "/etc/bank/ca.pem",
                        Optional.of(
                            new OwnCertificate("/etc/bank/own.pem", "/etc/bank/own-key.pem")),
                        true))));
  }

  @Test
  void whatIsNotSaidIsStrict() {
    ExternalService named = valid("{address: api.bank.example, port: 443, " + SIMPLE + "}");
    assertThat(named.http2()).isFalse();
    assertThat(named.hosts()).isEmpty();
    assertThat(named.tls())
        .contains(
            new Tls(
                "api.bank.example",
                List.of(dns("api.bank.example")),
                "/ca.pem",
                Optional.empty(),
                false));
    // The name that it is called by goes before the address.
    Tls called = tls("{hosts: [api.bank.example], address: 192.0.2.7, port: 443, " + SIMPLE + "}");
    assertThat(called.sni()).isEqualTo("api.bank.example");
    assertThat(called.names()).containsExactly(dns("api.bank.example"));
    // An address is no server name (RFC 6066 section 3), but one that a certificate may have.
    Tls literal = tls("{address: 192.0.2.7, port: 443, " + SIMPLE + "}");
    assertThat(literal.sni()).isEmpty();
    assertThat(literal.names()).containsExactly(new Name(Name.Type.IP_ADDRESS, "192.0.2.7"));
    assertThat(valid("{address: 192.0.2.7, port: 80, tls: {mode: DISABLE}}").tls()).isEmpty();
    assertThat(
            tls("{address: 192.0.2.7, port: 443,"
                    + " tls: {mode: SIMPLE, caFile: /ca.pem, sni: b.example, minVersion: TLSV1_3}}")
                .names())
        .containsExactly(dns("b.example"));
  }

  @ParameterizedTest
  @CsvSource({
    "443, api.bank.example",
    "8443, api.bank.example:8443",
  })
  void theServerSeesItsOwnNameWithThePortWhereItIsNotTheUsual(int port, String authority) {
    ExternalService bank = valid("{address: api.bank.example, port: " + port + ", " + SIMPLE + "}");
    assertThat(bank.authority(bank.mainHost())).isEqualTo(authority);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{port: 443, TLS} | spec.address",
        "{address: 'a b', port: 443, TLS} | spec.address",
        "{address: 1.2.3, port: 443, TLS} | spec.address",
        "{address: 'fe80::1%1', port: 443, TLS} | spec.address",
        "{address: payments.default.mesh, port: 443, TLS} | spec.address",
        "{address: a.example, TLS} | spec.port",
        "{address: a.example, port: 0, TLS} | spec.port",
        "{address: a.example, port: 65536, TLS} | spec.port",
        "{address: a.example, port: 443, protocol: tcp, TLS} | spec.protocol",
        "{address: a.example, port: 443, protocol: grpcs, TLS} | spec.protocol",
        "{address: a.example, port: 443, hosts: [], TLS} | spec.hosts",
        "{address: a.example, port: 443, hosts: [a,b,c,d,e,f,g,h,i], TLS} | spec.hosts",
        "{address: a.example, port: 443, hosts: [a, a], TLS} | spec.hosts[1]",
        "{address: a.example, port: 443, hosts: ['*.a.example'], TLS} | spec.hosts[0]",
        "{address: a.example, port: 443, hosts: [A.example], TLS} | spec.hosts[0]",
        "{address: a.example, port: 443, hosts: [192.0.2.7], TLS} | spec.hosts[0]",
        "{address: a.example, port: 443, hosts: [a.default.mesh], TLS} | spec.hosts[0]",
        "{address: a.example, port: 443, hosts: [a.b.svc.clusterset.local], TLS} | spec.hosts[0]",
        "{address: a.example, port: 443, extra: 1, TLS} | spec.extra",
        "{address: a.example, port: 443} | spec.tls",
        "{address: a.example, port: 443, tls: {}} | spec.tls.mode",
        "{address: a.example, port: 443, tls: {mode: simple}} | spec.tls.mode",
        "{address: a.example, port: 443, tls: {mode: SIMPLE}} | spec.tls.caFile",
        "{address: a.example, port: 443, tls: {mode: SIMPLE, caFile: ca.pem}} | spec.tls.caFile",
        "{address: a.example, port: 443, tls: {mode: DISABLE, sni: a}} | spec.tls.sni",
        "{address: a.example, port: 443, tls: {mode: SIMPLE, caFile: /a, keyFile: /k}} |"
            + " spec.tls.keyFile",
        "{address: a.example, port: 443, tls: {mode: MUTUAL, caFile: /a, keyFile: /k}} |"
            + " spec.tls.certificateFile",
        "{address: a.example, port: 443, tls: {mode: MUTUAL, caFile: /a, certificateFile: /k}} |"
            + " spec.tls.keyFile",
        "{address: a.example, port: 443, tls: {mode: SIMPLE, caFile: /a, sni: 192.0.2.7}} |"
            + " spec.tls.sni",
        "{address: a.example, port: 443, tls: {mode: SIMPLE, caFile: /a, subjectAltNames: []}} |"
            + " spec.tls.subjectAltNames",
        "{address: a.example, port: 443,"
            + " tls: {mode: SIMPLE, caFile: /a, subjectAltNames: [a, '*.b']}} |"
            + " spec.tls.subjectAltNames[1]",
        "{address: a.example, port: 443, tls: {mode: SIMPLE, caFile: /a, minVersion: TLSV1_1}} |"
            + " spec.tls.minVersion",
        "{address: a.example, port: 443, tls: {mode: SIMPLE, caFile: /a, insecure: true}} |"
            + " spec.tls.insecure",
      })
  void whatIsWrongIsNamed(String spec, String field) {
    assertThat(problems(HEAD + "spec: " + spec.replace("TLS}", SIMPLE + "}") + "\n"))
        .as(spec)
        .extracting(Problem::field)
        .containsExactly(field);
  }

  @Test
  void theHeadIsHeldToTheUrl() {
    assertThat(
            problems(
                "apiVersion: v2\nkind: Service\nmetadata: {name: other}\nstatus: 1\n"
                    + "spec: {address: a.example, port: 443, "
                    + SIMPLE
                    + "}\n"))
        .extracting(Problem::field)
        .containsExactlyInAnyOrder("apiVersion", "kind", "metadata.name", "status");
  }

  @Test
  void keyMaterialIsRefusedByItsFieldAndNotRepeated() {
    String pem = "\"-----BEGIN PRIVATE KEY-----\\nMIGHAgEA\\n-----END PRIVATE KEY-----\"";
    List<Problem> found =
        problems(
            HEAD
                + "metadata: {annotations: {note: "
                + pem
                + "}}\nspec: {hosts: ["
                + pem
                + "], address: a.example, port: 0, tls: {mode: MUTUAL, caFile: /a, keyFile: "
                + pem
                + ", key: "
                + pem
                + "}}\n");
    assertThat(found)
        .extracting(Problem::field)
        .containsExactly(
            "metadata.annotations.note", "spec.hosts[0]", "spec.tls.keyFile", "spec.tls.key");
    assertThat(found.toString()).doesNotContain("MIGHAgEA");
    // Of a file's name nothing is repeated either: it may be a key without its frame.
    assertThat(
            problems(
                    HEAD
                        + "spec: {address: a.example, port: 443,"
                        + " tls: {mode: SIMPLE, caFile: MIGHAgEA}}\n")
                .toString())
        .doesNotContain("MIGHAgEA");
  }
}
