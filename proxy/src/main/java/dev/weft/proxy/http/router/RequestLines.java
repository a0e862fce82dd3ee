package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.LogType;
import dev.weft.proxy.config.RequestLogTimes;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.telemetry.RequestRecord;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The lines about one request in its connection manager's access logs. */
@LoopConfined
final class RequestLines {
  private final RouterWorker worker;
  private final DownstreamConnection connection;
  private final RequestRecord record;
  private final RequestLogTimes times;
  private RequestHead head;
  private @Nullable ResponseHead response;
  private @Nullable Future<?> ticks;

  RequestLines(
      RouterWorker worker,
      DownstreamConnection connection,
      RequestRecord record,
      RequestHead head) {
    this.worker = worker;
    this.connection = connection;
    this.record = record;
    this.head = head;
    this.times = connection.config().observability().logTimes();
  }

  /** The route is known, and no filter has seen the request. */
  void begin() {
    if (times.begun()) {
      write(LogType.REQUEST_BEGIN);
    }
    long interval = times.interval().toNanos();
    if (interval > 0) {
      Runnable tell = () -> write(LogType.REQUEST_PERIODIC);
      ticks = worker.loop().scheduleWithFixedDelay(tell, interval, interval, TimeUnit.NANOSECONDS);
    }
  }

  /** The request as it goes on. */
  RequestHead sending(RequestHead rewritten) {
    head = rewritten;
    return rewritten;
  }

  /** The head of the answer is about to be sent. */
  void responding(ResponseHead answer) {
    response = answer;
    if (times.tunnelled() && head.upgradedBy(answer.status())) {
      write(LogType.TUNNEL);
    }
  }

  private void write(LogType type) {
    record.end(worker.nanoTime().getAsLong());
    worker.log(type, record, connection, head, response, null);
  }

  /** The request has ended, and its record says when. */
  void end(@Nullable HeaderList trailers) {
    if (ticks != null) {
      ticks.cancel(false);
    }
    worker.log(LogType.REQUEST_END, record, connection, head, response, trailers);
  }
}
