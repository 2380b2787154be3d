/** Ensembles of servers, in this process and in processes of their own. */
@NullMarked
package io.muster.testkit.ensemble;

import org.jspecify.annotations.NullMarked;
