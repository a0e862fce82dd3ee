package dev.weft.bench.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What a token costs that was not seen before, as a multiple of its signature's check alone: JVMs
 * of {@link JwtBenchmark#bare} and {@link JwtBenchmark#whole} take turns, and a ratio is of two
 * that ran one after the other. JMH by itself runs all forks of one before the other's, and a
 * machine is not the same for so long.
 */
public final class JwtRatio {
  private static final int USUAL_ROUNDS = 5;
  private static final int WARMUPS = 5;
  private static final int MEASUREMENTS = 5;

  private JwtRatio() {}

  /**
   * Called by the JVM.
   *
   * @param args how many rounds; none: {@value #USUAL_ROUNDS}
   */
  public static void main(String... args) throws RunnerException {
    int rounds = args.length == 0 ? USUAL_ROUNDS : Integer.parseInt(args[0]);
    double[] ratios = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      // Neither is always the first: a processor is hotter for the second.
      List<String> order = round % 2 == 0 ? List.of("bare", "whole") : List.of("whole", "bare");
      double first = nanos(order.get(0));
      double second = nanos(order.get(1));
      double bare = round % 2 == 0 ? first : second;
      double whole = round % 2 == 0 ? second : first;
      ratios[round] = whole / bare;
      System.out.printf(
          Locale.ROOT,
          "round %d: bare %.0f ns, whole %.0f ns, ratio %.3f%n",
          round + 1,
          bare,
          whole,
          ratios[round]);
    }
    Arrays.sort(ratios);
    System.out.printf(
        Locale.ROOT,
        "ratio: median %.3f (%.3f to %.3f)%n",
        ratios[rounds / 2],
        ratios[0],
        ratios[rounds - 1]);
  }

  /** Its median in a JVM of its own: what others do to the processor is in the mean. */
  private static double nanos(String benchmark) throws RunnerException {
    RunResult result =
        new Runner(
                new OptionsBuilder()
                    .include("\\Q" + JwtBenchmark.class.getName() + "." + benchmark + "\\E$")
                    .mode(Mode.SampleTime)
                    .timeUnit(TimeUnit.NANOSECONDS)
                    .forks(1)
                    .warmupIterations(WARMUPS)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(MEASUREMENTS)
                    .measurementTime(TimeValue.seconds(1))
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .runSingle();
    return result.getPrimaryResult().getStatistics().getPercentile(50);
  }
}
