package io.muster.client;

/**
 * What became of a client's registrations so far.
 *
 * @param registrations how often the registry took an instance in: the first time, and each time after it forgot one
 * @param heartbeatFailures how many batches of heartbeats were refused or not answered
 */
public record RenewalCounts(long registrations, long heartbeatFailures) {}
