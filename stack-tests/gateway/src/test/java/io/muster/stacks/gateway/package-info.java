/** Spring Cloud Gateway with the starter in it, before real instances and a real registry. */
@NullMarked
package io.muster.stacks.gateway;

import org.jspecify.annotations.NullMarked;
