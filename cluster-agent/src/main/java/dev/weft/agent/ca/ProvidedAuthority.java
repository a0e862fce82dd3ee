package dev.weft.agent.ca;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.agent.ca.Authority.Line;
import dev.weft.policy.identity.SpiffeId;
import dev.weft.policy.identity.TrustDomain;
import dev.weft.policy.svid.Keys;
import dev.weft.policy.svid.PeerRole;
import dev.weft.policy.svid.SvidFault;
import dev.weft.policy.svid.SvidVerdict;
import dev.weft.policy.svid.SvidVerifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An authority that the operator brings: a root with its key, or a signing intermediate whose
 * root's key stays elsewhere. Read once, and checked by signing a certificate with it and verifying
 * that as a peer would. Immutable.
 */
public sealed interface ProvidedAuthority {

  /** A root; the agent makes its intermediates. */
  record OfRoot(X509Certificate root, PrivateKey key) implements ProvidedAuthority {
    /** Hides the key. */
    @Override
    public String toString() {
      return "OfRoot[" + root.getSubjectX500Principal() + "]";
    }
  }

  /**
   * An intermediate that signs workloads' certificates.
   *
   * @param between from its issuer up to the one below the root
   */
  record OfSigning(
      X509Certificate root, X509Certificate signing, PrivateKey key, List<X509Certificate> between)
      implements ProvidedAuthority {
    public OfSigning {
      between = List.copyOf(between);
    }

    /** Hides the key. */
    @Override
    public String toString() {
      return "OfSigning[" + signing.getSubjectX500Principal() + "]";
    }
  }

  /**
   * The files.
   *
   * @param certificate PEM: a root; or a signing certificate, and after it those between it and the
   *     root
   * @param key PEM, PKCS#8, EC or RSA; readable by its owner only
   * @param root PEM: the root of a signing certificate; {@code null}: the certificate is a root
   */
  record Sources(Path certificate, Path key, @Nullable Path root) {}

  /** Reads what is configured now. */
  @FunctionalInterface
  interface Reader {
    /**
     * Reads and checks.
     *
     * @return empty: nothing is configured
     * @throws IOException naming the file and what is wrong with it
     */
    Optional<ProvidedAuthority> read() throws IOException;
  }

  /**
   * Reads and checks.
   *
   * @throws IOException naming the file and what is wrong with it; nothing of a key is in it
   */
  static ProvidedAuthority read(
      Sources files, TrustDomain trustDomain, CertificateLives lives, InstantSource clock)
      throws IOException {
    List<X509Certificate> chain = certificates(files.certificate());
    PrivateKey key = key(files.key());
    ProvidedAuthority provided;
    if (files.root() == null) {
      require(chain.size() == 1, files.certificate(), "expected one certificate, the root");
      provided = new OfRoot(chain.getFirst(), key);
    } else {
      List<X509Certificate> roots = certificates(files.root());
      require(roots.size() == 1, files.root(), "expected one certificate, the root");
      provided =
          new OfSigning(roots.getFirst(), chain.getFirst(), key, chain.subList(1, chain.size()));
    }
    check(provided, files, chain, trustDomain, lives, clock);
    return provided;
  }

  private static void check(
      ProvidedAuthority provided,
      Sources files,
      List<X509Certificate> chain,
      TrustDomain trustDomain,
      CertificateLives lives,
      InstantSource clock)
      throws IOException {
    Path named = files.certificate();
    Instant now = clock.instant();
    List<X509Certificate> all = new ArrayList<>(chain);
    if (provided instanceof OfSigning signing) {
      all.add(signing.root());
    }
    try {
      X509Certificate first = all.getFirst();
      require(
          Authority.matches(first.getPublicKey(), keyOf(provided)),
          files.key(),
          "it is not the key of " + named);
      for (X509Certificate one : all) {
        String who = one.getSubjectX500Principal() + ": ";
        boolean[] usage = one.getKeyUsage();
        require(one.getBasicConstraints() >= 0, named, who + "not a CA (basic constraints)");
        require(usage != null && usage[5], named, who + "may not sign certificates (key usage)");
        require(Keys.weakness(one.getPublicKey()).isEmpty(), named, who + "its key is too weak");
        require(!now.isBefore(one.getNotBefore().toInstant()), named, who + "is not valid yet");
        require(
            one.getNotAfter().toInstant().isAfter(now.plus(lives.workload())),
            named,
            who + "ends at " + one.getNotAfter().toInstant() + ", before what it would sign");
        List<String> names = SvidVerifier.uris(one);
        require(
            names.isEmpty() || names.equals(List.of("spiffe://" + trustDomain.name())),
            named,
            who + "is for " + names + ", not for spiffe://" + trustDomain.name());
      }
      X509Certificate root = all.getLast();
      if (provided instanceof OfRoot) {
        require(
            root.getBasicConstraints() >= 1,
            named,
            "its path length leaves no room for an intermediate; bring it as one that signs");
      }
      root.verify(root.getPublicKey());
      prove(provided, trustDomain, lives, clock);
    } catch (GeneralSecurityException e) {
      throw new IOException(named + ": cannot be used: " + e.getMessage(), e);
    }
  }

  private static PrivateKey keyOf(ProvidedAuthority provided) {
    return switch (provided) {
      case OfRoot root -> root.key();
      case OfSigning signing -> signing.key();
    };
  }

  /** Signs for a workload and verifies that as a peer would. */
  private static void prove(
      ProvidedAuthority provided,
      TrustDomain trustDomain,
      CertificateLives lives,
      InstantSource clock)
      throws GeneralSecurityException {
    AuthorityLines lines =
        new AuthorityLines(new CertificateTemplates(trustDomain, new SecureRandom()), lives, clock);
    Line line = lines.of(provided);
    KeyPair key = lines.newKey();
    X509Certificate leaf =
        lines.leaf(
            line,
            new SpiffeId(trustDomain, "default", "probe"),
            key.getPublic(),
            clock.instant(),
            Duration.ofHours(1));
    SvidVerdict verdict =
        new SvidVerifier(Map.of(trustDomain.name(), List.of(line.root())))
            .verify(line.chain(leaf), PeerRole.CLIENT, clock.instant());
    if (verdict instanceof SvidVerdict.Refused(SvidFault fault, String detail)) {
      throw new GeneralSecurityException(
          "what it signs would be refused: " + fault.label() + ": " + detail);
    }
  }

  private static List<X509Certificate> certificates(Path file) throws IOException {
    List<X509Certificate> found = new ArrayList<>();
    try {
      for (Pem.Block block : Pem.decode(text(file))) {
        if (block.label().equals(Pem.CERTIFICATE)) {
          found.add(AuthorityText.certificate(block.der()));
        }
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + ": a certificate in it cannot be read", e);
    }
    require(!found.isEmpty() && found.size() <= 4, file, "expected 1 to 4 PEM certificates");
    return found;
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file, US_ASCII);
    } catch (IOException e) {
      throw new IOException(file + ": cannot be read: " + e.getClass().getSimpleName(), e);
    }
  }

  private static PrivateKey key(Path file) throws IOException {
    require(Files.exists(file), file, "it is not there");
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    require(
        permissions.stream().allMatch(one -> one.name().startsWith("OWNER_")),
        file,
        "others than its owner may read or write it");
    try {
      List<Pem.Block> keys =
          Pem.decode(text(file)).stream()
              .filter(block -> block.label().equals(Pem.PRIVATE_KEY))
              .toList();
      require(
          keys.size() == 1,
          file,
          "expected one PEM block PRIVATE KEY (PKCS#8, without a password)");
      return AuthorityText.key(keys.getFirst().der());
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // Without its message: a parser may quote what it was given.
      throw new IOException(file + ": not an EC or RSA key in PKCS#8");
    }
  }

  private static void require(boolean holds, Path file, String otherwise) throws IOException {
    if (!holds) {
      throw new IOException(file + ": " + otherwise);
    }
  }
}
