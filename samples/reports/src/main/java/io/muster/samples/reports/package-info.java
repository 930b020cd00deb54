/** Adds up sales: whichever instance leads merges them into a report, under a lease whose token the database checks. */
@NullMarked
package io.muster.samples.reports;

import org.jspecify.annotations.NullMarked;
