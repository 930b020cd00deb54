package io.muster.lease.spring.http;

import io.muster.lease.spring.Leased;

/** A job whose method the classes of other packages cannot see. */
public class JobOfAnotherPackage {
    @Leased("a")
    void work() {}
}
