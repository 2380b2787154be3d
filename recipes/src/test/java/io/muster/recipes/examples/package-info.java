/** What documentation shows, compiled and run. */
@NullMarked
package io.muster.recipes.examples;

import org.jspecify.annotations.NullMarked;
