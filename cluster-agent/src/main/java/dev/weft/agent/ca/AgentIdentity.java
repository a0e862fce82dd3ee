package dev.weft.agent.ca;

import dev.weft.policy.identity.SpiffeId;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The agent's own certificate, held in memory only and renewed while connections stay up.
 * Thread-safe, renewals one at a time; {@link #renewIfDue} is called from time to time by the
 * composition root.
 */
public final class AgentIdentity {
  private final CertificateAuthority authority;
  private final SpiffeId id;
  private final InstantSource clock;
  private final AtomicLong generations = new AtomicLong();
  private volatile Held held;
  private volatile @Nullable Held previous;

  /**
   * One key and its certificate; the alias ties the two calls of a handshake together across a
   * renewal.
   */
  private record Held(String alias, PrivateKey key, CertificateAuthority.Issued issued) {
    @Override
    public String toString() {
      return "Held[" + alias + "]";
    }
  }

  public AgentIdentity(CertificateAuthority authority, SpiffeId id, InstantSource clock)
      throws GeneralSecurityException, IOException {
    this.authority = authority;
    this.id = id;
    this.clock = clock;
    this.held = issue();
  }

  public SpiffeId id() {
    return id;
  }

  /** The certificate in use. */
  public X509Certificate certificate() {
    return held.issued().chain().getFirst();
  }

  /** When the certificate in use ends. */
  public Instant notAfter() {
    return held.issued().notAfter();
  }

  /**
   * Renews past half of the certificate's life; says whether it did. On an error the present
   * certificate stays in use.
   */
  public synchronized boolean renewIfDue() throws GeneralSecurityException, IOException {
    Held now = held;
    Duration age = Duration.between(now.issued().at(), clock.instant());
    if (age.compareTo(now.issued().halfLife()) < 0) {
      return false;
    }
    use(issue());
    return true;
  }

  /**
   * Renews now, by the line that signs for everybody else: the last one is about to be trusted no
   * more.
   */
  synchronized void leaveLastLine() throws GeneralSecurityException, IOException {
    KeyPair key = authority.newKey();
    use(held(key, authority.signOwnAnew(id, key.getPublic())));
  }

  private void use(Held next) {
    previous = held;
    held = next;
  }

  /** Gives the certificate in use at the moment of each handshake, as server and as client. */
  public X509ExtendedKeyManager keyManager() {
    return new LiveKeyManager();
  }

  private Held issue() throws GeneralSecurityException, IOException {
    KeyPair key = authority.newKey();
    return held(key, authority.signOwn(id, key.getPublic()));
  }

  private Held held(KeyPair key, CertificateAuthority.Issued issued) {
    return new Held("agent-" + generations.incrementAndGet(), key.getPrivate(), issued);
  }

  private @Nullable Held byAlias(String alias) {
    Held now = held;
    if (now.alias().equals(alias)) {
      return now;
    }
    Held before = previous;
    return before != null && before.alias().equals(alias) ? before : null;
  }

  private final class LiveKeyManager extends X509ExtendedKeyManager {
    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
      return new String[] {held.alias()};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
      return new String[] {held.alias()};
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return alias(keyType);
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
        String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return alias(keyTypes);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
      return alias(keyType);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      Held found = byAlias(alias);
      return found == null ? null : found.issued().chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      Held found = byAlias(alias);
      return found == null ? null : found.key();
    }

    private @Nullable String alias(String... keyTypes) {
      for (String type : keyTypes) {
        if (type.startsWith("EC")) {
          return held.alias();
        }
      }
      return null;
    }
  }
}
