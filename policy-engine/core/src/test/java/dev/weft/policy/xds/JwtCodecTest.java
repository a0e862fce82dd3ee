package dev.weft.policy.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import dev.weft.policy.jwt.JwtPolicy;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import java.util.List;
import org.junit.jupiter.api.Test;

class JwtCodecTest {

  private static List<String> problems(JwtAuthentication proto) {
    Problems problems = Problems.at("jwt");
    JwtPolicy<RouteMatch> decoded = JwtCodec.decode(proto, (match, at) -> match, problems);
    assertThat(decoded == null).isEqualTo(!problems.found().isEmpty());
    return problems.found().stream().map(Problem::toString).toList();
  }

  private static List<String> problems(String proto) throws TextFormat.ParseException {
    return problems(TextFormat.parse(proto, JwtAuthentication.class));
  }

  @Test
  void namesEveryFieldThatItDoesNotTake() throws Exception {
    assertThat(
            problems(
                """
                filter_state_rules { name: "n" }
                providers {
                  key: "a"
                  value {
                    local_jwks { filename: "/etc/keys" }
                    from_headers { name: "a b" }
                    from_headers { name: "Host" value_prefix: "\\n" }
                    claim_to_headers { header_name: "" claim_name: "" }
                    forward_payload_header: ":path"
                    max_lifetime { seconds: -1 }
                    jwt_cache_config { jwt_cache_size: 4000000000 }
                  }
                }
                providers {
                  key: "b"
                  value {
                    remote_jwks {
                      http_uri { uri: "file:///etc/passwd" }
                      cache_duration { nanos: 1 }
                      retry_policy { num_retries { value: 1 } }
                    }
                  }
                }
                providers { key: "c" value { local_jwks { inline_string: "{}" } } }
                providers { key: "d" value { } }
                rules { requires { provider_name: "nobody" } }
                rules { match { prefix: "/" } requirement_name: "nothing" }
                rules {
                  match { prefix: "/" }
                  requires { requires_any { requirements { allow_missing {} } } }
                }
                """))
        .containsExactly(
            "jwt.filter_state_rules: is not supported",
            "jwt.providers[\"a\"].max_lifetime: is not a duration of 0 to 366 days",
            "jwt.providers[\"a\"].local_jwks.filename: is not supported",
            "jwt.providers[\"a\"].local_jwks: inline_string or inline_bytes is required",
            "jwt.providers[\"a\"].from_headers[0].name: is not a header name",
            "jwt.providers[\"a\"].from_headers[1].name: is not supported: Host",
            "jwt.providers[\"a\"].from_headers[1].value_prefix: is not part of a header value",
            "jwt.providers[\"a\"].claim_to_headers[0].claim_name: is required",
            "jwt.providers[\"a\"].claim_to_headers[0].header_name: is required",
            "jwt.providers[\"a\"].forward_payload_header: is not a header name",
            "jwt.providers[\"a\"].jwt_cache_config.jwt_cache_size: is above 1000000",
            "jwt.providers[\"b\"].remote_jwks.retry_policy: is not supported",
            "jwt.providers[\"b\"].remote_jwks.http_uri.uri: is not an absolute http or https URI",
            "jwt.providers[\"b\"].remote_jwks.http_uri.cluster: is required",
            "jwt.providers[\"b\"].remote_jwks.http_uri.timeout: is required",
            "jwt.providers[\"b\"].remote_jwks.cache_duration: is below 1ms",
            "jwt.providers[\"c\"].local_jwks.inline_string: does not have [keys]",
            "jwt.providers[\"d\"]: remote_jwks or local_jwks is required",
            "jwt.rules[0].match: is required",
            "jwt.rules[1].requirement_name: is not in requirement_map",
            "jwt.rules[2].requires.requires_any.requirements: needs at least two");
  }

  @Test
  void requirementsMayNotBeNestedForEver() {
    JwtRequirement.Builder deep = JwtRequirement.newBuilder();
    for (int i = 0; i < 20; i++) {
      JwtRequirement inner = deep.build();
      deep = JwtRequirement.newBuilder();
      deep.getRequiresAllBuilder()
          .addRequirements(inner)
          .addRequirements(inner.getDefaultInstanceForType());
    }
    JwtAuthentication proto =
        JwtAuthentication.newBuilder().putRequirementMap("deep", deep.build()).build();
    assertThat(problems(proto)).anyMatch(problem -> problem.endsWith("is nested deeper than 16"));
  }
}
