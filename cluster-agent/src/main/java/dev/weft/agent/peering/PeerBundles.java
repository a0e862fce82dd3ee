package dev.weft.agent.peering;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.agent.model.Fingerprint;
import dev.weft.agent.store.ResourceStore;
import dev.weft.policy.svid.Keys;
import dev.weft.policy.svid.SvidVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The roots that peers' agents said their trust domains have, on a stream that the roots known
 * before vouched for: so that a peer's rotation needs no file to be carried. What the operator
 * wrote into a bundle file later counts more. Kept over restarts. Thread-safe; blocks on the disk.
 */
public final class PeerBundles {
  /** Roots of a trust domain; in a rotation there are two. */
  static final int MOST_ROOTS = 8;

  private static final Logger LOG = Logger.getLogger(PeerBundles.class);
  private static final String KIND = "peer-bundles";
  private static final int LARGEST_ROOT = 16 * 1024;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ResourceStore store;
  private final String mesh;
  private final Map<String, Said> said = new HashMap<>();
  private final Map<String, String> files = new HashMap<>();

  /**
   * @param file digest of the file's roots at that time
   */
  private record Said(String file, List<byte[]> roots) {}

  /**
   * Loads what an earlier start left.
   *
   * @throws IOException when the store cannot be read
   */
  public PeerBundles(ResourceStore store, String mesh) throws IOException {
    this.store = store;
    this.mesh = mesh;
    for (Map.Entry<String, byte[]> entry : store.loadAll(KIND).resources().entrySet()) {
      try {
        JsonNode content = JSON.readTree(entry.getValue());
        List<byte[]> roots = new ArrayList<>();
        for (JsonNode root : content.path("roots")) {
          roots.add(Base64.getDecoder().decode(root.asText()));
        }
        check(entry.getKey(), roots);
        said.put(entry.getKey(), new Said(content.path("file").asText(), List.copyOf(roots)));
      } catch (IOException | IllegalArgumentException e) {
        LOG.errorf(
            "the bundle that peer %s sent is not understood and left out: %s",
            entry.getKey(), e.getMessage());
      }
    }
  }

  /**
   * The roots of a peer.
   *
   * @param inFile DER, as the operator's bundle file has them now
   */
  public synchronized List<byte[]> of(String cluster, List<byte[]> inFile) {
    String file = digest(inFile);
    files.put(cluster, file);
    Said known = said.get(cluster);
    return known != null && known.file().equals(file) ? known.roots() : inFile;
  }

  /**
   * A peer's agent said this.
   *
   * @throws IllegalArgumentException when it may not be said
   */
  public synchronized void received(String cluster, List<byte[]> roots) {
    check(cluster, roots);
    String file = files.get(cluster);
    Said known = said.get(cluster);
    String now = digest(roots);
    if (file == null
        || (known == null && now.equals(file))
        || (known != null && known.file().equals(file) && digest(known.roots()).equals(now))) {
      return;
    }
    ObjectNode content = JSON.createObjectNode().put("file", file);
    roots.forEach(root -> content.withArray("roots").add(Base64.getEncoder().encodeToString(root)));
    try {
      store.put(KIND, cluster, content);
      said.put(cluster, new Said(file, List.copyOf(roots)));
      LOG.infof(
          "the roots of peer %s are now %s",
          cluster, roots.stream().map(root -> Fingerprint.of(root).substring(0, 16)).toList());
    } catch (IOException e) {
      // It is sent again with the next stream, and the peer waits with its rotation until then.
      LOG.errorf(e, "the roots of peer %s could not be stored; the old ones stay", cluster);
    }
  }

  private void check(String cluster, List<byte[]> roots) {
    if (roots.isEmpty() || roots.size() > MOST_ROOTS) {
      throw new IllegalArgumentException("a bundle of " + roots.size() + " roots");
    }
    String own = "spiffe://" + cluster + "." + mesh;
    for (byte[] root : roots) {
      if (root.length > LARGEST_ROOT) {
        throw new IllegalArgumentException("a root of " + root.length + " bytes");
      }
      try {
        X509Certificate certificate =
            (X509Certificate)
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(root));
        List<String> names = SvidVerifier.uris(certificate);
        if (certificate.getBasicConstraints() < 0
            || !Keys.weakness(certificate.getPublicKey()).isEmpty()
            || !(names.isEmpty() || names.equals(List.of(own)))) {
          throw new IllegalArgumentException("a root that is none of its trust domain");
        }
      } catch (CertificateException e) {
        throw new IllegalArgumentException("a root that is no certificate", e);
      }
    }
  }

  private static String digest(List<byte[]> roots) {
    String all = roots.stream().map(Fingerprint::of).sorted().collect(Collectors.joining("\n"));
    return Fingerprint.of(all.getBytes(US_ASCII));
  }
}
