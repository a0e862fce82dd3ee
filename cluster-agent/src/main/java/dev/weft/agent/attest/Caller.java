package dev.weft.agent.attest;

import dev.weft.policy.identity.SpiffeId;
import io.grpc.Context;

/** Who makes a gRPC call, as its TLS client certificate says. */
public sealed interface Caller {

  /** Where {@link CallerInterceptor} puts the caller of the present call. */
  Context.Key<Caller> CURRENT = Context.key("weft-caller");

  /** The caller of the present call; {@link Anonymous} outside one. */
  static Caller current() {
    Caller caller = CURRENT.get();
    return caller == null ? new Anonymous() : caller;
  }

  /** No client certificate. */
  record Anonymous() implements Caller {}

  /** A certificate of this cluster's own trust domain. */
  record Workload(SpiffeId id) implements Caller {}

  /** A certificate of a configured peer's trust domain. */
  record Foreign(String cluster, SpiffeId id) implements Caller {}
}
