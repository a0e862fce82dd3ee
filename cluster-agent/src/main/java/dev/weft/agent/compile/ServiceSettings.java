package dev.weft.agent.compile;

import dev.weft.agent.model.ImportedService;
import dev.weft.agent.model.Instance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A service's settings: of what its local instances say, the one with the lowest id counts; then
 * what peers say, in the order of their names; then the defaults. Times in milliseconds, 0: no end.
 * A gRPC call takes as long as its caller's deadline says: streams are open for hours, and a caller
 * without a deadline waits.
 */
record ServiceSettings(
    String protocol, long requestTimeout, long perTryTimeout, long connectTimeout) {
  private static final long REQUEST = 15_000;
  private static final long PER_TRY = 5_000;
  private static final long CONNECT = 500;

  /**
   * @param local by id
   * @param imports by peer
   */
  static ServiceSettings of(List<Instance> local, Collection<ImportedService> imports) {
    List<Map<String, String>> said = new ArrayList<>();
    local.forEach(instance -> said.add(instance.settings()));
    imports.forEach(service -> said.add(service.settings()));
    String protocol =
        first(
            said,
            "protocol",
            imports.stream().map(ImportedService::protocol).findFirst().orElse("http"));
    boolean grpc = protocol.equals("grpc");
    return new ServiceSettings(
        protocol,
        millis(said, "request-timeout", grpc ? 0 : REQUEST),
        millis(said, "per-try-timeout", grpc ? 0 : PER_TRY),
        millis(said, "connect-timeout", CONNECT));
  }

  boolean http() {
    return !protocol.equals("tcp");
  }

  /** Whether callers' {@code grpc-timeout} counts. */
  boolean grpc() {
    return protocol.equals("grpc");
  }

  private static String first(List<Map<String, String>> said, String key, String otherwise) {
    return said.stream()
        .filter(one -> one.containsKey(key))
        .map(one -> one.get(key))
        .findFirst()
        .orElse(otherwise);
  }

  private static long millis(List<Map<String, String>> said, String key, long otherwise) {
    String text = first(said, key, "");
    // A peer's agent may be of another version: what is not understood here is as if not said.
    return text.matches("\\d{1,9}") ? Long.parseLong(text) : otherwise;
  }
}
