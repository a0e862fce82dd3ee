package dev.weft.agent.peering;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Peer;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.watch.HostNames;
import dev.weft.agent.watch.NameCache;
import dev.weft.policy.document.HostLiteral;
import dev.weft.policy.document.Problem;
import dev.weft.policy.document.Validated;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Watches {@code peers.yaml} and the bundles that it names, by reading them: a handful of small
 * files, and content tells a change surely where times of files do not. Content that is wrong is
 * reported by file and field and changes nothing: what was configured before stays in force. Host
 * names become literal addresses here, since an endpoint has no name to look up. Owned by the
 * thread {@code weft-peering}; {@link #problems} is thread-safe.
 */
public final class PeersFile implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(PeersFile.class);
  private static final int LARGEST = 1 << 20;
  private static final Duration FIRST_LOOK_UPS = Duration.ofSeconds(3);

  private final Path file;
  private final String mesh;
  private final String cluster;
  private final StateWriter writer;
  private final NameCache names;
  private final BiFunction<String, List<byte[]>, List<byte[]>> roots;
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
   * Reads the file now, on the calling thread, and then as often as said. Waits up to 3 s for the
   * addresses of host names: what is told of peers should not lack gateways that are only slow to
   * be looked up, since nodes would lose endpoints for it.
   *
   * @param mesh and {@code cluster}: this cluster's own
   * @param names of gateways
   * @param roots the roots of a peer, from its cluster's name and what its file says
   * @param monotonicMillis a clock that never goes back
   */
  public PeersFile(
      Path file,
      String mesh,
      String cluster,
      StateWriter writer,
      Duration interval,
      HostNames names,
      BiFunction<String, List<byte[]>, List<byte[]>> roots,
      LongSupplier monotonicMillis) {
    this.roots = roots;
    this.names = new NameCache(names, monotonicMillis);
    this.file = file;
    this.mesh = mesh;
    this.cluster = cluster;
    this.writer = writer;
    readDocument(new ArrayList<>());
    PeersDocument configured = document;
    if (configured != null) {
      configured.peers().forEach(peer -> gateways(peer, new ArrayList<>()));
      this.names.awaitFirst(FIRST_LOOK_UPS);
    }
    text = null;
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
    names.keepOnly(
        configured.peers().stream()
            .flatMap(entry -> entry.gateways().stream())
            .map(Address::host)
            .collect(Collectors.toUnmodifiableSet()));
    for (PeersDocument.Entry entry : configured.peers()) {
      peers.add(
          new Peer(
              entry.cluster(),
              new TrustDomain(entry.cluster() + "." + mesh),
              gateways(entry, found),
              roots.apply(entry.cluster(), bundle(entry, found))));
    }
    if (!same(peers, told)) {
      told = List.copyOf(peers);
      LOG.infof("peers: %s", peers.stream().map(PeersFile::describe).toList());
      writer.submit(new Delta.Peers(told));
    }
  }

  /** A peer's gateways by their literal addresses; a name with several is as many gateways. */
  private List<Address> gateways(PeersDocument.Entry entry, List<String> found) {
    Set<Address> gateways = new LinkedHashSet<>();
    for (Address gateway : entry.gateways()) {
      if (HostLiteral.is(gateway.host())) {
        gateways.add(gateway);
        continue;
      }
      NameCache.Answer answer = names.of(gateway.host());
      answer.addresses().forEach(ip -> gateways.add(new Address(ip, gateway.port())));
      answer
          .trouble(file + ": gateway " + gateway + " of peer " + entry.cluster())
          .ifPresent(found::add);
    }
    return gateways.stream().limit(PeersDocument.MOST_GATEWAYS).toList();
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
