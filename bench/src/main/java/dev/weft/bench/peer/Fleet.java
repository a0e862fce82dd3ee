package dev.weft.bench.peer;

import dev.weft.bench.machine.Child;
import dev.weft.bench.machine.ProcFiles;
import java.io.IOException;
import java.util.List;

/**
 * The running proxies of one peer.
 *
 * @param port where the load goes, on 127.0.0.1
 * @param children its processes; none for the direct way
 * @param others what has to end with them
 */
public record Fleet(int port, List<Child> children, List<AutoCloseable> others)
    implements AutoCloseable {
  /** Copies the lists. */
  public Fleet {
    children = List.copyOf(children);
    others = List.copyOf(others);
  }

  /** User and system time of all of them so far, nanoseconds. */
  public long cpuNanos() throws IOException {
    long nanos = 0;
    for (Child child : children) {
      child.requireAlive();
      nanos += ProcFiles.cpuNanos(child.pid());
    }
    return nanos;
  }

  /** Resident memory of all of them, KiB. */
  public long residentKib() throws IOException {
    long kib = 0;
    for (Child child : children) {
      kib += ProcFiles.residentKib(child.pid());
    }
    return kib;
  }

  @Override
  public void close() throws IOException {
    children.forEach(Child::close);
    for (AutoCloseable other : others) {
      try {
        other.close();
      } catch (IOException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}
