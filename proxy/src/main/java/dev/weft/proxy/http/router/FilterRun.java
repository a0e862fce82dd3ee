package dev.weft.proxy.http.router;

import dev.weft.proxy.LoopConfined;
import dev.weft.proxy.config.FilterSettings;
import dev.weft.proxy.config.HeaderValue;
import dev.weft.proxy.config.HttpConnectionManager;
import dev.weft.proxy.config.NamedFilter;
import dev.weft.proxy.config.RbacRules;
import dev.weft.proxy.config.Route;
import dev.weft.proxy.config.RouteFilter;
import dev.weft.proxy.failure.Failure;
import dev.weft.proxy.http.DownstreamConnection;
import dev.weft.proxy.http.HeaderList;
import dev.weft.proxy.http.RequestHead;
import dev.weft.proxy.http.ResponseHead;
import dev.weft.proxy.http.filter.CorsFilter;
import dev.weft.proxy.http.filter.FaultFilter;
import dev.weft.proxy.http.filter.HttpFilter;
import dev.weft.proxy.http.filter.HttpFilter.Verdict;
import dev.weft.proxy.http.filter.RbacFilter;
import dev.weft.proxy.http.filter.RequestMetadata;
import dev.weft.proxy.http.filter.authz.ExtAuthzFilter;
import dev.weft.proxy.telemetry.RequestRecord;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The filters of one stream, in order; the router comes after the last. */
@LoopConfined
final class FilterRun implements HttpFilter.Callbacks {
  private static final HttpFilter[] NONE = {};

  private final Exchange exchange;
  private final RequestSide request;
  private final DownstreamConnection connection;
  private final RequestRecord record;
  private RequestHead head;
  private HttpFilter[] filters;
  private int next;
  private boolean routeCleared;
  private @Nullable RequestMetadata metadata;
  private @Nullable RouterWorker worker;
  private OpenRequests.@Nullable Entry entry;

  FilterRun(
      List<HttpFilter.Factory> factories,
      Exchange exchange,
      RequestSide request,
      DownstreamConnection connection,
      RequestHead head,
      RequestRecord record) {
    this.exchange = exchange;
    this.request = request;
    this.connection = connection;
    this.head = head;
    this.record = record;
    this.filters = factories.isEmpty() ? NONE : new HttpFilter[factories.size()];
    for (int i = 0; i < filters.length; i++) {
      filters[i] = factories.get(i).create(this);
    }
  }

  /** Adds the connection manager's filters as the route wants them. */
  void add(List<NamedFilter> configured, @Nullable Route route, RouterWorker worker) {
    this.worker = worker;
    entry = worker.open().add(this);
    if (configured.isEmpty()) {
      return;
    }
    List<HttpFilter> all = new ArrayList<>(Arrays.asList(filters));
    for (NamedFilter named : configured) {
      FilterSettings settings = settings(named, route);
      if (settings != null) {
        switch (settings) {
          // Without a policy of the route there is nothing to allow.
          case FilterSettings.Cors none -> {}
          case FilterSettings.CorsPolicy policy -> {
            if (route != null
                && route.action() instanceof Route.Action.Forward
                && policy.enabled().includes(worker.random().nextLong() >>> 1)) {
              all.add(new CorsFilter(policy));
            }
          }
          case FilterSettings.Jwt jwt -> all.add(worker.tokens().filter(jwt, null, this));
          case FilterSettings.JwtRoute own -> {
            if (named.settings() instanceof FilterSettings.Jwt jwt) {
              all.add(worker.tokens().filter(jwt, own, this));
            }
          }
          case FilterSettings.ExtAuthz authz ->
              all.add(
                  new ExtAuthzFilter(
                      authz, FilterSettings.ExtAuthzRoute.NONE, this, worker.checks()));
          case FilterSettings.ExtAuthzRoute own -> {
            if (named.settings() instanceof FilterSettings.ExtAuthz authz && !own.disabled()) {
              all.add(new ExtAuthzFilter(authz, own, this, worker.checks()));
            }
          }
          case FilterSettings.Fault fault ->
              all.add(
                  new FaultFilter(
                      fault, this, worker.loop(), worker.random(), worker.activeFaults()));
          case FilterSettings.Rbac rbac ->
              all.add(new RbacFilter(rbac.rules(), this, record, worker.metrics()));
        }
      }
    }
    filters = all.toArray(NONE);
  }

  /** What a filter does on a route; {@code null}: it takes no part. */
  private static @Nullable FilterSettings settings(NamedFilter named, @Nullable Route route) {
    RouteFilter said = route == null ? null : route.filters().get(named.name());
    boolean disabled = said == null ? named.disabled() : said.disabled();
    if (disabled) {
      return null;
    }
    return said == null || said.settings() == null ? named.settings() : said.settings();
  }

  /**
   * Ends the request where rules that came since it was let in do not allow it. Tokens are not
   * verified again, and no service is asked.
   */
  void recheck(HttpConnectionManager now) {
    Route route = worker == null ? null : worker.route(now, head);
    for (NamedFilter named : now.filters()) {
      if (worker != null
          && settings(named, route) instanceof FilterSettings.Rbac(RbacRules rules)
          && !new RbacFilter(rules, this, record, worker.metrics()).stillAllows(head)) {
        exchange.fail(Failure.RBAC_DENIED);
        return;
      }
    }
  }

  /** Goes on with the first filter that has not seen the head. */
  Verdict request(boolean end) {
    while (next < filters.length) {
      // Each sees what those before it have made of it.
      Verdict verdict = filters[next++].onRequest(head, end);
      if (verdict != Verdict.Pass.PASS) {
        return verdict;
      }
    }
    return Verdict.Pass.PASS;
  }

  /** The request as the filters have made it. */
  RequestHead head() {
    return head;
  }

  /** The filters that saw the request see its response, last first. */
  void response(ResponseHead head) {
    for (int i = next - 1; i >= 0; i--) {
      filters[i].onResponse(head);
    }
  }

  /** The least that one of them allows a response's body in a second, in bytes; 0: anything. */
  long responseRate() {
    long least = 0;
    for (int i = 0; i < next; i++) {
      long rate = filters[i].responseRate();
      least = rate > 0 && (least == 0 || rate < least) ? rate : least;
    }
    return least;
  }

  void end() {
    if (worker != null && entry != null) {
      worker.open().remove(entry);
      entry = null;
    }
    for (HttpFilter filter : filters) {
      filter.onEnd();
    }
  }

  @Override
  public DownstreamConnection connection() {
    return connection;
  }

  @Override
  public RequestMetadata metadata() {
    RequestMetadata known = metadata;
    if (known == null) {
      known = new RequestMetadata();
      metadata = known;
    }
    return known;
  }

  @Override
  public RequestHead path(String path) {
    head = head.target(head.authority(), path);
    return head;
  }

  @Override
  public void clearRoute() {
    routeCleared = true;
  }

  /** Whether a filter wants the route looked up again. */
  boolean routeCleared() {
    return routeCleared;
  }

  @Override
  public void details(String text) {
    record.details(text);
  }

  @Override
  public void write(List<HeaderValue> values, HeaderList into) {
    HeaderWriting.add(values, into, new ValueScene(head, connection, record), into);
  }

  @Override
  public void taken(int bytes) {
    request.taken(bytes);
  }

  /** A piece of the body came while a filter holds the request. */
  void held(ByteBuf data, boolean end) {
    filters[next - 1].onBody(data, end);
  }

  @Override
  public void resume() {
    exchange.resume();
  }

  @Override
  public void reply(Verdict.Reply reply) {
    exchange.replyFromFilter(reply);
  }
}
