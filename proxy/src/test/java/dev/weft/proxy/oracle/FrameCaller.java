package dev.weft.proxy.oracle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.weft.proxy.oracle.OracleCase.Call;
import dev.weft.proxy.testing.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends frames as they are and collects the answers of all streams that a HEADERS begins, in that
 * order: {@link Answer#NONE} for a stream that was reset or that the connection's end left without
 * one, {@link Answer#SILENT} for one on which nothing came in time.
 */
final class FrameCaller {

  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final Map<Integer, Stream> streams = new LinkedHashMap<>();

  private static final class Stream {
    private final List<String> interim = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private List<String> head = List.of();
    private List<String> trailers = List.of();
    private int status;
    private @Nullable Answer answer;
  }

  private FrameCaller() {}

  static List<Answer> play(Call call, int port) {
    FrameCaller caller = new FrameCaller();
    for (String frame : call.frames()) {
      String[] words = frame.split(" ");
      if (words[0].equals("headers") && Integer.parseInt(words[1]) % 2 == 1) {
        caller.streams.putIfAbsent(Integer.parseInt(words[1]), new Stream());
      }
    }
    Answer without = Answer.NONE;
    try (RawHttp2 connection = RawHttp2.client(port)) {
      try {
        Frames frames = new Frames(connection, 0);
        for (String frame : call.frames()) {
          if (frame.startsWith("await ")) {
            caller.await(Integer.parseInt(frame.substring(6)), connection);
          } else if (frame.startsWith("pause ")) {
            LockSupport.parkNanos(Long.parseLong(frame.substring(6)) * 1_000_000);
          } else {
            frames.send(frame);
          }
        }
      } catch (IOException closed) {
        // What came before is read below.
      }
      while (caller.streams.values().stream().anyMatch(stream -> stream.answer == null)) {
        caller.take(connection.read());
      }
    } catch (SocketTimeoutException silence) {
      without = Answer.SILENT;
    } catch (IOException | Http2Exception over) {
      // The others have no answer.
    }
    List<Answer> answers = new ArrayList<>();
    for (Stream stream : caller.streams.values()) {
      answers.add(stream.answer == null ? without : stream.answer);
    }
    return answers;
  }

  private void await(int stream, RawHttp2 connection) throws IOException, Http2Exception {
    while (streams.get(stream).answer == null) {
      take(connection.read());
    }
  }

  private void take(RawHttp2.Frame frame) throws Http2Exception {
    // Every block is decoded: they share one table.
    Http2Headers block =
        frame.type() == RawHttp2.HEADERS
            ? decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()))
            : null;
    Stream stream = streams.get(frame.stream());
    if (stream == null || stream.answer != null) {
      return;
    }
    if (frame.type() == RawHttp2.RST_STREAM) {
      // RFC 9113 section 8.1: an answer that is complete stays one.
      stream.answer = Answer.NONE;
    } else if (block != null && block.status() != null) {
      int status = Integer.parseInt(block.status().toString());
      if (status < 200) {
        stream.interim.add(Answer.interim(status, fields(block)));
        return;
      }
      stream.status = status;
      stream.head = fields(block);
    } else if (block != null) {
      stream.trailers = fields(block);
    } else if (frame.type() == RawHttp2.DATA) {
      stream.body.append(new String(frame.payload(), ISO_8859_1));
    }
    boolean carries = frame.type() == RawHttp2.HEADERS || frame.type() == RawHttp2.DATA;
    if (carries && frame.has(RawHttp2.END_STREAM)) {
      stream.answer =
          Answer.of(stream.status, stream.head, stream.body.toString(), stream.trailers)
              .after(stream.interim);
    }
  }

  private static List<String> fields(Http2Headers block) {
    List<String> fields = new ArrayList<>();
    block.forEach(field -> {
      fields.add(field.getKey().toString());
      fields.add(field.getValue().toString());
    });
    return fields;
  }
}
