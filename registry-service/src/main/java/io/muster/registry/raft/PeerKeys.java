package io.muster.registry.raft;

import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;

/**
 * How the nodes of a cluster know each other: each shows a certificate, and refuses whoever shows none that it trusts.
 *
 * @param keys this node's
 * @param trust whom it trusts
 */
public record PeerKeys(KeyManager keys, TrustManager trust) {}
