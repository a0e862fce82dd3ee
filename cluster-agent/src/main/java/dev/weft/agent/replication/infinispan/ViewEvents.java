package dev.weft.agent.replication.infinispan;

import java.util.List;
import java.util.function.Consumer;
import org.infinispan.notifications.Listener;
import org.infinispan.notifications.cachemanagerlistener.annotation.Merged;
import org.infinispan.notifications.cachemanagerlistener.annotation.ViewChanged;
import org.infinispan.notifications.cachemanagerlistener.event.ViewChangedEvent;
import org.infinispan.remoting.transport.Address;

/**
 * Hands on who belongs to the group, on the thread that brings it. Public because Infinispan calls
 * it by reflection.
 */
@Listener
public final class ViewEvents {

  private final Consumer<List<Address>> members;

  ViewEvents(Consumer<List<Address>> members) {
    this.members = members;
  }

  /** Replicas came, went, or found each other again. */
  @ViewChanged
  @Merged
  public void changed(ViewChangedEvent event) {
    members.accept(event.getNewMembers());
  }
}
