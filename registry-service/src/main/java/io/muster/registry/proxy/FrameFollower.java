package io.muster.registry.proxy;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames of one direction of a WebSocket (RFC 6455 section 5.2) without gathering them, so that a frame of the proxy's own can be put between
 * two of them. Not thread-safe.
 */
final class FrameFollower {
    private static final int CLOSE = 0x8;

    private Part part = Part.FIRST;
    private int left;
    private boolean masked;
    private long length;
    private boolean closing;
    private boolean closed;

    private enum Part {
        FIRST,
        LENGTH,
        LONG_LENGTH,
        MASK,
        PAYLOAD
    }

    /** Whether the next octet begins a frame. */
    boolean isBetweenFrames() {
        return part == Part.FIRST;
    }

    /** Whether a closing frame has passed: nothing follows it. */
    boolean isClosed() {
        return closed;
    }

    /**
     * Looks at what comes next.
     *
     * @param untilEnd whether it stops where a frame ends
     * @return the index behind what it has looked at
     */
    int follow(ByteBuf in, int from, boolean untilEnd) {
        int at = from;
        while (at < in.writerIndex()) {
            if (part == Part.PAYLOAD) {
                long taken = Math.min(length, in.writerIndex() - at);
                length -= taken;
                at += (int) taken;
                if (length == 0) {
                    end();
                }
            } else {
                header(in.getUnsignedByte(at));
                at++;
            }
            if (untilEnd && part == Part.FIRST) {
                return at;
            }
        }
        return at;
    }

    private void header(int octet) {
        switch (part) {
            case FIRST -> {
                closing = (octet & 0xf) == CLOSE;
                part = Part.LENGTH;
            }
            case LENGTH -> {
                masked = (octet & 0x80) != 0;
                int small = octet & 0x7f;
                if (small < 126) {
                    length = small;
                    lengthRead();
                } else {
                    length = 0;
                    left = small == 126 ? 2 : 8;
                    part = Part.LONG_LENGTH;
                }
            }
            case LONG_LENGTH -> {
                length = length << 8 | octet;
                if (--left == 0) {
                    lengthRead();
                }
            }
            case MASK -> {
                if (--left == 0) {
                    payload();
                }
            }
            case PAYLOAD -> throw new IllegalStateException("no octet of a payload is looked at");
        }
    }

    private void lengthRead() {
        // The first bit must be 0; whoever sets it is not understood by the other side either.
        length &= Long.MAX_VALUE;
        if (masked) {
            left = 4;
            part = Part.MASK;
        } else {
            payload();
        }
    }

    private void payload() {
        part = Part.PAYLOAD;
        if (length == 0) {
            end();
        }
    }

    private void end() {
        closed |= closing;
        part = Part.FIRST;
    }
}
