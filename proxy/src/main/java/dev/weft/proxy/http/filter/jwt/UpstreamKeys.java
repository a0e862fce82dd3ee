package dev.weft.proxy.http.filter.jwt;

import dev.weft.policy.jwt.Jwks;
import dev.weft.policy.jwt.JwksFetcher;
import dev.weft.policy.jwt.JwksSource;
import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.filter.UpstreamCalls;
import java.net.URI;
import java.nio.ByteBuffer;

/** Gets the keys of a provider over an upstream of the proxy, as one GET. */
@LoopConfined
final class UpstreamKeys implements JwksFetcher {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private final JwksSource.Remote remote;
  private final UpstreamCalls calls;
  private final String authority;
  private final String path;

  UpstreamKeys(JwksSource.Remote remote, UpstreamCalls calls) {
    this.remote = remote;
    this.calls = calls;
    URI uri = URI.create(remote.uri());
    this.authority = uri.getRawAuthority();
    String target = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    this.path = uri.getRawQuery() == null ? target : target + "?" + uri.getRawQuery();
  }

  @Override
  public Runnable fetch(Answer answer) {
    return calls.send(
        new UpstreamCalls.Call(
            remote.cluster(),
            "GET",
            authority,
            path,
            new HeaderList(4).add("user-agent", "weft"),
            NOTHING,
            remote.timeout(),
            Jwks.MOST_BYTES),
        new Told(answer));
  }

  private record Told(Answer answer) implements UpstreamCalls.Answer {
    @Override
    public void answered(UpstreamCalls.Response response) {
      if (response.status() == 200) {
        byte[] json = new byte[response.body().remaining()];
        response.body().get(json);
        answer.fetched(json);
      } else {
        answer.failed("status " + response.status());
      }
    }

    @Override
    public void failed(String why) {
      answer.failed(why);
    }
  }
}
