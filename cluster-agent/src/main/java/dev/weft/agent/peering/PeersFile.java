package dev.weft.agent.peering;

import dev.weft.agent.model.Address;
import dev.weft.agent.model.Peer;
import dev.weft.agent.state.Delta;
import dev.weft.agent.state.StateWriter;
import dev.weft.agent.watch.DocumentFile;
import dev.weft.agent.watch.HostNames;
import dev.weft.agent.watch.NameCache;
import dev.weft.agent.watch.Poller;
import dev.weft.policy.document.HostLiteral;
import dev.weft.policy.identity.TrustDomain;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Watches {@code peers.yaml} and the bundles that it names, by reading them. Content that is wrong
 * is reported by file and field and changes nothing: what was configured before stays in force.
 * Host names become literal addresses here, since an endpoint has no name to look up. Owned by the
 * thread {@code weft-peering}; {@link #problems} is thread-safe.
 */
public final class PeersFile implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(PeersFile.class);

  private final Path file;
  private final String mesh;
  private final StateWriter writer;
  private final NameCache names;
  private final BiFunction<String, List<byte[]>, List<byte[]>> roots;
  private final DocumentFile<PeersDocument> document;
  private final Poller poller;
  private final Map<String, List<byte[]>> bundles = new HashMap<>();
  private List<Peer> told = List.of();

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
    this.writer = writer;
    document = DocumentFile.optional(file, "the peers", text -> PeersDocument.read(text, cluster));
    // What is wrong is found again by the first look.
    var _ = document.read();
    document
        .inForce()
        .ifPresent(configured -> {
          configured.peers().forEach(peer -> gateways(peer, new ArrayList<>()));
          this.names.awaitFirst();
        });
    poller = new Poller("weft-peering", interval, this::look);
  }

  /** What is wrong with the files now, each with file and field; empty: nothing. */
  public List<String> problems() {
    return poller.problems();
  }

  @Override
  public void close() {
    poller.close();
  }

  private List<String> look() {
    List<String> found = new ArrayList<>(document.read());
    document.inForce().ifPresent(configured -> tell(configured, found));
    return found;
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
              .generateCertificates(new ByteArrayInputStream(DocumentFile.bytes(path)))) {
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
