package dev.weft.agent.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Strong entity tags and their preconditions (RFC 9110 sections 8.8.3 and 13.1). */
final class EntityTags {

  private EntityTags() {}

  /** The tag of a document, in its quotes. */
  static String of(JsonNode document) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(document.toString().getBytes(UTF_8));
      return "\"" + HexFormat.of().formatHex(digest, 0, 8) + "\"";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Whether a write may go on. */
  static boolean allows(
      @Nullable String ifMatch, @Nullable String ifNoneMatch, Optional<JsonNode> present) {
    if (ifMatch != null && !present.map(document -> lists(ifMatch, of(document))).orElse(false)) {
      return false;
    }
    return ifNoneMatch == null
        || !present.map(document -> lists(ifNoneMatch, of(document))).orElse(false);
  }

  private static boolean lists(String header, String tag) {
    return Arrays.stream(header.split(","))
        .map(String::strip)
        .anyMatch(one -> one.equals("*") || one.equals(tag));
  }
}
