package dev.weft.bench.peer;

import dev.weft.bench.machine.Child;
import dev.weft.bench.machine.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An nginx with one worker that serves files over HTTP/1.1, and over HTTP/2 without TLS. */
public final class Backend {
  private static final byte[] UNARY = new byte[5 + 32];

  private Backend() {}

  /**
   * Starts it beside the load.
   *
   * @throws IOException when there is no nginx
   */
  public static Child start(Ground ground) throws IOException {
    Path directory = ground.directory("backend");
    Path files = Files.createDirectories(directory.resolve("www"));
    for (int kib : new int[] {1, 64, 1024}) {
      byte[] body = new byte[kib * 1024];
      Arrays.fill(body, (byte) 'x');
      Files.write(files.resolve(kib + "k"), body);
    }
    Path policed = Files.createDirectories(files.resolve(PolicyRules.PATH.substring(1)));
    Files.copy(files.resolve("1k"), policed.resolve("1k"));
    Files.write(files.resolve("unary"), message());
    Files.writeString(
        directory.resolve("nginx.conf"),
        Templates.fill(
            "nginx-backend.conf",
            Map.of(
                "DIR", directory.toString(),
                "HTTP1", Integer.toString(ground.backend(Topology.HTTP1)),
                "HTTP2", Integer.toString(ground.backend(Topology.HTTP2)))));
    Path nginx =
        Tools.find("nginx")
            .orElseThrow(() ->
                new IOException(
                    "nginx, the backend of every measurement, is missing: apt-get install nginx-light"));
    return Child.start(
        "backend",
        directory,
        ground.cores().load(),
        List.of(nginx.toString(), "-c", directory.resolve("nginx.conf").toString()),
        Map.of());
  }

  /** A gRPC message of 32 bytes with its prefix; request and answer alike. */
  public static byte[] message() {
    byte[] message = UNARY.clone();
    message[4] = 32;
    return message;
  }
}
