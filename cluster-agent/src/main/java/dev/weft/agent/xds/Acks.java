package dev.weft.agent.xds;

import com.google.rpc.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a client said of the responses of one type. A client that lets {@value #MOST_OUTSTANDING} of
 * them stand unanswered is sent no further one until it answers. Confined to the server's thread.
 */
final class Acks {
  private static final int MOST_OUTSTANDING = 32;
  private static final int LONGEST_MESSAGE = 2_000;

  private final Map<String, String> outstanding = new LinkedHashMap<>();
  private String acknowledged = "";
  private Optional<String> nack = Optional.empty();
  private long nacks;

  /** A response went out. */
  void sent(String nonce, String version) {
    outstanding.put(nonce, version);
  }

  boolean blocked() {
    return outstanding.size() >= MOST_OUTSTANDING;
  }

  /**
   * A request came with this nonce; what was sent before the response that it names is answered
   * too.
   *
   * @return the reason, when it is a NACK that says something new
   */
  Optional<String> answered(String nonce, boolean failed, Status error) {
    String version = outstanding.get(nonce);
    if (version == null) {
      return Optional.empty();
    }
    var each = outstanding.entrySet().iterator();
    while (each.hasNext()) {
      boolean last = each.next().getKey().equals(nonce);
      each.remove();
      if (last) {
        break;
      }
    }
    if (!failed) {
      acknowledged = version;
      nack = Optional.empty();
      return Optional.empty();
    }
    String message = error.getMessage();
    Optional<String> now =
        Optional.of(
            message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) : message);
    boolean fresh = !now.equals(nack);
    nack = now;
    nacks++;
    return fresh ? now : Optional.empty();
  }

  /** The state's version of the last response that was accepted; empty: none yet. */
  String acknowledged() {
    return acknowledged;
  }

  /** Why the last answer was a NACK; empty when it was not. */
  Optional<String> nack() {
    return nack;
  }

  long nacks() {
    return nacks;
  }
}
