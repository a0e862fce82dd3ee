package dev.weft.proxy.xds.parse;

/** TLS contexts and secrets. One line per field: name | meaning | when unset | limits. */
final class TlsFields {
  static final String TEXT =
      """
      envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
      common_tls_context | see there | | required
      require_client_certificate | a handshake without a client certificate is refused | false | needs a validation context

      envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
      common_tls_context | see there | | required
      sni | the server name sent; an endpoint's `weft.sni` takes its place | none is sent | at most 255 characters

      auto_sni_san_validation | the server's certificate has to carry the server name that is sent, in place of match_typed_subject_alt_names | false | needs sni and a validation_context

      envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer

      envoy.extensions.transport_sockets.tls.v3.CommonTlsContext
      tls_params | see there | |
      alpn_protocols | offered or accepted, in order of preference | none |
      tls_certificate_sds_secret_configs | the own certificate | none is presented | one, named `svid`; required downstream
      tls_certificates | the certificate for servers outside of the mesh that ask for one | as tls_certificate_sds_secret_configs says | one; upstreams only
      validation_context | how a server outside of the mesh is checked | | upstreams only
      combined_validation_context | how the peer is checked | it is not checked |
      validation_context_sds_secret_config | how the peer is checked, without name matchers | it is not checked |

      envoy.extensions.transport_sockets.tls.v3.TlsParameters
      tls_minimum_protocol_version | lowest version | TLSv1_2 | TLSv1_2 or TLSv1_3
      ecdh_curves | groups of the key exchange, in order of preference; those that the TLS engine does not have are passed over, and without any there is no connection | the engine's own | X25519MLKEM768, X25519, P-256, P-384 or P-521
      tls_maximum_protocol_version | highest version | TLSv1_2 upstream, TLSv1_3 downstream | TLSv1_2 or TLSv1_3

      envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig
      name | which secret | | required
      sds_config | where from; `svid` is the node's own whatever it says | ads | ads

      envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext
      default_validation_context | name matchers | any identity of a trusted domain |
      validation_context_sds_secret_config | the trust bundles | | required

      envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext
      trusted_ca | authorities whose servers are believed, PEM | | required in a validation_context, only there; at most 1 MiB
      match_typed_subject_alt_names | the peer's certificate carries a name that one of these accepts; an exact DNS name also by a wildcard in the certificate | any | not in a secret
      custom_validator_config | SPIFFE validation by trust domain | | required in a secret, only there: SPIFFECertValidatorConfig

      envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher
      san_type | kind of name | | DNS, URI, EMAIL or IP_ADDRESS
      matcher | the name | | required

      envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig
      trust_domains | bundles by trust domain, never joined | | at least one, names differ

      envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig.TrustDomain
      name | trust domain, without scheme | | required
      trust_bundle | its roots, PEM, and with them its revocation lists | | required, inline; 1 to 64 certificates, up to 64 lists (X509 CRL). Where there are lists every issuer of a chain needs one that is in force, the root too

      envoy.extensions.transport_sockets.tls.v3.TlsCertificate
      certificate_chain | the leaf and what leads to its authority, PEM | | required
      private_key | its key, PEM (PKCS #8: RSA, EC or EdDSA) | | required, filename only

      envoy.extensions.transport_sockets.tls.v3.Secret
      name | its name | | required
      validation_context | trust bundles | | required
      """;

  private TlsFields() {}
}
