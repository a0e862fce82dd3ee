package dev.weft.proxy.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PEM blocks (RFC 7468) of keys and certificates. Stateless. */
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]{1,40})-----([A-Za-z0-9+/=\\s]*+)-----END \\1-----");
  private static final Base64.Encoder ENCODER = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Pem() {}

  /** A labelled block. Does not print its content, which may be a key. */
  static final class Block {
    private final String label;
    private final byte[] content;

    Block(String label, byte[] content) {
      this.label = label;
      this.content = content.clone();
    }

    String label() {
      return label;
    }

    byte[] content() {
      return content.clone();
    }
  }

  static List<Block> read(String text) {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
    }
    return blocks;
  }

  static String write(List<Block> blocks) {
    StringBuilder text = new StringBuilder();
    for (Block block : blocks) {
      text.append("-----BEGIN ").append(block.label()).append("-----\n");
      text.append(new String(ENCODER.encode(block.content()), StandardCharsets.US_ASCII));
      text.append("\n-----END ").append(block.label()).append("-----\n");
    }
    return text.toString();
  }

  /**
   * The certificates of a PEM file.
   *
   * @throws IllegalArgumentException when there is none, or one is broken
   */
  public static List<X509Certificate> certificates(String text) {
    List<X509Certificate> certificates =
        read(text).stream()
            .filter(b -> b.label().equals("CERTIFICATE"))
            .map(b -> Certificates.fromDer(b.content()))
            .toList();
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("holds no PEM certificate");
    }
    return certificates;
  }

  /**
   * The one key of a PEM file (PKCS #8, RFC 5958): RSA, EC or EdDSA.
   *
   * @throws IllegalArgumentException when there is none; says nothing of what is there
   */
  public static PrivateKey key(String text) {
    List<Block> keys = read(text).stream().filter(b -> b.label().equals("PRIVATE KEY")).toList();
    if (keys.size() != 1) {
      throw new IllegalArgumentException("holds " + keys.size() + " PRIVATE KEY blocks, not one");
    }
    PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(keys.getFirst().content());
    for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
      PrivateKey key = key(algorithm, encoded);
      if (key != null) {
        return key;
      }
    }
    throw new IllegalArgumentException("holds no RSA, EC or EdDSA key");
  }

  private static @Nullable PrivateKey key(String algorithm, PKCS8EncodedKeySpec encoded) {
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
    } catch (GeneralSecurityException e) {
      // It may be a key of another kind.
      return null;
    }
  }

  static PrivateKey ecKey(byte[] pkcs8) throws GeneralSecurityException {
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  static PublicKey ecPublicKey(byte[] spki) throws GeneralSecurityException {
    return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
  }
}
