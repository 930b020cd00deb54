/** Three registries on the raft engine beside three etcd, in one run on one disk. */
@NullMarked
package io.muster.benchmarks.raft;

import org.jspecify.annotations.NullMarked;
