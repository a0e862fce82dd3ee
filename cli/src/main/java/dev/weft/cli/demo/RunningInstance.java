package dev.weft.cli.demo;

import dev.weft.cli.demo.sample.ExecutionLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One application process and its sidecar process. One thread. */
final class RunningInstance {
  private final Installation installation;
  private final Layout.Instance plan;
  private final Path directory;
  private Child application;
  private final Child sidecar;

  private RunningInstance(
      Installation installation,
      Layout.Instance plan,
      Path directory,
      Child application,
      Child sidecar) {
    this.installation = installation;
    this.plan = plan;
    this.directory = directory;
    this.application = application;
    this.sidecar = sidecar;
  }

  /**
   * Starts both.
   *
   * @param token the join token for the sidecar's first certificate
   */
  static RunningInstance start(
      Installation installation, Layout.Cluster cluster, Layout.Instance plan, String token)
      throws IOException {
    Path directory = Files.createDirectories(cluster.directory().resolve(plan.id()));
    Path bootstrap = Bootstraps.sidecar(directory, cluster, plan, token);
    Child application = startApplication(installation, plan, directory);
    Child sidecar = Child.start("sidecar", directory, installation.sidecar(bootstrap));
    return new RunningInstance(installation, plan, directory, application, sidecar);
  }

  Layout.Instance plan() {
    return plan;
  }

  Child application() {
    return application;
  }

  Child sidecar() {
    return sidecar;
  }

  /** Starts the application again after it was killed. */
  void startAgain() throws IOException {
    application = startApplication(installation, plan, directory);
  }

  List<ExecutionLog.Entry> executed() throws IOException {
    return ExecutionLog.read(directory.resolve("executed.log"));
  }

  private static Child startApplication(
      Installation installation, Layout.Instance plan, Path directory) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--service", plan.service(),
                "--instance", plan.id(),
                "--cluster", plan.cluster(),
                "--port", Integer.toString(plan.appPort()),
                "--log", directory.resolve("executed.log").toString()));
    if (plan.service().equals("orders")) {
      arguments.addAll(
          List.of(
              "--next",
              "http://payments.mesh/charge",
              "--sidecar",
              Integer.toString(plan.outboundPort())));
    }
    return Child.start("application", directory, installation.sample(arguments));
  }
}
