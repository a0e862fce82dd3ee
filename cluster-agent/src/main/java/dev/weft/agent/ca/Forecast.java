package dev.weft.agent.ca;

import java.time.Duration;
import java.time.Instant;

/**
 * When a certificate ends and when its successor is due. The alert comes when half of what was left
 * at the due time went by without one. Immutable.
 *
 * @param name of whom: a trust domain, an identity, or a node
 * @param identity SPIFFE id, empty where there is none
 * @param serial hexadecimal
 * @param fingerprint hexadecimal SHA-256; empty where only the serial number is kept
 * @param due when it should have been replaced
 */
public record Forecast(
    Kind kind,
    String name,
    String identity,
    String serial,
    String fingerprint,
    Instant notBefore,
    Instant due,
    Instant notAfter) {

  /** Whose certificate. */
  public enum Kind {
    ROOT("root"),
    INTERMEDIATE("intermediate"),
    AGENT("agent"),
    NODE("node"),
    PEER_ROOT("peer-root");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** In the API and in metrics. */
    public String label() {
      return label;
    }
  }

  /** How it stands. */
  public enum State {
    /** Its successor is not due. */
    FRESH("fresh"),
    /** Its successor is due. */
    DUE("due"),
    /** Half of what was left when its successor was due is gone. */
    ALERT("alert"),
    /** It has ended. */
    EXPIRED("expired");

    private final String label;

    State(String label) {
      this.label = label;
    }

    /** In the API and in metrics. */
    public String label() {
      return label;
    }
  }

  /** How it stands at a moment. */
  public State at(Instant now) {
    if (!now.isBefore(notAfter)) {
      return State.EXPIRED;
    }
    if (now.isBefore(due)) {
      return State.FRESH;
    }
    return now.isBefore(alert()) ? State.DUE : State.ALERT;
  }

  /** When the alert comes. */
  public Instant alert() {
    return due.plus(Duration.between(due, notAfter).dividedBy(2));
  }
}
