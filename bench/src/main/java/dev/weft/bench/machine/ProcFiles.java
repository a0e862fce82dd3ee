package dev.weft.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads {@code /proc} (proc(5)). */
public final class ProcFiles {
  /** USER_HZ, which is 100 on every Linux that a JVM runs on. */
  private static final long TICK_NANOS = 10_000_000;

  private static final Path PROC = Path.of("/proc");

  private ProcFiles() {}

  /**
   * User and system time of the process and its children that live, nanoseconds, in steps of 10 ms.
   */
  public static long cpuNanos(long pid) throws IOException {
    String[] fields = statFields(pid);
    long nanos = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NANOS;
    for (long child : children(pid)) {
      nanos += cpuNanos(child);
    }
    return nanos;
  }

  /** User and system time of this process's children that have ended, nanoseconds. */
  public static long endedChildrenNanos() throws IOException {
    String[] fields = statFields(ProcessHandle.current().pid());
    return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * TICK_NANOS;
  }

  /** User and system time of this process without its children, nanoseconds. */
  public static long ownNanos() throws IOException {
    String[] fields = statFields(ProcessHandle.current().pid());
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_NANOS;
  }

  /** Resident memory of the process and its children, KiB. */
  public static long residentKib(long pid) throws IOException {
    long kib = 0;
    for (String line : Files.readAllLines(PROC.resolve(pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        kib = Long.parseLong(line.substring(6).replace("kB", "").strip());
      }
    }
    for (long child : children(pid)) {
      kib += residentKib(child);
    }
    return kib;
  }

  /**
   * What processes used of a processor, nanoseconds: user, nice, system and stolen time. Interrupts
   * are left out: on loopback they are the measured traffic's own.
   */
  public static long processorNanos(int core) throws IOException {
    for (String line : Files.readAllLines(PROC.resolve("stat"))) {
      if (line.startsWith("cpu" + core + " ")) {
        String[] fields = line.split(" +", -1);
        return (Long.parseLong(fields[1])
                + Long.parseLong(fields[2])
                + Long.parseLong(fields[3])
                + Long.parseLong(fields[8]))
            * TICK_NANOS;
      }
    }
    throw new IOException("no processor " + core + " in /proc/stat");
  }

  /** The fields after the name, which may hold blanks: state is 0, utime 11, cutime 13. */
  private static String[] statFields(long pid) throws IOException {
    String line = Files.readString(PROC.resolve(pid + "/stat"));
    return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
  }

  private static List<Long> children(long pid) throws IOException {
    String text = Files.readString(PROC.resolve(pid + "/task/" + pid + "/children")).strip();
    return text.isEmpty()
        ? List.of()
        : List.of(text.split(" ", -1)).stream().map(Long::parseLong).toList();
  }
}
