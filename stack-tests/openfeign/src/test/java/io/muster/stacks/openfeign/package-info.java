/** OpenFeign's clients with the starter beside them, before real instances and a real registry. */
@NullMarked
package io.muster.stacks.openfeign;

import org.jspecify.annotations.NullMarked;
