package dev.weft.agent.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.v1.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Count and hash of a set of live entries, kept up to date by adding and taking away single ones.
 * Two sides whose digests are equal hold the same entries at the same positions.
 *
 * @param hash XOR over the entries of the first eight bytes of SHA-256(key, 0x00, epoch, sequence),
 *     big endian
 */
record EntryDigest(long count, long hash) {

  static final EntryDigest EMPTY = new EntryDigest(0, 0);

  EntryDigest plus(String key, StreamPosition position) {
    return new EntryDigest(count + 1, hash ^ hash(key, position));
  }

  EntryDigest minus(String key, StreamPosition position) {
    return new EntryDigest(count - 1, hash ^ hash(key, position));
  }

  Digest toMessage() {
    return Digest.newBuilder().setCount(count).setHash(hash).build();
  }

  boolean matches(Digest message) {
    return count == message.getCount() && hash == message.getHash();
  }

  private static long hash(String key, StreamPosition position) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(key.getBytes(UTF_8));
      ByteBuffer rest =
          ByteBuffer.allocate(17)
              .put((byte) 0)
              .putLong(position.epoch())
              .putLong(position.sequence());
      sha256.update(rest.flip());
      return ByteBuffer.wrap(sha256.digest()).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
