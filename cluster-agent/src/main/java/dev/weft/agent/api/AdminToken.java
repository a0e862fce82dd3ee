package dev.weft.agent.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.agent.store.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;

/**
 * The bearer token of the API, made at the first start and kept in a file that only its owner may
 * read. Immutable.
 */
public final class AdminToken {

  private static final String SCHEME = "bearer ";
  private static final int LEAST = 16;

  private final byte[] token;

  private AdminToken(byte[] token) {
    this.token = token;
  }

  /**
   * Reads the token, or makes one when there is no file.
   *
   * @throws IOException when the file cannot be read or written, or holds no usable token
   */
  public static AdminToken open(Path file, SecureRandom random) throws IOException {
    if (Files.exists(file)) {
      Files.setPosixFilePermissions(file, DurableFile.OWNER_ONLY);
      String token = Files.readString(file).strip();
      if (token.length() < LEAST) {
        throw new IOException(file + " holds no token; remove it to have a new one made");
      }
      return new AdminToken(token.getBytes(UTF_8));
    }
    byte[] secret = new byte[32];
    random.nextBytes(secret);
    byte[] token = Base64.getUrlEncoder().withoutPadding().encode(secret);
    DurableFile.write(file, token, DurableFile.OWNER_ONLY);
    return new AdminToken(token);
  }

  /**
   * Whether an {@code Authorization} header (RFC 6750) carries it; takes as long for a wrong token
   * as for the right one.
   */
  boolean allows(String authorization) {
    return authorization.length() > SCHEME.length()
        && authorization.substring(0, SCHEME.length()).toLowerCase(Locale.ROOT).equals(SCHEME)
        && MessageDigest.isEqual(
            authorization.substring(SCHEME.length()).strip().getBytes(UTF_8), token);
  }

  @Override
  public String toString() {
    return "AdminToken";
  }
}
