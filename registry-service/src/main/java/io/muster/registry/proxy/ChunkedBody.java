package io.muster.registry.proxy;

import io.netty.buffer.ByteBuf;

/** Follows a body in chunks, octet by octet, over as many buffers as it takes, and refuses what breaks RFC 9112 section 7.1. */
final class ChunkedBody {
    private static final int MAX_EXTENSION = 256;
    private static final int MAX_SIZE_DIGITS = 15;

    private final int maxTrailers;
    private final long maxBody;
    private Part part = Part.SIZE;
    private long size;
    private int digits;
    private int extension;
    private int trailers;
    private long body;
    private StringBuilder name = new StringBuilder();

    private enum Part {
        SIZE,
        EXTENSION,
        SIZE_END,
        DATA,
        DATA_CR,
        DATA_END,
        TRAILER_START,
        TRAILER_NAME,
        TRAILER_VALUE,
        TRAILER_END,
        LAST_END,
        DONE
    }

    /**
     * @param maxTrailers how many octets trailers may have
     * @param maxBody how many octets the data may have; 0 for any number
     */
    ChunkedBody(int maxTrailers, long maxBody) {
        this.maxTrailers = maxTrailers;
        this.maxBody = maxBody;
    }

    boolean isDone() {
        return part == Part.DONE;
    }

    /**
     * Follows it from {@code from} to the end of the buffer or of the body.
     *
     * @return where it stopped
     * @throws Refusal when it breaks a rule
     */
    int follow(ByteBuf in, int from) {
        int at = from;
        while (at < in.writerIndex() && part != Part.DONE) {
            if (part == Part.DATA) {
                long taken = Math.min(size, in.writerIndex() - at);
                at += (int) taken;
                size -= taken;
                part = size == 0 ? Part.DATA_CR : Part.DATA;
            } else {
                part = next(in.getUnsignedByte(at));
                at++;
            }
        }
        return at;
    }

    private Part next(int octet) {
        return switch (part) {
            case SIZE -> size(octet);
            case EXTENSION -> extension(octet);
            case SIZE_END -> sizeEnd(octet);
            case DATA, DONE -> throw new IllegalStateException("no octet is looked at in part " + part);
            case DATA_CR -> expect(octet, '\r', Part.DATA_END);
            case DATA_END -> expect(octet, '\n', Part.SIZE);
            case TRAILER_START -> octet == '\r' ? Part.LAST_END : trailerName(octet);
            case TRAILER_NAME -> trailerName(octet);
            case TRAILER_VALUE -> trailerValue(octet);
            case TRAILER_END -> expect(octet, '\n', Part.TRAILER_START);
            case LAST_END -> expect(octet, '\n', Part.DONE);
        };
    }

    private Part size(int octet) {
        int digit = Octets.hex(octet);
        if (digit >= 0) {
            if (++digits > MAX_SIZE_DIGITS) {
                throw bad("the size of a chunk must have at most " + MAX_SIZE_DIGITS + " digits");
            }
            size = size * 16 + digit;
            return Part.SIZE;
        }
        if (digits == 0) {
            throw bad("the size of a chunk must begin with a hexadecimal digit");
        }
        if (octet == ';') {
            return Part.EXTENSION;
        }
        return expect(octet, '\r', Part.SIZE_END);
    }

    private Part extension(int octet) {
        if (octet == '\r') {
            return Part.SIZE_END;
        }
        if (!Octets.isFieldValue(octet) || ++extension > MAX_EXTENSION) {
            throw bad("extensions of chunks must be at most " + MAX_EXTENSION + " characters without controls");
        }
        return Part.EXTENSION;
    }

    private Part sizeEnd(int octet) {
        Part data = size == 0 ? Part.TRAILER_START : Part.DATA;
        body += size;
        if (maxBody > 0 && body > maxBody) {
            throw new Refusal(413, "the body must be at most " + maxBody + " bytes but was more");
        }
        digits = 0;
        return expect(octet, '\n', data);
    }

    private Part trailerName(int octet) {
        count();
        if (octet == ':' && name.length() > 0) {
            requireAllowed(name.toString());
            name = new StringBuilder();
            return Part.TRAILER_VALUE;
        }
        if (!Octets.isToken(octet)) {
            throw bad("the name of a trailer must be a token");
        }
        name.append((char) (octet >= 'A' && octet <= 'Z' ? octet | 0x20 : octet));
        return Part.TRAILER_NAME;
    }

    private Part trailerValue(int octet) {
        count();
        if (octet == '\r') {
            return Part.TRAILER_END;
        }
        if (!Octets.isFieldValue(octet)) {
            throw bad("the value of a trailer must be without control characters");
        }
        return Part.TRAILER_VALUE;
    }

    private void count() {
        if (++trailers > maxTrailers) {
            throw new Refusal(431, "trailers must be at most " + maxTrailers + " bytes but were more");
        }
    }

    private static void requireAllowed(String name) {
        switch (name) {
            case "content-length",
                    "transfer-encoding",
                    "host",
                    "connection",
                    "upgrade",
                    "te",
                    "trailer",
                    "authorization" -> throw bad("a trailer must not be " + name);
            default -> {
                // May stand there.
            }
        }
    }

    private static Part expect(int octet, char expected, Part then) {
        if (octet != expected) {
            throw bad("chunks must be their size, CR, LF, as many octets, CR, LF");
        }
        return then;
    }

    private static Refusal bad(String detail) {
        return new Refusal(400, detail);
    }
}
