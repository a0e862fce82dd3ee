package dev.weft.proxy.admin;

import dev.weft.proxy.lifecycle.Readiness;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletionStage;

/** What the admin endpoint shows and does. Called on a Vert.x event loop; nothing here blocks. */
public interface AdminSource {
  /** Whether the node serves. */
  Readiness readiness();

  /** Prometheus text, version 0.0.4. */
  String metrics();

  /** The configuration, without secrets. */
  CompletionStage<JsonObject> configDump();

  /** Begins to leave; again is no harm. */
  void drain();
}
