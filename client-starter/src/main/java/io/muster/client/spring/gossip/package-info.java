/** Services that find each other without a registry: {@code muster.discovery.mode=gossip}, or beside one: {@code both}. */
@NullMarked
package io.muster.client.spring.gossip;

import org.jspecify.annotations.NullMarked;
