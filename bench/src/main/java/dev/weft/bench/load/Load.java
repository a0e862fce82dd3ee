package dev.weft.bench.load;

import java.io.IOException;

/** One way to load a proxy. */
public interface Load {
  /**
   * Loads the port on 127.0.0.1 for so long.
   *
   * @throws IOException when the load generator itself fails
   */
  LoadResult run(int port, int seconds) throws IOException;
}
