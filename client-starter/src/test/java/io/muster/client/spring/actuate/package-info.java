@NullMarked
package io.muster.client.spring.actuate;

import org.jspecify.annotations.NullMarked;
