package io.muster.registry.proxy;

import io.muster.registry.catalogue.ServiceKey;

/**
 * Where a request goes.
 *
 * @param service the service that it is for
 * @param target path and query for the instance
 * @param prefix what was taken off the path; empty when the host named the service
 */
record ProxyRoute(ServiceKey service, String target, String prefix) {}
