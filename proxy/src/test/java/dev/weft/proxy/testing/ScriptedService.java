package dev.weft.proxy.testing;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.filter.UpstreamCalls;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.netty.channel.EventLoop;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An authorization service by gRPC that answers when the test says so. Thread-safe. */
public final class ScriptedService {
  private static final int PREFIX = 5;

  private final List<Question> questions = new CopyOnWriteArrayList<>();

  /** For a worker. */
  UpstreamCalls on(EventLoop loop) {
    return (call, answer) -> {
      Question question = new Question(loop, call, answer);
      questions.add(question);
      return question::cancel;
    };
  }

  /** What was asked so far. */
  public List<Question> questions() {
    return questions;
  }

  /** One call. */
  public static final class Question {
    private final EventLoop loop;
    private final UpstreamCalls.Call call;
    private final UpstreamCalls.Answer answer;
    private volatile boolean cancelled;

    Question(EventLoop loop, UpstreamCalls.Call call, UpstreamCalls.Answer answer) {
      this.loop = loop;
      this.call = call;
      this.answer = answer;
    }

    /** What it is about. */
    public AttributeContext about() {
      try {
        return CheckRequest.parseFrom(call.body().slice(PREFIX, call.body().remaining() - PREFIX))
            .getAttributes();
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      }
    }

    private void cancel() {
      cancelled = true;
    }

    /** Whether nobody waits for the answer any more. */
    public boolean cancelled() {
      return cancelled;
    }

    /** Answers with a status, 0 for yes. Who cancelled is not told. */
    public void answer(int status) {
      byte[] message =
          CheckResponse.newBuilder()
              .setStatus(Status.newBuilder().setCode(status))
              .build()
              .toByteArray();
      ByteBuffer body =
          ByteBuffer.allocate(PREFIX + message.length)
              .put((byte) 0)
              .putInt(message.length)
              .put(message)
              .flip();
      tell(() ->
          answer.answered(
              new UpstreamCalls.Response(
                  200, new HeaderList(4), body, new HeaderList(4).add("grpc-status", "0"))));
    }

    /** There is no answer. */
    public void fail() {
      tell(() -> answer.failed("away"));
    }

    private void tell(Runnable telling) {
      loop.submit(
              () -> {
                if (!cancelled) {
                  telling.run();
                }
              })
          .syncUninterruptibly();
    }
  }
}
