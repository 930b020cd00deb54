@NullMarked
package io.muster.client.spring.registration;

import org.jspecify.annotations.NullMarked;
