package dev.weft.proxy.config;

/** Why a line of an access log is written, by Envoy's words: those that there are here. */
public enum LogType {
  /** A connection has ended, as its listener sees it. */
  CONNECTION("NotSet"),
  /** A TCP connection has got its host. */
  TCP_CONNECTED("TcpUpstreamConnected"),
  /** A TCP connection goes on. */
  TCP_PERIODIC("TcpPeriodic"),
  /** A TCP connection has ended. */
  TCP_END("TcpConnectionEnd"),
  /** A request's head is there. */
  REQUEST_BEGIN("DownstreamStart"),
  /** A request goes on. */
  REQUEST_PERIODIC("DownstreamPeriodic"),
  /** A request has become another protocol's connection. */
  TUNNEL("DownstreamTunnelSuccessfullyEstablished"),
  /** A request has ended. */
  REQUEST_END("DownstreamEnd");

  private final String word;

  LogType(String word) {
    this.word = word;
  }

  /** Envoy's. */
  public String word() {
    return word;
  }
}
