package dev.weft.agent.policycases;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.policycases.CaseFile.Case;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.TreeMap;

/**
 * A file of cases in the form that anything which enforces policies can be tested with: the
 * compiled listener, and for each case the bytes that a caller sends and what becomes of them.
 */
final class CompiledCases {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CompiledCases() {}

  static String of(CaseFile file, Listener listener, TestTokens tokens)
      throws JsonProcessingException, GeneralSecurityException {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("application", "inbound|" + file.workload().port());
    root.put("serverName", serverName(file));
    root.put("http", http(file));
    if (!file.providers().isEmpty()) {
      ObjectNode providers = root.putObject("providers");
      file.providers()
          .forEach(provider -> providers.put(provider.upstream(), CaseFile.answers(provider)));
    }
    ArrayNode cases = root.putArray("cases");
    for (Case one : file.cases()) {
      ObjectNode compiled = cases.addObject();
      compiled.put("name", one.name());
      compiled.put("identity", one.identity());
      compiled.put("from", one.from());
      compiled.put("sends", sends(file, one, tokens));
      compiled.put("expect", one.expect().name());
      ObjectNode upstream = compiled.putObject("upstream");
      new TreeMap<>(one.upstream()).forEach(upstream::put);
    }
    root.put("listener", Base64.getEncoder().encodeToString(listener.toByteArray()));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }

  static boolean http(CaseFile file) {
    return !"tcp".equals(file.workload().settings().get("protocol"));
  }

  static String serverName(CaseFile file) {
    CaseFile.Workload workload = file.workload();
    return workload.port() + "." + workload.service() + "." + workload.namespace() + ".east.demo";
  }

  /** What a caller sends. */
  static String sends(CaseFile file, Case one, TestTokens tokens) throws GeneralSecurityException {
    if (!http(file)) {
      return EchoApplication.BYTES;
    }
    String token = one.token() == null ? "" : tokens.token(one.token(), one.signedBy());
    boolean placed =
        one.path().contains("${token}")
            || one.headers().values().stream().anyMatch(value -> value.contains("${token}"));
    StringBuilder request = new StringBuilder();
    request
        .append(one.method())
        .append(' ')
        .append(one.path().replace("${token}", token))
        .append(" HTTP/1.1\r\nhost: ")
        .append(one.host())
        .append("\r\nconnection: close\r\n");
    one.headers()
        .forEach((name, value) ->
            request
                .append(name)
                .append(": ")
                .append(value.replace("${token}", token))
                .append("\r\n"));
    if (!token.isEmpty() && !placed) {
      request.append("authorization: Bearer ").append(token).append("\r\n");
    }
    return request.append("\r\n").toString();
  }
}
