package dev.weft.proxy.tls;

import dev.weft.proxy.bootstrap.DataDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The node's identity on disk. Key, chain and roots are one file, so that they never disagree. The
 * key of the first request has a file of its own until it is answered: asking again after a crash
 * is then the same request. Blocking.
 */
final class IdentityFiles {
  private static final Logger LOG = Logger.getLogger(IdentityFiles.class);
  private static final String IDENTITY = "identity.pem";
  private static final String PENDING = "enrolment-key.pem";
  private static final String KEY = "PRIVATE KEY";
  private static final String PUBLIC_KEY = "PUBLIC KEY";
  private static final String CERTIFICATE = "CERTIFICATE";
  private static final String ROOT = "TRUSTED CERTIFICATE";

  private final DataDirectory directory;

  IdentityFiles(DataDirectory directory) {
    this.directory = directory;
  }

  void save(TlsMaterial material) throws IOException {
    List<Pem.Block> blocks = new ArrayList<>();
    blocks.add(new Pem.Block(KEY, material.key().getEncoded()));
    try {
      for (X509Certificate certificate : material.chain()) {
        blocks.add(new Pem.Block(CERTIFICATE, certificate.getEncoded()));
      }
      for (X509Certificate root : material.ownRoots()) {
        blocks.add(new Pem.Block(ROOT, root.getEncoded()));
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("a certificate without encoding", e);
    }
    directory.replace(IDENTITY, Pem.write(blocks).getBytes(StandardCharsets.US_ASCII));
    directory.delete(PENDING);
  }

  /** The identity kept; empty, with a log line, when there is none that can be used. */
  Optional<TlsMaterial> load() {
    try {
      Optional<byte[]> file = directory.read(IDENTITY);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      PrivateKey key = null;
      List<X509Certificate> chain = new ArrayList<>();
      List<X509Certificate> roots = new ArrayList<>();
      for (Pem.Block block : Pem.read(new String(file.get(), StandardCharsets.US_ASCII))) {
        switch (block.label()) {
          case KEY -> key = Pem.ecKey(block.content());
          case CERTIFICATE -> chain.add(Certificates.fromDer(block.content()));
          case ROOT -> roots.add(Certificates.fromDer(block.content()));
          default -> throw new IllegalArgumentException("unexpected " + block.label());
        }
      }
      if (key == null
          || chain.isEmpty()
          || roots.isEmpty()
          || !belongTogether(key, chain.getFirst().getPublicKey())) {
        throw new IllegalArgumentException("key, chain and roots are not whole");
      }
      return Optional.of(new TlsMaterial(key, chain, roots));
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      LOG.warnf("the identity kept in %s is ignored: %s", directory.path(IDENTITY), e.getMessage());
      return Optional.empty();
    }
  }

  void savePending(KeyPair key) throws IOException {
    List<Pem.Block> blocks =
        List.of(
            new Pem.Block(KEY, key.getPrivate().getEncoded()),
            new Pem.Block(PUBLIC_KEY, key.getPublic().getEncoded()));
    directory.replace(PENDING, Pem.write(blocks).getBytes(StandardCharsets.US_ASCII));
  }

  Optional<KeyPair> loadPending() {
    try {
      Optional<byte[]> file = directory.read(PENDING);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      List<Pem.Block> blocks = Pem.read(new String(file.get(), StandardCharsets.US_ASCII));
      if (blocks.size() != 2) {
        return Optional.empty();
      }
      PrivateKey key = Pem.ecKey(blocks.get(0).content());
      PublicKey publicKey = Pem.ecPublicKey(blocks.get(1).content());
      return belongTogether(key, publicKey)
          ? Optional.of(new KeyPair(publicKey, key))
          : Optional.empty();
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      LOG.warnf("the key kept in %s is ignored: %s", directory.path(PENDING), e.getMessage());
      return Optional.empty();
    }
  }

  private static boolean belongTogether(PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException {
    byte[] text = {1, 2, 3};
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(key);
    signer.update(text);
    byte[] signature = signer.sign();
    signer.initVerify(publicKey);
    signer.update(text);
    return signer.verify(signature);
  }
}
