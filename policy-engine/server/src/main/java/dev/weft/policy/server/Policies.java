package dev.weft.policy.server;

import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.istio.SecurityPolicies;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The policies that count now: those of a directory, read again when its files change, by content.
 * A directory that cannot be understood in full changes nothing: the last good policies go on, each
 * problem is logged once, and it is counted. Thread-safe: read by any thread, written by {@code
 * weft-policies}.
 */
public final class Policies implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Policies.class);
  private static final int LARGEST = 4 * 1024 * 1024;
  private static final int MOST_FILES = 1_000;
  private static final List<String> ENDINGS = List.of(".yaml", ".yml", ".json");

  private final Path directory;
  private final String rootNamespace;
  private final TrustDomain own;
  private final InstantSource clock;
  private final AtomicLong loaded = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final @Nullable ScheduledExecutorService thread;
  private @Nullable SortedMap<String, byte[]> seen;
  private List<String> problems = List.of();
  private volatile PolicyBook book;

  /**
   * Reads the directory now, and then as often as said.
   *
   * @param own the trust domain that {@code cluster.local} stands for
   * @param rootNamespace whose policies are for all workloads
   * @param interval zero: never again
   * @throws IllegalStateException with all problems: better no answers than wrong ones
   */
  public Policies(
      Path directory,
      TrustDomain own,
      String rootNamespace,
      Duration interval,
      InstantSource clock) {
    this.directory = directory;
    this.own = own;
    this.rootNamespace = rootNamespace;
    this.clock = clock;
    this.book = new PolicyBook(SecurityPolicies.NONE, rootNamespace, own, clock);
    look();
    if (!problems.isEmpty()) {
      throw new IllegalStateException(
          "weft.policy.directory " + directory + ": " + String.join("; ", problems));
    }
    ScheduledExecutorService watching = null;
    if (interval.isPositive()) {
      watching =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().name("weft-policies").daemon().factory());
      // Ends with the thread.
      var _ =
          watching.scheduleWithFixedDelay(
              this::guardedLook, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }
    this.thread = watching;
  }

  /** Those that count now. */
  PolicyBook current() {
    return book;
  }

  /** How often other policies than before came into force, the first included. */
  long loaded() {
    return loaded.get();
  }

  /** How often what is there was refused. */
  long refused() {
    return refused.get();
  }

  @Override
  public void close() {
    ScheduledExecutorService watching = thread;
    if (watching != null) {
      watching.shutdownNow();
    }
  }

  private void guardedLook() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.error("bug: the policies cannot be read", e);
    }
  }

  private void look() {
    SortedMap<String, byte[]> now;
    try {
      now = files();
    } catch (IOException e) {
      seen = null;
      refuse(List.of("cannot be read: " + e));
      return;
    }
    if (same(now, seen)) {
      return;
    }
    seen = now;
    switch (PolicyDirectory.read(now)) {
      case PolicyDirectory.Read.Accepted(SecurityPolicies policies) -> {
        book = new PolicyBook(policies, rootNamespace, own, clock);
        problems = List.of();
        loaded.incrementAndGet();
        LOG.infof("%d policies of %d files are in force", book.size(), now.size());
      }
      case PolicyDirectory.Read.Refused(List<String> found) -> refuse(found);
    }
  }

  private void refuse(List<String> found) {
    if (!found.equals(problems)) {
      problems = List.copyOf(found);
      refused.incrementAndGet();
      // Of the first look the exception says it.
      if (loaded.get() > 0) {
        found.stream().limit(20).forEach(problem -> LOG.errorf("%s: %s", directory, problem));
        LOG.errorf("%s: the policies of before stay in force", directory);
      }
    }
  }

  private SortedMap<String, byte[]> files() throws IOException {
    SortedMap<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> there = Files.list(directory)) {
      for (Path file : (Iterable<Path>) there::iterator) {
        String name = String.valueOf(file.getFileName());
        // Names with a dot in front are how volumes of Kubernetes are changed at one blow.
        if (name.startsWith(".")
            || ENDINGS.stream().noneMatch(name::endsWith)
            || !Files.isRegularFile(file)) {
          continue;
        }
        if (files.size() == MOST_FILES) {
          throw new IOException("more than " + MOST_FILES + " files");
        }
        files.put(name, content(file));
      }
    }
    return files;
  }

  private static byte[] content(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException(file + ": larger than " + LARGEST + " bytes");
      }
      return bytes;
    }
  }

  private static boolean same(
      SortedMap<String, byte[]> one, @Nullable SortedMap<String, byte[]> other) {
    return other != null
        && one.keySet().equals(other.keySet())
        && one.entrySet().stream()
            .allMatch(file -> Arrays.equals(file.getValue(), other.get(file.getKey())));
  }
}
