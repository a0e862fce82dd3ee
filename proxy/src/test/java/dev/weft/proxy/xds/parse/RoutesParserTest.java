package dev.weft.proxy.xds.parse;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import com.google.protobuf.TypeRegistry;
import dev.weft.proxy.config.RouteTable;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What route configurations are refused, and with which words. */
class RoutesParserTest {
  private static final String MATCH = "match {prefix: \"/\"} ";
  private static final String ROUTE = MATCH + "route {cluster: \"a\" ";
  private static final String REDIRECT = MATCH + "redirect {";

  private static List<String> problems(String route) {
    String text = "name: \"t\" virtual_hosts {name: \"v\" domains: \"*\" routes {" + route + "}}";
    return problemsOf(text);
  }

  private static List<String> problemsOf(String text) {
    try {
      RouteConfiguration.Builder routes = RouteConfiguration.newBuilder();
      TypeRegistry types =
          TypeRegistry.newBuilder()
              .add(TypedConfigs.known().stream().map(m -> m.getDescriptorForType()).toList())
              .build();
      TextFormat.Parser.newBuilder().setTypeRegistry(types).build().merge(text, routes);
      return switch (ResourceParser.routes(routes.build())) {
        case Parsed.Accepted<RouteTable> accepted -> List.of();
        case Parsed.Rejected<RouteTable> rejected ->
            rejected.problems().stream().map(p -> p.path() + ": " + p.message()).toList();
      };
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "prefix_rewrite: \"/a b\" | prefix_rewrite: is not part of a path: \"/a b\"",
        "regex_rewrite {pattern {regex: \"(\"}} | regex_rewrite.pattern.regex: not an RE2 pattern: missing closing )",
        "regex_rewrite {pattern {regex: \"a\"} substitution: \"\\\\1\"} | regex_rewrite.substitution: names a group that is not there: \"\\1\"",
        "auto_host_rewrite {value: true} | auto_host_rewrite: is not supported",
        "host_rewrite_literal: \"a b\" | host_rewrite_literal: is not a host: \"a b\"",
        "host_rewrite_header: \":path\" | host_rewrite_header: is not a header name: \":path\"",
        "append_x_forwarded_host: true | append_x_forwarded_host: is supported with a rewritten host only",
        "cluster_not_found_response_code: NOT_FOUND | cluster_not_found_response_code: is not supported",
      })
  void aBrokenRouteActionIsRefused(String action, String problem) {
    assertThat(problems(ROUTE + action + "}"))
        .containsExactly("virtual_hosts[0].routes[0].route." + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "scheme_redirect: \"a:b\" | scheme_redirect: is not a scheme: \"a:b\"",
        "host_redirect: \"a/b\" | host_redirect: is not a host: \"a/b\"",
        "port_redirect: 70000 | port_redirect: is 70000, expected 0 to 65535",
        "path_redirect: \"/\\n\" | path_redirect: is not part of a path: \"/?\"",
      })
  void aBrokenRedirectIsRefused(String redirect, String problem) {
    assertThat(problems(REDIRECT + redirect + "}"))
        .containsExactly("virtual_hosts[0].routes[0].redirect." + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "%PROTOCOL | is not a format string: \"%PROTOCOL\"",
        "%NONSENSE% | is not a supported command operator: \"%NONSENSE%\"",
        "%REQ% | is not a supported command operator: \"%REQ%\"",
        "%PROTOCOL(x)% | is not a supported command operator: \"%PROTOCOL(x)%\"",
        "%ENVIRONMENT(HOME)% | is not a supported command operator: \"%ENVIRONMENT(HOME)%\"",
        "a\\nb | holds control characters",
      })
  void anUnknownCommandOperatorIsRefused(String value, String problem) {
    assertThat(
            problems(
                ROUTE + "} request_headers_to_add {header {key: \"x\" value: \"" + value + "\"}}"))
        .containsExactly(
            "virtual_hosts[0].routes[0].request_headers_to_add[0].header.value: " + problem);
  }

  @ParameterizedTest
  @CsvSource({
    "a/*, has to begin with a slash and be at most 1024 characters long",
    "/**/*, has an operator after **",
    "/{a}/{a}, has a variable that is broken or there twice",
    "/{a=}, has a variable without a pattern",
    "/{a=b/}, has a variable whose pattern is broken",
    "/{a, has a variable that is broken or there twice",
    "/*.x/y, text after an operator has to be the template's end",
    "/a*, 'holds a segment that is not text, * or a variable'",
    "//, 'holds a segment that is not text, * or a variable'",
    "/{a}/{b}/{c}/{d}/{e}/{f}, has more than 5 variables",
  })
  void aBrokenTemplateIsRefused(String template, String problem) {
    assertThat(
            problems(
                "match {path_match_policy {name: \"t\" typed_config {"
                    + "[type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig]"
                    + " {path_template: \""
                    + template
                    + "\"}}}} route {cluster: \"a\"}"))
        .contains(
            "virtual_hosts[0].routes[0].match.path_match_policy.typed_config.path_template: "
                + problem
                + ": \""
                + template
                + "\"");
  }

  @Test
  void matchesThatNothingHereCanFulfilAreRefused() {
    assertThat(
            problems(
                "match {prefix: \"/\" tls_context {presented {value: true}}"
                    + " dynamic_metadata {filter: \"x\"}"
                    + " runtime_fraction {runtime_key: \"k\"}"
                    + " query_parameters {string_match {prefix: \"\"}}"
                    + " headers {name: \"n\" range_match {start: 2 end: 2}}} route {cluster: \"a\"}"))
        .containsExactlyInAnyOrder(
            at("tls_context: is not supported"),
            at("dynamic_metadata: is not supported"),
            at("runtime_fraction.runtime_key: is not supported"),
            at("runtime_fraction.default_value: is required"),
            at("query_parameters[0].name: is required"),
            at("query_parameters[0].string_match.prefix: must not be empty"),
            at("headers[0].range_match.end: has to be above start"))
        .allMatch(problem -> problem.startsWith("virtual_hosts[0]"));
  }

  private static String at(String problem) {
    return "virtual_hosts[0].routes[0].match." + problem;
  }

  @Test
  void weightsHaveToAddUpToSomething() {
    assertThat(
            problems(
                MATCH
                    + "route {weighted_clusters {runtime_key_prefix: \"r\""
                    + " clusters {name: \"a\"} clusters {cluster_header: \"x\"}}}"))
        .containsExactlyInAnyOrder(
            "virtual_hosts[0].routes[0].route.weighted_clusters.runtime_key_prefix: is not supported",
            "virtual_hosts[0].routes[0].route.weighted_clusters.clusters[1].cluster_header: is not supported",
            "virtual_hosts[0].routes[0].route.weighted_clusters.clusters[1].name: is required",
            "virtual_hosts[0].routes[0].route.weighted_clusters.clusters: the sum of weights is 0, expected 1 to 2^32-1");
  }

  @Test
  void aCallersHeaderDoesNotChooseTheUpstream() {
    assertThat(problems(MATCH + "route {cluster_header: \"x\"}"))
        .containsExactly("virtual_hosts[0].routes[0].route.cluster_header: is not supported");
  }
}
