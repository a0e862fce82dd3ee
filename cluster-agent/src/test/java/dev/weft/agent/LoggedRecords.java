package dev.weft.agent;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class logs while this is open. Thread-safe. */
public final class LoggedRecords implements AutoCloseable {
  private final Logger log;
  private final List<LogRecord> all = new CopyOnWriteArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord logged) {
          all.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  public LoggedRecords(Class<?> logging) {
    log = Logger.getLogger(logging.getName());
    log.addHandler(handler);
  }

  /** In order. */
  public List<LogRecord> all() {
    return all;
  }

  @Override
  public void close() {
    log.removeHandler(handler);
  }
}
