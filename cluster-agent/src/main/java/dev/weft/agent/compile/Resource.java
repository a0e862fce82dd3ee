package dev.weft.agent.compile;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/**
 * A compiled resource, serialised once for all nodes. Immutable.
 *
 * @param version a hash of its content: the same over restarts and replicas of the agent, so that a
 *     node that connects again is sent what differs and no more
 * @param serves the server names ({@link dev.weft.agent.model.ServerNames}) that a node with this
 *     resource answers or passes on; only listeners and a gateway's load assignments have some
 */
public record Resource(String name, String version, Any body, Set<String> serves) {
  private static final int VERSION_BYTES = 8;

  public Resource {
    serves = Set.copyOf(serves);
  }

  static Resource of(String name, Message message, Set<String> serves) {
    byte[] bytes = serialised(message);
    Any body =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/" + message.getDescriptorForType().getFullName())
            .setValue(ByteString.copyFrom(bytes))
            .build();
    return new Resource(name, hash(bytes), body, serves);
  }

  private static byte[] serialised(Message message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
    } catch (IOException e) {
      throw new UncheckedIOException("an array of the right size does not suffice", e);
    }
    return bytes;
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, VERSION_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
