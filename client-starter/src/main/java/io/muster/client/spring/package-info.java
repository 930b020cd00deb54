/**
 * The starter's glue to Spring Boot: the connection to the registry as a bean, and the types that the glue's other packages
 * share. Each concern below has an auto-configuration of its own, and each bean backs off when the user brings one.
 */
@NullMarked
package io.muster.client.spring;

import org.jspecify.annotations.NullMarked;
