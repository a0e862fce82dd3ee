package dev.weft.proxy.http.filter.authz;

import dev.weft.policy.authz.Connection;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.NetworkExtAuthz;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.filter.UpstreamCalls;
import dev.weft.proxy.telemetry.LoggedConnection;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks a service whether a connection may go on, as {@code envoy.filters.network.ext_authz} does.
 * There is no request: the service is told of the two ends and no more.
 */
@LoopConfined
public final class ConnectionCheck {
  private final NetworkExtAuthz settings;
  private final AuthorizationChecks checks;

  public ConnectionCheck(NetworkExtAuthz settings, AuthorizationChecks checks) {
    this.settings = settings;
    this.checks = checks;
  }

  /**
   * A connection that is asked about.
   *
   * @param peer names of the peer's verified certificate; {@code null}: it sent none
   * @param own names of the certificate that it was shown; {@code null}: none
   */
  public record Asked(
      LoggedConnection connection, Connection.@Nullable Peer peer, Connection.@Nullable Peer own) {}

  /** What the service says of a connection. */
  public sealed interface Answer {
    /**
     * It may go on.
     *
     * @param metadata for later filters
     */
    record Allowed(Map<String, ?> metadata) implements Answer {}

    /** It may not. */
    record Denied() implements Answer {}

    /**
     * There is no answer.
     *
     * @param why for the log; holds nothing that the service chose but a gRPC status
     */
    record Failed(String why) implements Answer {}
  }

  /**
   * Asks.
   *
   * @param told once, on the same loop, perhaps before this returns
   * @return gives it up; nobody is told then
   */
  public Runnable ask(Asked asked, Consumer<Answer> told) {
    long begun = checks.clock().millis();
    HeaderList metadata = new HeaderList(4);
    checks.writing().write(settings.service().metadata(), asked.connection(), metadata);
    return checks
        .calls()
        .send(
            GrpcCheck.call(settings.service(), request(asked), metadata),
            new UpstreamCalls.Answer() {
              @Override
              public void answered(UpstreamCalls.Response response) {
                told.accept(answer(GrpcCheck.verdict(response), begun));
              }

              @Override
              public void failed(String why) {
                told.accept(new Answer.Failed(why));
              }
            });
  }

  private Answer answer(GrpcCheck.Verdict verdict, long begun) {
    return switch (verdict) {
      case GrpcCheck.Verdict.Allowed allowed -> {
        Map<String, @Nullable Object> said = new HashMap<>(allowed.metadata());
        said.put("ext_authz_duration", (double) (checks.clock().millis() - begun));
        yield new Answer.Allowed(said);
      }
      case GrpcCheck.Verdict.Denied denied -> new Answer.Denied();
      case GrpcCheck.Verdict.Failed(String why) -> new Answer.Failed(why);
    };
  }

  private CheckRequest request(Asked asked) {
    LoggedConnection connection = asked.connection();
    AttributeContext.Builder attributes =
        AttributeContext.newBuilder()
            .setSource(
                Ends.end(connection.remoteAddress(), asked.peer())
                    .setCertificate(
                        settings.peerCertificate()
                            ? PeerCertificates.encoded(connection.transport().peer())
                            : ""))
            .setDestination(
                Ends.end(connection.localAddress(), asked.own())
                    .setService(connection.serverName()));
    if (settings.tlsSession()) {
      attributes.setTlsSession(
          AttributeContext.TLSSession.newBuilder().setSni(connection.serverName()));
    }
    return CheckRequest.newBuilder().setAttributes(attributes).build();
  }
}
