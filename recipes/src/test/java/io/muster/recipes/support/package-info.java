/** What the tests of all recipes use: servers to test against, a proxy that breaks things, and waiting for states. */
@NullMarked
package io.muster.recipes.support;

import org.jspecify.annotations.NullMarked;
