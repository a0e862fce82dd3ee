package dev.weft.proxy.http;

/** Why a stream ended before its time. */
public enum ResetReason {
  /** The peer closed or lost the connection. */
  CONNECTION_CLOSED,
  /** The peer reset this stream. */
  REMOTE_RESET,
  /**
   * The peer says that it did not process the stream (REFUSED_STREAM, or a GOAWAY below the
   * stream's id).
   */
  REFUSED,
  /** The peer broke the protocol, or says that we did. */
  PROTOCOL_ERROR,
  /** A keepalive PING stayed unanswered. */
  KEEPALIVE_TIMEOUT,
  /** We gave the stream up. */
  CANCELLED
}
