package io.muster.samples.shop;

import io.muster.recipes.lease.FencingToken;

/** That a worker sold an item, or wanted to: under the lock whose token it shows. Names are single words. */
record Sale(String item, String worker, FencingToken token) {}
