package dev.weft.agent.ca;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weft.agent.ca.Authority.Issuer;
import dev.weft.agent.ca.Authority.Line;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An authority as PEM (RFC 7468). A line is its root, the root's key where that is here, the
 * certificate that signs, its key, and the certificates between the two. The current line comes
 * first; in a rotation a block {@code ROTATION} follows that says where it is, and the other line.
 * Pure.
 */
final class AuthorityText {
  private static final String ROTATION = "ROTATION";
  private static final String SPREADING = "spreading";
  private static final String RETIRING = "retiring";

  private AuthorityText() {}

  static String write(Authority authority) throws IOException {
    String current = line(authority.current());
    return switch (authority.rotation()) {
      case Authority.Steady _ -> current;
      case Authority.Spreading(Line next, Instant since) ->
          current + rotation(SPREADING, since) + line(next);
      case Authority.Retiring(Line last, Instant since, Instant until) ->
          current + rotation(RETIRING, since, until) + line(last);
    };
  }

  /**
   * Reads and checks: keys are their certificates', chains lead to their roots.
   *
   * @throws GeneralSecurityException with what is wrong; nothing of a key is in it
   */
  static Authority read(String text) throws GeneralSecurityException {
    List<Pem.Block> blocks = Pem.decode(text);
    int at = 0;
    while (at < blocks.size() && !blocks.get(at).label().equals(ROTATION)) {
      at++;
    }
    Line current = readLine(blocks.subList(0, at));
    if (at == blocks.size()) {
      return new Authority(current, new Authority.Steady());
    }
    Line other = readLine(blocks.subList(at + 1, blocks.size()));
    String[] words = new String(blocks.get(at).der(), US_ASCII).split("\n", -1);
    try {
      if (words.length == 2 && words[0].equals(SPREADING)) {
        return new Authority(current, new Authority.Spreading(other, Instant.parse(words[1])));
      }
      if (words.length == 3 && words[0].equals(RETIRING)) {
        return new Authority(
            current,
            new Authority.Retiring(other, Instant.parse(words[1]), Instant.parse(words[2])));
      }
    } catch (DateTimeException e) {
      throw new GeneralSecurityException("a rotation without its times", e);
    }
    throw new GeneralSecurityException("a rotation that is not understood");
  }

  /** One certificate. */
  static String certificate(X509Certificate certificate) throws IOException {
    try {
      return Pem.encode(Pem.CERTIFICATE, certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IOException("a certificate could not be encoded", e);
    }
  }

  static X509Certificate certificate(byte[] der) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  /** A key of a kind that certificates are signed with. */
  static PrivateKey key(byte[] pkcs8) throws GeneralSecurityException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
    try {
      return KeyFactory.getInstance("EC").generatePrivate(spec);
    } catch (InvalidKeySpecException notEc) {
      try {
        return KeyFactory.getInstance("RSA").generatePrivate(spec);
      } catch (InvalidKeySpecException notRsa) {
        throw new GeneralSecurityException(
            "a private key that is neither EC nor RSA in PKCS#8", notRsa);
      }
    }
  }

  private static String line(Line line) throws IOException {
    StringBuilder text = new StringBuilder(certificate(line.root()));
    PrivateKey rootKey = line.rootKey();
    if (rootKey != null) {
      text.append(Pem.encode(Pem.PRIVATE_KEY, rootKey.getEncoded()));
    }
    text.append(certificate(line.signing().certificate()))
        .append(Pem.encode(Pem.PRIVATE_KEY, line.signing().key().getEncoded()));
    for (X509Certificate between : line.between()) {
      text.append(certificate(between));
    }
    return text.toString();
  }

  private static String rotation(String phase, Instant... times) {
    StringBuilder text = new StringBuilder(phase);
    for (Instant time : times) {
      text.append('\n').append(time);
    }
    return Pem.encode(ROTATION, text.toString().getBytes(US_ASCII));
  }

  private static Line readLine(List<Pem.Block> blocks) throws GeneralSecurityException {
    List<String> labels = blocks.stream().map(Pem.Block::label).toList();
    int at = 0;
    X509Certificate root = certificate(block(blocks, at++, Pem.CERTIFICATE, labels));
    @Nullable PrivateKey rootKey = null;
    if (blocks.size() > at && blocks.get(at).label().equals(Pem.PRIVATE_KEY)) {
      rootKey = key(blocks.get(at++).der());
    }
    X509Certificate signing = certificate(block(blocks, at++, Pem.CERTIFICATE, labels));
    PrivateKey signingKey = key(block(blocks, at++, Pem.PRIVATE_KEY, labels));
    List<X509Certificate> between = new ArrayList<>();
    while (at < blocks.size()) {
      between.add(certificate(block(blocks, at++, Pem.CERTIFICATE, labels)));
    }
    Line line = new Line(root, rootKey, new Issuer(signing, signingKey), between);
    check(line);
    return line;
  }

  private static byte[] block(List<Pem.Block> blocks, int at, String label, List<String> labels)
      throws GeneralSecurityException {
    if (at >= blocks.size() || !blocks.get(at).label().equals(label)) {
      throw new GeneralSecurityException(
          "expected certificate, key, certificate, key, found " + labels);
    }
    return blocks.get(at).der();
  }

  private static void check(Line line) throws GeneralSecurityException {
    PrivateKey rootKey = line.rootKey();
    if (!line.signing().matches()
        || (rootKey != null && !Authority.matches(line.root().getPublicKey(), rootKey))) {
      throw new GeneralSecurityException("a key is not its certificate's");
    }
    X509Certificate below = line.signing().certificate();
    for (X509Certificate above : line.between()) {
      below.verify(above.getPublicKey());
      below = above;
    }
    below.verify(line.root().getPublicKey());
  }
}
