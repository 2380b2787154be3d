/** Data directories handed back and forth between our storage and the real ZooKeeper's. */
@NullMarked
package io.muster.testkit.disk;

import org.jspecify.annotations.NullMarked;
