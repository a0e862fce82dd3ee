package dev.weft.agent.ca;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.agent.ca.Authority.Issuer;
import dev.weft.agent.ca.Authority.Line;
import dev.weft.agent.model.Fingerprint;
import dev.weft.agent.store.DurableFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * A revocation list (RFC 5280 section 5) of everybody who signs or has signed for the trust domain.
 * Verifiers that look at one want one of each issuer of a chain, so they are made while the keys
 * are here and kept in {@code ca/revoked} for as long as the issuer's certificate lasts: the list
 * of a root whose key was given up stays empty, as does that of an intermediate whose successor
 * signed before this process began. Confined to whoever holds the authority's lock.
 */
final class RevocationLists {
  private static final Logger LOG = Logger.getLogger(RevocationLists.class);
  private static final String LABEL = "X509 CRL";

  private final Path directory;
  private final InstantSource clock;
  private final Map<String, X509CRL> lists = new TreeMap<>();
  private final Map<String, Issuer> intermediates = new HashMap<>();

  private RevocationLists(Path directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /**
   * Reads what an earlier start left; what cannot be read is left out.
   *
   * @throws IOException when the directory cannot be read
   */
  static RevocationLists open(Path directory, InstantSource clock) throws IOException {
    RevocationLists lists = new RevocationLists(directory, clock);
    DurableFile.createDirectories(directory);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".pem")).toList()) {
        try {
          byte[] der = Pem.decode(Files.readString(file, US_ASCII)).getFirst().der();
          String name = String.valueOf(file.getFileName());
          lists.lists.put(
              name.substring(0, name.length() - ".pem".length()), RevocationListTemplate.read(der));
        } catch (GeneralSecurityException | RuntimeException e) {
          LOG.warnf("%s is no revocation list and is left out: %s", file, e.getMessage());
        }
      }
    }
    return lists;
  }

  /** Has a list of each issuer of the line whose key is here; durable when this returns. */
  void know(Line line) throws IOException, GeneralSecurityException {
    PrivateKey rootKey = line.rootKey();
    String root = key(line, line.root());
    if (rootKey != null && !lists.containsKey(root)) {
      write(root, new Issuer(line.root(), rootKey), Set.of());
    }
    String signing = key(line, line.signing().certificate());
    intermediates.put(signing, line.signing());
    if (!lists.containsKey(signing)) {
      write(signing, line.signing(), Set.of());
    }
  }

  /**
   * The lists that say that these are revoked, by whichever intermediate they were signed.
   *
   * @param lines all that are trusted
   * @return DER; empty: an issuer has none, so that they would refuse everybody below it
   */
  List<byte[]> revoking(List<Line> lines, Set<BigInteger> serials)
      throws IOException, GeneralSecurityException {
    forget(lines);
    for (Map.Entry<String, Issuer> one : intermediates.entrySet()) {
      X509CRL list = lists.get(one.getKey());
      if (list == null || !serials(list).equals(serials)) {
        write(one.getKey(), one.getValue(), serials);
      }
    }
    if (!lines.stream().allMatch(this::complete)) {
      return List.of();
    }
    List<byte[]> encoded = new ArrayList<>();
    for (X509CRL list : lists.values()) {
      encoded.add(list.getEncoded());
    }
    return encoded;
  }

  private boolean complete(Line line) {
    return Stream.concat(
            Stream.of(line.root(), line.signing().certificate()), line.between().stream())
        .allMatch(issuer -> lists.containsKey(key(line, issuer)));
  }

  /** Those below a root that is trusted no more, and those whose issuer has ended. */
  private void forget(List<Line> lines) throws IOException {
    Set<String> roots = lines.stream().map(RevocationLists::prefix).collect(Collectors.toSet());
    Instant now = clock.instant();
    for (String key : List.copyOf(lists.keySet())) {
      X509CRL list = lists.get(key);
      boolean ended = list != null && !list.getNextUpdate().toInstant().isAfter(now);
      if (ended || roots.stream().noneMatch(key::startsWith)) {
        Files.deleteIfExists(file(key));
        lists.remove(key);
        intermediates.remove(key);
      }
    }
  }

  private void write(String key, Issuer issuer, Set<BigInteger> serials)
      throws IOException, GeneralSecurityException {
    X509CRL list = RevocationListTemplate.sign(issuer, serials, clock.instant());
    DurableFile.write(
        file(key),
        Pem.encode(LABEL, list.getEncoded()).getBytes(US_ASCII),
        DurableFile.WORLD_READABLE);
    lists.put(key, list);
  }

  private Path file(String key) {
    return directory.resolve(key + ".pem");
  }

  private static Set<BigInteger> serials(X509CRL list) {
    Set<? extends X509CRLEntry> revoked = list.getRevokedCertificates();
    return revoked == null
        ? Set.of()
        : revoked.stream().map(X509CRLEntry::getSerialNumber).collect(Collectors.toSet());
  }

  private static String prefix(Line line) {
    return fingerprint(line.root()) + '-';
  }

  private static String key(Line line, X509Certificate issuer) {
    return prefix(line) + fingerprint(issuer);
  }

  private static String fingerprint(X509Certificate certificate) {
    try {
      return Fingerprint.of(certificate.getEncoded()).substring(0, 16);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate that was read can be encoded", e);
    }
  }
}
