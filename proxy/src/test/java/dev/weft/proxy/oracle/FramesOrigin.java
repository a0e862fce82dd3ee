package dev.weft.proxy.oracle;

import dev.weft.proxy.testing.FakeOrigin;
import dev.weft.proxy.testing.RawHttp2;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Answers the heads of requests over HTTP/2 with {@code frames} ({@link Frames}; their stream 1 is
 * the request's). PINGs are never answered.
 */
final class FramesOrigin extends RawOrigin {

  FramesOrigin(List<Map<String, Object>> answers) {
    super(answers);
  }

  @Override
  void serve(Socket socket, int born) throws Exception {
    RawHttp2 connection = RawHttp2.server(socket);
    DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
    while (true) {
      RawHttp2.Frame frame = connection.read();
      if (frame.type() != RawHttp2.HEADERS) {
        continue;
      }
      Http2Headers block =
          decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
      if (block.path() == null) {
        continue;
      }
      Map<String, Object> answer = answer(block.path().toString());
      record(request(block), born);
      Frames frames = new Frames(connection, frame.stream() - 1);
      for (Object line : (List<?>) answer.getOrDefault("frames", List.of())) {
        frames.send(String.valueOf(line));
      }
      if (answer.containsKey("close")) {
        return;
      }
    }
  }

  private static FakeOrigin.Request request(Http2Headers block) {
    List<String> headers = new ArrayList<>();
    block.forEach(field -> {
      if (field.getKey().charAt(0) != ':') {
        headers.add(field.getKey().toString());
        headers.add(field.getValue().toString());
      }
    });
    return new FakeOrigin.Request(
        String.valueOf(block.method()),
        String.valueOf(block.path()),
        String.valueOf(block.authority()),
        headers,
        new byte[0],
        List.of());
  }
}
