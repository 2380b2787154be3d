package io.muster.samples.shop;

import io.muster.recipes.lease.FencingToken;

/** What the store says to whoever shows it a token. */
sealed interface Answer {

    /** This item is the next. */
    record ForSale(String item) implements Answer {}

    /** Nothing is left. */
    record SoldOut() implements Answer {}

    /** The sale is on the disk. */
    record Accepted() implements Answer {}

    /** The token is too old: somebody with this one was here since. */
    record Refused(FencingToken highest) implements Answer {}
}
