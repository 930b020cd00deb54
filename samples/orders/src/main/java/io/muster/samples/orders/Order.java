package io.muster.samples.orders;

/**
 * A stored order.
 *
 * @param key the client's own name for it, at most 64 characters; an order with the same key is the same order
 * @param sku the article
 * @param quantity how many
 * @param totalCents the price of all, in cents
 */
record Order(String key, String sku, int quantity, long totalCents) {
    /**
     * What a client asks for: the body of {@code POST /orders}.
     *
     * @param key as in {@link Order}
     * @param sku as in {@link Order}
     * @param quantity 1 to 1000
     */
    record Request(String key, String sku, int quantity) {
        Request {
            requireText("key", key, 64);
            requireText("sku", sku, 40);
            if (quantity < 1 || quantity > 1000) {
                throw new IllegalArgumentException("quantity must be between 1 and 1000 but was " + quantity);
            }
        }

        private static void requireText(String name, String value, int maxLength) {
            if (value == null || value.isBlank() || value.length() > maxLength) {
                throw new IllegalArgumentException(name + " must be 1 to " + maxLength + " characters but was "
                        + (value == null ? "absent" : value.length() + " characters"));
            }
        }

        Order at(long priceCents) {
            return new Order(key, sku, quantity, Math.multiplyExact(priceCents, (long) quantity));
        }
    }
}
