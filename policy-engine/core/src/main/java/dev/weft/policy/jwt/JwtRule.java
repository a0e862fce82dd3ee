package dev.weft.policy.jwt;

/**
 * What some requests have to bring.
 *
 * @param match which requests
 * @param named the entry of {@link JwtPolicy#requirements} that {@code requires} is; empty: it
 *     stands for itself
 * @param <M> how requests are matched
 */
public record JwtRule<M>(M match, JwtRequirement requires, String named) {}
