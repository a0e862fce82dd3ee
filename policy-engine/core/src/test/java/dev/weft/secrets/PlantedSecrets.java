package dev.weft.secrets;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;

/**
 * Remembers secrets of tests under {@code target/planted-secrets}, where {@code .ci/secrets} takes
 * what it searches all logs and reports for. Thread-safe.
 */
public final class PlantedSecrets {
  /** Shorter ones would be found by chance. */
  public static final int SHORTEST = 12;

  private PlantedSecrets() {}

  /**
   * Remembers a token or a password.
   *
   * @param secret at least {@value #SHORTEST} printable characters on one line
   * @return the same
   */
  public static String plant(String secret) {
    if (secret.length() < SHORTEST || !secret.matches("[\\x21-\\x7e]+")) {
      throw new IllegalArgumentException("a secret that a search cannot tell from other text");
    }
    String root = System.getProperty("weft.root");
    if (root != null) {
      append(Path.of(root, "target", "planted-secrets"), secret);
    }
    return secret;
  }

  /** Remembers a private key, as PEM and JSON would show it. */
  public static void plant(PrivateKey key) {
    byte[] encoded = key.getEncoded();
    String base64 = Base64.getEncoder().encodeToString(encoded);
    // Within a line of PEM: behind what all keys begin with, of RSA where nothing is public.
    int begin = key.getAlgorithm().equals("RSA") ? base64.length() * 3 / 4 / 64 * 64 : 48;
    plant(base64.substring(begin, begin + 16));
    if (key.getAlgorithm().equals("EC") && encoded.length == 67) {
      byte[] scalar = Arrays.copyOfRange(encoded, 35, 67);
      plant(Base64.getUrlEncoder().withoutPadding().encodeToString(scalar));
    }
  }

  private static synchronized void append(Path directory, String secret) {
    try {
      Files.createDirectories(directory);
      Files.writeString(
          directory.resolve(ProcessHandle.current().pid() + ".txt"),
          secret + "\n",
          US_ASCII,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
