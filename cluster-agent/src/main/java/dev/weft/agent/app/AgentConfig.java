package dev.weft.agent.app;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The keys under {@code weft}, as text; {@link AgentSettings} judges them. */
@ConfigMapping(prefix = "weft")
interface AgentConfig {
  Optional<String> mesh();

  Optional<String> cluster();

  Optional<String> region();

  Optional<String> zone();

  Optional<String> dataDir();

  Xds xds();

  Api api();

  Registry registry();

  Consul consul();

  Optional<String> peersFile();

  Optional<String> providersFile();

  @WithDefault("weft-system")
  String rootNamespace();

  Tracing tracing();

  Policy policy();

  Ca ca();

  @WithDefault("5s")
  String staleAfter();

  /** The port of sidecars, gateways and peers. */
  interface Xds {
    @WithDefault("127.0.0.1:15012")
    String address();
  }

  /** REST. */
  interface Api {
    @WithDefault("127.0.0.1")
    String host();

    @WithDefault("15080")
    String port();
  }

  /** Where registrations come from. */
  interface Registry {
    @WithDefault("embedded")
    String source();

    @WithDefault("127.0.0.1:8500")
    String address();
  }

  /** Traces of requests; neither key: none. */
  interface Tracing {
    Optional<String> sampling();

    Optional<String> otlp();
  }

  /** What sidecars do besides what policies say. */
  interface Policy {
    /** A header of their 403 that says why. */
    Optional<String> reasonHeader();

    /** How often keys of {@code RequestAuthentication}s are fetched again. */
    @WithDefault("20m")
    String jwksRefresh();

    /** Where no PeerAuthentication says whether callers speak mutual TLS. */
    @WithDefault("STRICT")
    String defaultMtlsMode();
  }

  /** The certificate authority; without files the agent makes its own. */
  interface Ca {
    /** Of workloads' certificates. */
    @WithDefault("1440m")
    String lifetime();

    /** PEM file: the operator's root, or a certificate that signs and what is above it. */
    Optional<String> certificate();

    /** PEM file, owner-only: its key. */
    Optional<String> key();

    /** PEM file: the root, where the certificate is none. */
    Optional<String> root();

    /** YAML file: whose tokens enrol whom. */
    Optional<String> issuers();
  }

  /** A real Consul. */
  interface Consul {
    Optional<String> url();

    Optional<String> tokenFile();
  }
}
