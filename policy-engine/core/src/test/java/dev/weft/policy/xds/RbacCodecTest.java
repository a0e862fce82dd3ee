package dev.weft.policy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import com.google.protobuf.UnknownFieldSet;
import dev.weft.policy.authz.RbacPolicy;
import dev.weft.policy.xds.RbacCodec.Layer;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import java.util.List;
import org.junit.jupiter.api.Test;

class RbacCodecTest {

  private static RBAC text(String proto) throws TextFormat.ParseException {
    return TextFormat.parse(proto, RBAC.class);
  }

  private static List<String> problems(RBAC proto, Layer layer) {
    Problems problems = Problems.at("rules");
    RbacPolicy decoded = RbacCodec.decode(proto, layer, problems);
    assertThat(decoded == null).isEqualTo(!problems.found().isEmpty());
    return problems.found().stream().map(Problem::toString).toList();
  }

  @Test
  void namesEveryFieldThatItDoesNotUnderstand() throws Exception {
    RBAC proto =
        text(
            """
            action: LOG
            audit_logging_options { audit_condition: ON_DENY }
            policies {
              key: "a"
              value {
                permissions { matcher { name: "m" } }
                permissions { and_rules { rules { matcher { name: "m" } } } }
                permissions {
                  sourced_metadata {
                    metadata_matcher { filter: "f" path { key: "k" } value { bool_match: true } }
                    metadata_source: ROUTE
                  }
                }
                principals { not_id { filter_state { key: "k" } } }
                principals { custom { name: "c" } }
                condition { id: 1 }
              }
            }
            policies { key: "b" value { principals { any: true } } }
            """);
    assertThat(problems(proto, Layer.HTTP))
        .containsExactly(
            "rules.audit_logging_options: is not supported",
            "rules.policies[\"a\"].condition: is not supported",
            "rules.policies[\"a\"].permissions[0].matcher: is not supported",
            "rules.policies[\"a\"].permissions[1].and_rules.rules[0].matcher: is not supported",
            "rules.policies[\"a\"].permissions[2].sourced_metadata.metadata_source: is not supported: 1",
            "rules.policies[\"a\"].principals[0].not_id.filter_state: is not supported",
            "rules.policies[\"a\"].principals[1].custom: is not supported",
            "rules.policies[\"b\"].permissions: needs at least one");
  }

  @Test
  void refusesMalformedRangesTemplatesAndValues() throws Exception {
    RBAC proto =
        text(
            """
            policies {
              key: "a"
              value {
                permissions { destination_ip { address_prefix: "10.0.0" } }
                permissions { destination_ip { address_prefix: "10.0.0.0" prefix_len { value: 129 } } }
                permissions { destination_port_range { start: 5 end: 5 } }
                permissions { destination_port_range { start: -1 end: 70000 } }
                permissions { uri_template { name: "t" } }
                permissions { metadata { path { } } }
                principals { metadata { filter: "f" path { key: "k" } value { } } }
                principals { metadata { filter: "f" path { key: "k" } value { or_match { value_matchers { bool_match: true } } } } }
                principals { metadata { filter: "f" path { key: "k" } value { list_match { } } } }
                principals { metadata { filter: "f" path { key: "k" } value { double_match { } } } }
              }
            }
            """);
    assertThat(problems(proto, Layer.HTTP))
        .extracting(problem -> problem.replace("rules.policies[\"a\"].", ""))
        .containsExactly(
            "permissions[0].destination_ip.address_prefix: is not an IP address",
            "permissions[1].destination_ip.prefix_len: must be at most 128",
            "permissions[2].destination_port_range.end: has to be above start",
            "permissions[3].destination_port_range.start: must be 0 to 65536",
            "permissions[3].destination_port_range.end: must be 0 to 65536",
            "permissions[4].uri_template.typed_config: expected a UriTemplateMatchConfig",
            "permissions[5].metadata.filter: is required",
            "permissions[5].metadata.path[0].key: is required",
            "permissions[5].metadata.value: is required",
            "principals[0].metadata.value: match_pattern is required",
            "principals[1].metadata.value.or_match.value_matchers: needs at least two",
            "principals[2].metadata.value.list_match: one_of is required",
            "principals[3].metadata.value.double_match: match_pattern is required");
  }

  @Test
  void rulesOnRequestsAreRefusedForConnections() throws Exception {
    RBAC proto =
        text(
            """
            policies {
              key: "a"
              value {
                permissions { url_path { path { exact: "/" } } }
                permissions { metadata { filter: "f" path { key: "k" } value { bool_match: true } } }
                principals { header { name: "x" present_match: true } }
              }
            }
            """);
    assertThat(problems(proto, Layer.NETWORK))
        .containsExactly(
            "rules.policies[\"a\"].permissions[0].url_path: is not supported",
            "rules.policies[\"a\"].permissions[1].metadata: is not supported",
            "rules.policies[\"a\"].principals[0].header: is not supported");
    assertThat(problems(proto, Layer.HTTP)).isEmpty();
  }

  @Test
  void refusesMalformedMatchers() throws Exception {
    RBAC proto =
        text(
            """
            policies {
              key: "a"
              value {
                permissions { requested_server_name { prefix: "" } }
                permissions { requested_server_name { safe_regex { regex: "(" } } }
                permissions { requested_server_name { safe_regex { regex: "a" google_re2 {} } } }
                permissions { requested_server_name { } }
                permissions { destination_port: 65536 }
                permissions { any: false }
                permissions { }
                permissions { header { exact_match: "x" } }
                permissions { url_path { } }
                principals { authenticated { principal_name { contains: "" } } }
                principals { and_ids { } }
                principals { header { name: "x" treat_missing_header_as_empty: true } }
              }
            }
            """);
    assertThat(problems(proto, Layer.HTTP))
        .extracting(problem -> problem.replace("rules.policies[\"a\"].", ""))
        .containsExactly(
            "permissions[0].requested_server_name.prefix: must not be empty",
            "permissions[1].requested_server_name.safe_regex.regex: not an RE2 pattern: missing closing )",
            "permissions[2].requested_server_name.safe_regex.google_re2: is not supported",
            "permissions[3].requested_server_name: match_pattern is required",
            "permissions[4].destination_port: must be at most 65535",
            "permissions[5].any: must be true",
            "permissions[6]: rule is required",
            "permissions[7].header.exact_match: is not supported",
            "permissions[7].header.name: is required",
            "permissions[8].url_path: path is required",
            "principals[0].authenticated.principal_name.contains: must not be empty",
            "principals[1].and_ids.rules: needs at least one".replace("rules", "ids"),
            "principals[2].header.treat_missing_header_as_empty: is supported with string_match and range_match only");
  }

  @Test
  void namesUnknownProtobufFields() throws Exception {
    RBAC proto =
        RBAC.newBuilder()
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                    .build())
            .build();
    assertThat(problems(proto, Layer.HTTP)).containsExactly("rules: unknown field number 99");
  }

  @Test
  void listsABoundedNumberOfProblems() {
    RBAC.Builder proto = RBAC.newBuilder();
    for (int i = 0; i < 500; i++) {
      proto.putPolicies(
          "policy " + i, io.envoyproxy.envoy.config.rbac.v3.Policy.getDefaultInstance());
    }
    assertThat(problems(proto.build(), Layer.HTTP)).hasSize(Problems.MAX + 1);
  }
}
