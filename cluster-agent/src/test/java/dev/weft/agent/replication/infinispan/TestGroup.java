package dev.weft.agent.replication.infinispan;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.infinispan.remoting.transport.jgroups.JGroupsTransport;
import org.jgroups.util.Util;

/** Replicas in one JVM that talk over TCP on the loopback; one of them can die without a word. */
public final class TestGroup {
  private static final int MOST = 3;

  private final List<Integer> ports = new ArrayList<>();
  private int next;

  public TestGroup() throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    for (int i = 0; i < MOST; i++) {
      held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    for (ServerSocket socket : held) {
      ports.add(socket.getLocalPort());
      socket.close();
    }
  }

  /** A further replica, or one in the place of one that is gone. */
  public InfinispanMaps join(String name) {
    String hosts =
        ports.stream()
            .map(port -> String.format(Locale.ROOT, "127.0.0.1[%d]", port))
            .collect(Collectors.joining(","));
    String stack =
        String.format(
            Locale.ROOT,
            """
            <config xmlns="urn:org:jgroups">
              <TCP bind_addr="127.0.0.1" bind_port="%d" port_range="0" tcp_nodelay="true"
                   sock_conn_timeout="500" use_vthreads="true" diag.enabled="false"/>
              <RED/>
              <TCPPING initial_hosts="%s" port_range="0" return_entire_cache="true"
                       send_cache_on_join="true"/>
              <MERGE3 min_interval="1000" max_interval="2000"/>
              <FD_ALL3 timeout="2000" interval="500"/>
              <VERIFY_SUSPECT2 timeout="300"/>
              <pbcast.NAKACK2 use_mcast_xmit="false"/>
              <UNICAST3/>
              <pbcast.STABLE/>
              <pbcast.GMS join_timeout="500"/>
              <UFC max_credits="4m"/>
              <MFC max_credits="4m"/>
              <FRAG4/>
            </config>
            """,
            ports.get(next++ % MOST),
            hosts);
    return InfinispanMaps.replicated("east", name, stack);
  }

  /** Ends it as a crash would: nobody is told. */
  public void kill(InfinispanMaps maps) throws Exception {
    JGroupsTransport transport = (JGroupsTransport) maps.transport();
    Util.shutdown(transport.getChannel());
  }
}
