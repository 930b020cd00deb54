/** Tests of the balancer; time and randomness are given, seeds are printed by what fails. */
@NullMarked
package io.muster.lb;

import org.jspecify.annotations.NullMarked;
