package dev.weft.proxy.lifecycle;

import dev.weft.proxy.config.SnapshotSink;
import dev.weft.proxy.tls.TlsMaterialSink;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The workers, as the control side sees them: they take configuration and certificates and serve.
 * All methods return without blocking and may be called from any thread; publications come from the
 * control thread only.
 */
public interface TrafficPlane extends SnapshotSink, TlsMaterialSink {
  /** Listeners that accept connections now: name to the address bound, {@code ip:port}. */
  Map<String, String> serving();

  /**
   * Leaves politely: GOAWAY and {@code Connection: close}, no new connections, and what is in
   * flight may end.
   *
   * @param limit what is still open after it is closed
   * @return completes when the last connection is gone, exceptionally never
   */
  CompletionStage<Void> drain(Duration limit);

  /** Closes everything at once; completes when the event loops have ended. */
  CompletionStage<Void> close();
}
