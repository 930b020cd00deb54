/** Tests of the starter's glue, and what they share: a real registry that can be stopped and started again. */
@NullMarked
package io.muster.client.spring;

import org.jspecify.annotations.NullMarked;
