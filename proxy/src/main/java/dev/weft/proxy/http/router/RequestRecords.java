package dev.weft.proxy.http.router;

import dev.weft.proxy.failure.CodecRefusal;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.telemetry.AttemptRecord;
import dev.weft.proxy.telemetry.RequestRecord;
import dev.weft.proxy.upstream.Host;

/** Makes decision records of what the exchange knows. */
final class RequestRecords {
  private RequestRecords() {}

  /** The record of a request that begins now. */
  static RequestRecord begin(
      DownstreamConnection connection, RequestHead head, RouterWorker worker) {
    return begin(connection, head, worker.millis(), worker.nanoTime().getAsLong());
  }

  static RequestRecord begin(
      DownstreamConnection connection, RequestHead head, long millis, long nanos) {
    return new RequestRecord(
        millis,
        nanos,
        connection.id(),
        connection.listener(),
        connection.remoteAddress(),
        connection.peerUri(),
        connection.protocol(),
        head.method(),
        head.authority(),
        head.path());
  }

  /** Of what never became a request: nothing is known of it but its connection. */
  static RequestRecord refused(
      DownstreamConnection connection,
      CodecRefusal reason,
      int status,
      String detail,
      long millis,
      long nanos) {
    RequestRecord record =
        new RequestRecord(
            millis,
            nanos,
            connection.id(),
            connection.listener(),
            connection.remoteAddress(),
            connection.peerUri(),
            connection.protocol(),
            "",
            "",
            "");
    record.failure(reason.failure());
    record.details(reason.label() + "{" + detail + "}");
    record.status(status);
    return record;
  }

  static AttemptRecord attempt(Host host, AttemptRecord.Why why, long nanos) {
    return new AttemptRecord(
        host.key().address(),
        host.endpoint().instance(),
        host.endpoint().cluster(),
        host.priority(),
        why,
        nanos);
  }
}
