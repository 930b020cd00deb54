package io.muster.samples.fleet;

/**
 * Holds whoever passes while it is shut. A listener that waits here stops the thread of its node, and with it all nodes of that
 * thread: their sockets stay open and fill up, nothing is answered, and what has come is handled late, as after {@code SIGSTOP}.
 */
final class Gate {
    private boolean shut;

    synchronized void shut() {
        shut = true;
    }

    synchronized void open() {
        shut = false;
        notifyAll();
    }

    synchronized void pass() {
        try {
            while (shut) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
