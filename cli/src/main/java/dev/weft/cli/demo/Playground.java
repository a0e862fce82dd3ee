package dev.weft.cli.demo;

/** What a person can try while the demo stays up. */
final class Playground {
  private Playground() {}

  static void describe(World world, Screen screen) {
    screen.line("");
    screen.line("Everything stays up until Ctrl-C. Try:");
    for (RunningCluster cluster : world.clusters()) {
      Layout.Cluster plan = cluster.plan();
      String token =
          "-H \"authorization: Bearer $(cat "
              + plan.directory().resolve("data/admin-token")
              + ")\"";
      Layout.Instance orders = plan.orders().getFirst();
      String api = "http://127.0.0.1:" + plan.apiPort();
      screen.line("");
      screen.line("# " + plan.name());
      screen.line("curl http://127.0.0.1:" + orders.appPort() + "/orders");
      screen.line("curl -x http://127.0.0.1:" + orders.outboundPort() + " http://payments.mesh/");
      screen.line("curl " + token + " " + api + "/api/v1/clusters");
      screen.line("curl " + token + " " + api + "/api/v1/services/default/payments");
      screen.line("curl http://127.0.0.1:" + plan.registryPort() + "/v1/health/service/payments");
      screen.line("curl http://127.0.0.1:" + orders.adminPort() + "/metrics");
      for (RunningInstance instance : cluster.payments()) {
        screen.line("kill -9 " + instance.application().pid() + "   # " + instance.plan().label());
      }
    }
  }
}
