package dev.weft.agent.ca;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.agent.store.DurableFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * {@code ca/authority.pem}: root certificate, root key, intermediate certificate, intermediate key,
 * in this order, in one file that is replaced as a whole, so that no crash can leave a key without
 * its certificate. Owner-only, and so is the directory; both are made so again at each start, since
 * a copy that was restored may not be. Beside it {@code ca/bundle.pem}, the roots, which are
 * public: for the owner to hand out copies, which everybody may read. Written after the authority,
 * so what it names can always be signed with.
 */
final class AuthorityFile {
  private static final Logger LOG = Logger.getLogger(AuthorityFile.class);

  private final Path directory;

  AuthorityFile(Path directory) {
    this.directory = directory;
  }

  /**
   * What an earlier start left; empty at the first.
   *
   * @throws IOException naming the file, when there is something that cannot be used
   */
  Optional<Authority> load() throws IOException {
    Path file = file();
    if (!Files.exists(file)) {
      if (Files.exists(bundle())) {
        throw new IOException(
            bundle()
                + " is there but "
                + file
                + " is not: the authority's keys are lost. Restore the file, or remove "
                + directory
                + " to begin with a new authority (every workload and peer has to enrol again)");
      }
      return Optional.empty();
    }
    protect();
    try {
      List<Pem.Block> blocks = Pem.decode(Files.readString(file, US_ASCII));
      List<String> labels = blocks.stream().map(Pem.Block::label).toList();
      if (!labels.equals(
          List.of(Pem.CERTIFICATE, Pem.PRIVATE_KEY, Pem.CERTIFICATE, Pem.PRIVATE_KEY))) {
        throw new GeneralSecurityException(
            "expected certificate, key, certificate, key, found " + labels);
      }
      Authority authority =
          new Authority(
              new Authority.Issuer(certificate(blocks.get(0)), key(blocks.get(1))),
              new Authority.Issuer(certificate(blocks.get(2)), key(blocks.get(3))));
      if (!authority.root().matches() || !authority.intermediate().matches()) {
        throw new GeneralSecurityException("a key is not its certificate's");
      }
      authority.intermediate().certificate().verify(authority.root().certificate().getPublicKey());
      return Optional.of(authority);
    } catch (GeneralSecurityException | IllegalArgumentException | IOException e) {
      throw new IOException(
          file + " cannot be used: " + e.getMessage() + ". Restore it from a backup", e);
    }
  }

  /** Returns once the authority is durable. */
  void save(Authority authority) throws IOException {
    DurableFile.createDirectories(directory);
    protect();
    String text =
        certificatePem(authority.root().certificate())
            + Pem.encode(Pem.PRIVATE_KEY, authority.root().key().getEncoded())
            + certificatePem(authority.intermediate().certificate())
            + Pem.encode(Pem.PRIVATE_KEY, authority.intermediate().key().getEncoded());
    DurableFile.write(file(), text.getBytes(US_ASCII), DurableFile.OWNER_ONLY);
  }

  private void protect() throws IOException {
    restrict(directory, PosixFilePermissions.fromString("rwx------"));
    if (Files.exists(file())) {
      restrict(file(), DurableFile.OWNER_ONLY);
    }
  }

  private static void restrict(Path path, Set<PosixFilePermission> permissions) throws IOException {
    Set<PosixFilePermission> found = Files.getPosixFilePermissions(path);
    if (!permissions.containsAll(found)) {
      LOG.warnf(
          "%s was %s: it is for its owner only, and so from now on",
          path, PosixFilePermissions.toString(found));
      Files.setPosixFilePermissions(path, permissions);
    }
  }

  /** Writes the bundle unless it already says the same. */
  void saveBundle(X509Certificate root) throws IOException {
    byte[] content = certificatePem(root).getBytes(US_ASCII);
    if (!Files.exists(bundle()) || !Arrays.equals(Files.readAllBytes(bundle()), content)) {
      DurableFile.write(bundle(), content, DurableFile.WORLD_READABLE);
    }
  }

  private Path file() {
    return directory.resolve("authority.pem");
  }

  private Path bundle() {
    return directory.resolve("bundle.pem");
  }

  private static String certificatePem(X509Certificate certificate) throws IOException {
    try {
      return Pem.encode(Pem.CERTIFICATE, certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IOException("a certificate could not be encoded", e);
    }
  }

  private static X509Certificate certificate(Pem.Block block) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(block.der()));
  }

  private static PrivateKey key(Pem.Block block) throws GeneralSecurityException {
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(block.der()));
  }
}
