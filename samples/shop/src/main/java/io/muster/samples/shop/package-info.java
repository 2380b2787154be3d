/**
 * A small shop of cooperating services, to run and to copy from. It uses what any application can use, and no
 * internals.
 */
@NullMarked
package io.muster.samples.shop;

import org.jspecify.annotations.NullMarked;
