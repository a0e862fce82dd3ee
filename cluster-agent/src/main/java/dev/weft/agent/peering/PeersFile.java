package dev.weft.agent.peering;

import dev.weft.agent.model.Peer;
import dev.weft.agent.model.validate.Problem;
import dev.weft.agent.model.validate.Validated;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.policy.identity.TrustDomain;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Watches {@code peers.yaml} and the bundles that it names, by reading them: a handful of small
 * files, and content tells a change surely where times of files do not. Content that is wrong is
 * reported by file and field and changes nothing: what was configured before stays in force. Owned
 * by the thread {@code weft-peering}; {@link #problems} is thread-safe.
 */
public final class PeersFile implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(PeersFile.class);
  private static final int LARGEST = 1 << 20;

  private final Path file;
  private final String mesh;
  private final String cluster;
  private final StateWriter writer;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("weft-peering").daemon().factory());
  private final Map<String, List<byte[]>> bundles = new HashMap<>();
  private final ScheduledFuture<?> watching;
  private byte @Nullable [] text;
  private @Nullable PeersDocument document;
  private List<Peer> told = List.of();
  private volatile List<String> problems = List.of();

  /**
   * Reads the file now, on the calling thread, and then as often as said.
   *
   * @param mesh and {@code cluster}: this cluster's own
   */
  public PeersFile(Path file, String mesh, String cluster, StateWriter writer, Duration interval) {
    this.file = file;
    this.mesh = mesh;
    this.cluster = cluster;
    this.writer = writer;
    look();
    this.watching =
        thread.scheduleWithFixedDelay(
            this::guardedLook, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** What is wrong with the files now, each with file and field; empty: nothing. */
  public List<String> problems() {
    return problems;
  }

  @Override
  public void close() {
    watching.cancel(false);
    thread.shutdown();
  }

  private void guardedLook() {
    try {
      look();
    } catch (RuntimeException e) {
      LOG.error("bug: the peers cannot be read", e);
    }
  }

  private void look() {
    List<String> found = new ArrayList<>();
    readDocument(found);
    PeersDocument configured = document;
    if (configured != null) {
      tell(configured, found);
    }
    if (!found.equals(problems)) {
      found.stream().filter(problem -> !problems.contains(problem)).forEach(LOG::error);
      problems = List.copyOf(found);
    }
  }

  private void readDocument(List<String> found) {
    byte[] now;
    try {
      now = bytes(file);
    } catch (NoSuchFileException e) {
      if (document != null) {
        found.add(file + ": it is gone; the peers stay as they were");
      }
      return;
    } catch (IOException e) {
      found.add(file + ": it cannot be read: " + e.getMessage());
      return;
    }
    if (Arrays.equals(now, text) && problems.isEmpty()) {
      return;
    }
    text = now;
    switch (PeersDocument.read(now, cluster)) {
      case Validated.Valid<PeersDocument>(PeersDocument read) -> document = read;
      case Validated.Invalid<PeersDocument>(List<Problem> wrong) ->
          wrong.forEach(problem ->
              found.add(
                  file
                      + ": "
                      + (problem.field().isEmpty() ? "" : problem.field() + ": ")
                      + problem.message()));
    }
  }

  private void tell(PeersDocument configured, List<String> found) {
    List<Peer> peers = new ArrayList<>();
    for (PeersDocument.Entry entry : configured.peers()) {
      peers.add(
          new Peer(
              entry.cluster(),
              new TrustDomain(entry.cluster() + "." + mesh),
              entry.gateways(),
              bundle(entry, found)));
    }
    if (!same(peers, told)) {
      told = List.copyOf(peers);
      LOG.infof("peers: %s", peers.stream().map(PeersFile::describe).toList());
      writer.submit(new Delta.Peers(told));
    }
  }

  /**
   * The roots of a peer; what was read before where the file is no good now, nothing where it was
   * never there.
   */
  private List<byte[]> bundle(PeersDocument.Entry entry, List<String> found) {
    Path path = file.toAbsolutePath().resolveSibling(entry.bundle());
    try {
      List<byte[]> roots = new ArrayList<>();
      for (Certificate root :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes(path)))) {
        roots.add(root.getEncoded());
      }
      if (roots.isEmpty()) {
        found.add(path + ": it holds no certificate");
      } else {
        bundles.put(entry.cluster(), roots);
      }
    } catch (NoSuchFileException e) {
      // It may appear later; until then the peer waits, which its state in the API says.
      LOG.tracef("the bundle %s is not there yet", path);
    } catch (IOException | CertificateException e) {
      found.add(path + ": it is no PEM bundle: " + e.getMessage());
    }
    return bundles.getOrDefault(entry.cluster(), List.of());
  }

  private static byte[] bytes(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException("larger than " + LARGEST + " bytes");
      }
      return bytes;
    }
  }

  private static boolean same(List<Peer> one, List<Peer> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      Peer a = one.get(i);
      Peer b = other.get(i);
      if (!a.cluster().equals(b.cluster())
          || !a.gateways().equals(b.gateways())
          || !Arrays.deepEquals(a.bundle().toArray(), b.bundle().toArray())) {
        return false;
      }
    }
    return true;
  }

  private static String describe(Peer peer) {
    return peer.cluster()
        + " through "
        + peer.gateways()
        + (peer.bundle().isEmpty() ? " (no bundle yet)" : "");
  }
}
