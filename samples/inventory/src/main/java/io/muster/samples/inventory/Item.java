package io.muster.samples.inventory;

/**
 * An article.
 *
 * @param sku its number, {@code sku-1} to {@code sku-500}
 * @param priceCents the price of one, in cents
 * @param inStock how many there are
 */
record Item(String sku, long priceCents, int inStock) {}
