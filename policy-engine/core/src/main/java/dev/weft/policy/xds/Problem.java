package dev.weft.policy.xds;

/**
 * Something in a configuration that cannot be taken.
 *
 * @param path where, as {@code policies["peers"].principals[0].authenticated}; empty: the whole
 * @param message what is wrong, for people
 */
public record Problem(String path, String message) {

  @Override
  public String toString() {
    return path.isEmpty() ? message : path + ": " + message;
  }
}
