/**
 * Shows the starter to operators: the actuator endpoint, the health indicator and the meters. It reads what the other
 * packages hold and asks nobody.
 */
@NullMarked
package io.muster.client.spring.actuate;

import org.jspecify.annotations.NullMarked;
