package dev.weft.policy.istio;

/** One resource of one of the three kinds. */
public sealed interface SecurityPolicy
    permits AuthorizationPolicy, PeerAuthentication, RequestAuthentication {

  PolicyName name();

  /** Which workloads it is for. */
  Attachment attachment();

  /** What kind it is of. */
  default Kind kind() {
    return switch (this) {
      case AuthorizationPolicy policy -> Kind.AUTHORIZATION;
      case PeerAuthentication policy -> Kind.PEER_AUTHENTICATION;
      case RequestAuthentication policy -> Kind.REQUEST_AUTHENTICATION;
    };
  }

  /** The three kinds. */
  enum Kind {
    AUTHORIZATION,
    PEER_AUTHENTICATION,
    REQUEST_AUTHENTICATION
  }
}
