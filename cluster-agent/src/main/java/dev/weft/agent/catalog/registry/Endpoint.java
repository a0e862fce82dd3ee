package dev.weft.agent.catalog.registry;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** What a path is answered with. */
sealed interface Endpoint {
  /** Whether another datacenter than this may be asked for: agents' endpoints ignore it. */
  boolean ofDatacenter();

  /** The one method, beside OPTIONS. */
  default String method() {
    return switch (this) {
      case Plain _, Indexed _, Hashed _ -> "GET";
      case Write _ -> "PUT";
    };
  }

  /** A read at once. */
  record Plain(boolean ofDatacenter, Reading reading) implements Endpoint {}

  /** A read that can wait for a higher index. */
  record Indexed(Function<Query, Topic> topic, Reading reading) implements Endpoint {
    @Override
    public boolean ofDatacenter() {
      return true;
    }
  }

  /** A read that can wait for other content than that of a hash. */
  record Hashed(BiPredicate<Query, Contents> changed, Reading reading) implements Endpoint {
    @Override
    public boolean ofDatacenter() {
      return false;
    }
  }

  /** A write. */
  record Write(Writing writing) implements Endpoint {
    @Override
    public boolean ofDatacenter() {
      return false;
    }
  }

  /** Answers a read from the contents of a moment; throws {@link RegistryError}. */
  @FunctionalInterface
  interface Reading {
    Reply read(Query query, Contents contents);
  }

  /** Does a write; the future completes when it is durable. Throws {@link RegistryError}. */
  @FunctionalInterface
  interface Writing {
    CompletableFuture<Void> write(Query query, String body);
  }
}
