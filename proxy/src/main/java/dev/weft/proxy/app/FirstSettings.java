package dev.weft.proxy.app;

/**
 * What has to be known before the network library is loaded. Has no logger, and reaches nothing
 * that has one: a log that is begun before the framework has named its log manager is written by
 * the JVM's own, in another form than the one that is looked for.
 */
public final class FirstSettings {
  private static final String UNCLEARED = "io.netty.tryReflectionSetAccessible";

  private FirstSettings() {}

  /** The first call of a main. */
  public static void apply() {
    // Memory for the buffers' pool comes as it is, instead of being cleared by a pass over it; what
    // a buffer holds is written before it is read, as with memory that the pool hands out again.
    if (System.getProperty(UNCLEARED) == null) {
      System.setProperty(UNCLEARED, "true");
    }
  }
}
