package dev.weft.bench.policy;

import dev.weft.policy.authz.Decision;
import dev.weft.policy.authz.RbacPolicy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One decision of 1,000 rules. {@code -bm sample} gives the median, {@code -prof gc} the bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class RbacBenchmark {
  /** Which rules. */
  @Param public @Nullable RuleSet rules;

  private RbacPolicy policy = new RbacPolicy(RbacPolicy.Action.ALLOW, List.of());
  private List<RuleSet.Request> requests = List.of();
  private int next;

  /** Makes the rules and requests. */
  @Setup
  public void make() {
    RuleSet set = rules == null ? RuleSet.EXACT_PATHS : rules;
    policy = set.policy();
    requests = set.requests();
  }

  /** The next request. */
  @Benchmark
  public Decision decide() {
    RuleSet.Request request = requests.get(next++ & (requests.size() - 1));
    return policy.decide(request.connection(), request.headers(), request.metadata());
  }
}
