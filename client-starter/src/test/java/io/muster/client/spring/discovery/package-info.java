@NullMarked
package io.muster.client.spring.discovery;

import org.jspecify.annotations.NullMarked;
